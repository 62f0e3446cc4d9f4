"""The record of calls, and what must never be in it."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

from .conftest import ACCOUNT, REGION, refusal

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

    from .conftest import Connect


def _fetch(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def test_each_call_is_recorded_with_its_outcome(server: Running, ec2: Any) -> None:
    ec2.describe_vpcs(MaxResults=7)
    refusal(ec2.delete_vpc, VpcId="vpc-0123456789abcdef0")
    first, second = server.calls
    assert (str(first), first.parameters, first.outcome) == ("ec2:DescribeVpcs", {"MaxResults": 7}, "ok")
    assert (str(second), second.outcome, second.status) == ("ec2:DeleteVpc", "InvalidVpcID.NotFound", 400)
    assert (first.region, first.account, second.n - first.n) == (REGION, ACCOUNT, 1)
    assert "Boto3" in first.user_agent


def test_secrets_are_not_recorded(server: Running, connect: Connect) -> None:
    connect("secretsmanager").create_secret(Name="s", SecretString="hunter2-a", Tags=[{"Key": "k", "Value": "shown"}])
    refusal(connect("rds").modify_db_cluster, DBClusterIdentifier="none", MasterUserPassword="hunter2-b")
    connect("ssm").put_parameter(Name="/p", Value="hunter2-c", Type="SecureString")
    connect("kms").create_key(Description="shown too")
    written = json.dumps([recorded.as_json() for recorded in server.calls])
    assert "hunter2" not in written
    assert written.count("(secret)") == 3
    assert "shown" in written
    assert "shown too" in written


def test_headers_by_which_a_load_balancer_knows_its_callers_are_not_recorded(server: Running, connect: Connect) -> None:
    listener = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/app/none/0123456789abcdef/0123456789abcdef"
    header = {"HttpHeaderName": "X-Origin-Verify", "Values": ["hunter2-d"]}
    condition = {"Field": "http-header", "HttpHeaderConfig": header}
    actions = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "403"}}]
    refusal(connect("elbv2").create_rule, ListenerArn=listener, Conditions=[condition], Priority=1, Actions=actions)
    [recorded] = server.calls
    assert recorded.parameters["Conditions"] == [{"Field": "http-header", "HttpHeaderConfig": "(secret)"}]


def test_bodies_are_recorded_by_size(server: Running, connect: Connect) -> None:
    connect("s3").create_bucket(Bucket="some-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    connect("s3").put_object(Bucket="some-bucket", Key="k", Body=b"0123456789")
    *_, put = server.calls
    assert (put.parameters["Key"], put.parameters["Body"].endswith(" bytes)")) == ("k", True)


def test_the_record_is_served_and_reset(server: Running, ec2: Any) -> None:
    ec2.describe_vpcs()
    (served,) = _fetch(f"{server.url}/provisioner/calls")
    assert (served["service"], served["operation"], served["outcome"]) == ("ec2", "DescribeVpcs", "ok")
    urllib.request.urlopen(urllib.request.Request(f"{server.url}/provisioner/reset", method="POST"), timeout=5).close()
    assert _fetch(f"{server.url}/provisioner/calls") == []


def test_motos_own_routes_still_answer(server: Running, vpc: str, ec2: Any) -> None:
    urllib.request.urlopen(urllib.request.Request(f"{server.url}/moto-api/reset", method="POST"), timeout=5).close()
    assert vpc not in {shown["VpcId"] for shown in ec2.describe_vpcs()["Vpcs"]}
