"""The platform's network, as the profiles want it, in the embedded AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from plans.financial_platform.settings import Settings
from plans.financial_platform.vpc import network
from provisioner import Plan
from provisioner.aws.account import Aws
from provisioner.aws.ownership import Ownership
from provisioner.engine.clock import Clock
from provisioner.engine.options import Options
from provisioner.engine.run import Run
from provisioner.resource import as_tags
from provisioner.resources import every_type

if TYPE_CHECKING:
    from provisioner.aws.client import Connection

OWNERSHIP = Ownership("platform", "test", "123456789012", "financial", {})


@pytest.fixture
def aws(connection: Connection) -> Aws:
    return Aws(connection, OWNERSHIP, "us-east-1")


def run(aws: Aws, profile: str | None) -> Run:
    steps = network(Settings(environment="test", profile=profile)).steps if profile else ()  # type: ignore[arg-type]
    plan = Plan("platform", *steps, prefix="financial")
    return Run(plan, aws, types=every_type(), clock=Clock(300.0), parallelism=8, durations={}, options=Options())


def up(aws: Aws, profile: str) -> None:
    going = run(aws, profile)
    result = going.up(going.preview())
    assert {key: str(one.error) for key, one in result.outcomes.items() if one.outcome not in ("done", "none")} == {}
    assert not run(aws, profile).preview().anything_to_do


def ways_out(aws: Aws) -> dict[str, str]:
    """Where each subnet's traffic to the internet goes, by the subnet's name."""
    names = {subnet["SubnetId"]: name(subnet) for subnet in aws.ec2.describe_subnets(Filters=aws.owned)["Subnets"]}
    found = {}
    for table in aws.ec2.describe_route_tables(Filters=aws.owned)["RouteTables"]:
        [route] = [route for route in table["Routes"] if route.get("DestinationCidrBlock") == "0.0.0.0/0"]
        for association in table["Associations"]:
            found[names[association["SubnetId"]]] = (route.get("NatGatewayId") or route["GatewayId"])[:3]
    return found


def name(live: Any) -> str:
    return as_tags(live["Tags"])["Name"]


def test_prod_has_a_way_out_and_endpoints_in_every_zone(aws: Aws) -> None:
    up(aws, "prod")
    assert ways_out(aws) == {
        **{f"financial-public-subnet-{zone}-test": "igw" for zone in (1, 2, 3)},
        **{f"financial-private-subnet-{zone}-test": "nat" for zone in (1, 2, 3)},
    }
    subnets = {name(subnet): subnet for subnet in aws.ec2.describe_subnets(Filters=aws.owned)["Subnets"]}
    assert {(one["CidrBlock"], one["AvailabilityZone"], one["MapPublicIpOnLaunch"]) for one in subnets.values()} == {
        (f"10.0.{first + zone}.0/24", f"us-east-1{'abc'[zone]}", False) for first in (0, 10) for zone in range(3)
    }
    private = {subnet["SubnetId"] for key, subnet in subnets.items() if "private" in key}
    endpoints = aws.ec2.describe_vpc_endpoints(Filters=aws.owned)["VpcEndpoints"]
    assert {one["ServiceName"].rpartition(".")[2] for one in endpoints} == {"s3", "secretsmanager", "kms", "logs", "ssm", "ec2"}
    assert [set(one["SubnetIds"]) for one in endpoints if one["VpcEndpointType"] == "Interface"] == [private] * 5
    for endpoint in endpoints:
        [ours] = [one for one in json.loads(endpoint["PolicyDocument"])["Statement"] if one["Sid"] == "Ours"]
        assert ours["Condition"] == {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}


def test_prod_becomes_dev_and_goes_without_a_trace(aws: Aws) -> None:
    up(aws, "prod")
    up(aws, "dev")
    gateways = aws.ec2.describe_nat_gateways(Filters=[*aws.owned, {"Name": "state", "Values": ["available"]}])["NatGateways"]
    assert [name(gateway) for gateway in gateways] == ["financial-nat-gateway-1-test"]
    assert len(aws.ec2.describe_addresses()["Addresses"]) == 1
    assert set(ways_out(aws).values()) == {"igw", "nat"}
    going = run(aws, None)
    result = going.teardown(going.preview_teardown())
    assert ({one.outcome for one in result.outcomes.values()}, result.remaining) == ({"done"}, ())
    assert aws.ec2.describe_addresses()["Addresses"] == []


def test_nothing_that_is_born_with_the_vpc_lets_anything_through(aws: Aws) -> None:
    up(aws, "dev")
    [group] = aws.ec2.describe_security_groups(Filters=[*aws.owned, {"Name": "group-name", "Values": ["default"]}])[
        "SecurityGroups"
    ]
    assert (group["IpPermissions"], group["IpPermissionsEgress"]) == ([], [])
    [acl] = aws.ec2.describe_network_acls(Filters=[*aws.owned, {"Name": "default", "Values": ["true"]}])["NetworkAcls"]
    assert ({entry["RuleAction"] for entry in acl["Entries"]}, acl["Associations"]) == ({"deny"}, [])


def test_all_traffic_is_recorded_under_a_key_by_a_role_that_writes_there_only(aws: Aws) -> None:
    up(aws, "dev")
    [flow_log] = aws.ec2.describe_flow_logs()["FlowLogs"]
    assert (flow_log["TrafficType"], flow_log["LogGroupName"]) == ("ALL", "financial-vpc-flow-logs-test")
    [group] = aws.logs.describe_log_groups(logGroupNamePrefix="financial-vpc-flow-logs-test")["logGroups"]
    assert group["retentionInDays"] == 90
    key = aws.kms.describe_key(KeyId=group["kmsKeyId"])["KeyMetadata"]["KeyId"]
    assert aws.kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    policy = json.loads(aws.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    [logs] = [one for one in policy["Statement"] if one["Sid"] == "Logs"]
    here = "arn:aws:logs:us-east-1:123456789012:log-group"
    assert logs["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    assert f"{here}:financial-*-test" in logs["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    role = flow_log["DeliverLogsPermissionArn"].rpartition("/")[2]
    document: Any = aws.iam.get_role_policy(RoleName=role, PolicyName="write")["PolicyDocument"]
    group_arn = f"{here}:financial-vpc-flow-logs-test"
    assert document["Statement"][0]["Resource"] == [group_arn, f"{group_arn}:*"]
