"""AWS's own services write on for a while."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import jmespath
import pytest
from botocore.exceptions import ClientError

from provisioner.embedded.lifelike.late_writers import LateFiles, LateLogs

from ..conftest import ACCOUNT, REGION, behaving, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.embedded.server import Running

    from ..conftest import Connect

LOOKS = 4
"""More than it takes to see what is on its way."""
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole"}
_FILE = io.BytesIO()
with zipfile.ZipFile(_FILE, "w") as _archive:
    _archive.writestr("h.py", "def h(*_): ...")


@pytest.fixture(autouse=True)
def _late(server: Running) -> Iterator[None]:
    with behaving(server, LateLogs(), LateFiles()):
        yield


def until(done: Callable[[], bool]) -> None:
    """Looks until it is so; that takes some looks, and no time."""
    assert any(done() for _ in range(20))


def _role(connect: Connect, service: str) -> str:
    document = json.dumps({"Statement": [{**TRUST, "Principal": {"Service": f"{service}.amazonaws.com"}}]})
    return str(connect("iam").create_role(RoleName=service, AssumeRolePolicyDocument=document)["Role"]["Arn"])


def _flow_log(connect: Connect) -> tuple[str, Callable[[], Any]]:
    ec2 = connect("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    connect("logs").create_log_group(logGroupName="flows")
    where = {"LogDestination": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:flows", "TrafficType": "ALL"}
    role = _role(connect, "vpc-flow-logs")
    [made] = ec2.create_flow_logs(ResourceIds=[vpc], ResourceType="VPC", DeliverLogsPermissionArn=role, **where)["FlowLogIds"]
    return "flows", lambda: ec2.delete_flow_logs(FlowLogIds=[made])


def _function(connect: Connect) -> tuple[str, Callable[[], Any]]:
    lambda_ = connect("lambda")
    connect("logs").create_log_group(logGroupName="/aws/lambda/f")
    code = {"Runtime": "python3.12", "Handler": "h.h", "Code": {"ZipFile": _FILE.getvalue()}}
    lambda_.create_function(FunctionName="f", Role=_role(connect, "lambda"), **code)
    return "/aws/lambda/f", lambda: lambda_.delete_function(FunctionName="f")


def _database(connect: Connect) -> tuple[str, Callable[[], Any]]:
    rds, group = connect("rds"), "/aws/rds/cluster/c/audit"
    connect("logs").create_log_group(logGroupName=group)
    secret = {"MasterUsername": "u", "MasterUserPassword": "a-password"}
    exports = {"EnableCloudwatchLogsExports": ["audit", "error"]}
    rds.create_db_cluster(DBClusterIdentifier="c", Engine="aurora-mysql", **secret, **exports)
    until(lambda: rds.describe_db_clusters()["DBClusters"][0]["Status"] == "available")

    def take_away() -> None:
        rds.delete_db_cluster(DBClusterIdentifier="c", SkipFinalSnapshot=True)
        until(lambda: rds.describe_db_clusters()["DBClusters"] == [])

    return group, take_away


def _times_made_again(logs: Any, group: str) -> int:
    """How often the group comes back, bare, when it is deleted each time."""
    logs.delete_log_group(logGroupName=group)
    times = 0
    while any(_groups(logs, group) for _ in range(LOOKS)):
        [found] = _groups(logs, group)
        assert "retentionInDays" not in found
        logs.delete_log_group(logGroupName=group)
        times += 1
    return times


def _groups(logs: Any, group: str) -> list[dict[str, Any]]:
    return list(logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"])


@pytest.mark.parametrize("put", [_flow_log, _function, _database])
def test_a_writer_that_stands_makes_its_group_again_twice_and_one_that_went_once(connect: Connect, put: Any) -> None:
    logs = connect("logs")
    group, take_away = put(connect)
    logs.put_retention_policy(logGroupName=group, retentionInDays=30)
    assert _times_made_again(logs, group) == 2
    logs.create_log_group(logGroupName=group)
    take_away()
    assert _times_made_again(logs, group) == 1
    # The last word is said.
    logs.create_log_group(logGroupName=group)
    assert _times_made_again(logs, group) == 0


def test_nobody_makes_a_group_again_that_nobody_writes_to(connect: Connect, ec2: Any) -> None:
    logs = connect("logs")
    _flow_log(connect)
    logs.create_log_group(logGroupName="application")
    assert _times_made_again(logs, "application") == 0
    assert refusal(logs.delete_log_group, logGroupName="application") == "ResourceNotFoundException"
    assert refusal(connect("lambda").delete_function, FunctionName="no-such") == "ResourceNotFoundException"
    assert refusal(connect("rds").delete_db_cluster, DBClusterIdentifier="no-such") == "DBClusterNotFoundFault"


POLICY = {
    "Effect": "Allow",
    "Principal": {
        "Service": ["cloudtrail.amazonaws.com", "logdelivery.elasticloadbalancing.amazonaws.com", "logging.s3.amazonaws.com"]
    },
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::files", "arn:aws:s3:::files/*"],
}


@pytest.fixture
def bucket(connect: Connect) -> str:
    s3 = connect("s3")
    s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_policy(Bucket="files", Policy=json.dumps({"Version": "2012-10-17", "Statement": [POLICY]}))
    s3.put_object(Bucket="files", Key="a", Body=b"a")
    return "files"


def _balancer(connect: Connect) -> Callable[[], Any]:
    elbv2 = connect("elbv2")
    subnets = [subnet["SubnetId"] for subnet in connect("ec2").describe_subnets()["Subnets"]][:2]
    balancer = elbv2.create_load_balancer(Name="lb", Scheme="internal", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    wanted = [("access_logs.s3.bucket", "files"), ("access_logs.s3.enabled", "true")]
    attributes = [{"Key": key, "Value": value} for key, value in wanted]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=attributes)
    return lambda: elbv2.delete_load_balancer(LoadBalancerArn=balancer)


def _trail(connect: Connect) -> Callable[[], Any]:
    cloudtrail = connect("cloudtrail")
    cloudtrail.create_trail(Name="trail", S3BucketName="files")
    cloudtrail.start_logging(Name="trail")
    return lambda: cloudtrail.stop_logging(Name="trail")


def _stream(connect: Connect) -> Callable[[], Any]:
    firehose = connect("firehose")
    destination = {"RoleARN": _role(connect, "firehose"), "BucketARN": "arn:aws:s3:::files"}
    firehose.create_delivery_stream(DeliveryStreamName="s", ExtendedS3DestinationConfiguration=destination)
    named = {"DeliveryStreamName": "s"}
    status = "DeliveryStreamDescription.DeliveryStreamStatus"
    until(lambda: jmespath.search(status, firehose.describe_delivery_stream(**named)) == "ACTIVE")

    def take_away() -> None:
        firehose.delete_delivery_stream(**named)
        until(lambda: _is_refused(firehose.describe_delivery_stream, **named))

    return take_away


def _is_refused(call: Callable[..., Any], **parameters: str) -> bool:
    try:
        call(**parameters)
    except ClientError:
        return True
    return False


def _empty(s3: Any) -> int:
    """How often the bucket had to be emptied until it stays so."""
    times = 0
    while keys := [one["Key"] for _ in range(LOOKS) for one in s3.list_objects_v2(Bucket="files").get("Contents", ())]:
        s3.delete_objects(Bucket="files", Delete={"Objects": [{"Key": key} for key in set(keys)]})
        times += 1
    return times


@pytest.mark.parametrize("put", [_balancer, _trail, _stream])
def test_an_emptied_bucket_is_written_to_twice_while_somebody_is_set_to(connect: Connect, bucket: str, put: Any) -> None:
    put(connect)
    assert _empty(connect("s3")) == 3
    connect("s3").delete_bucket(Bucket=bucket)


@pytest.mark.parametrize("put", [_balancer, _trail, _stream])
def test_a_writer_that_went_writes_once_more_before_the_bucket_goes(connect: Connect, bucket: str, put: Any) -> None:
    s3 = connect("s3")
    put(connect)()
    for one in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        s3.delete_object(Bucket=bucket, Key=one["Key"])
    assert refusal(s3.delete_bucket, Bucket=bucket) == "BucketNotEmpty"
    assert _empty(s3) == 1
    s3.delete_bucket(Bucket=bucket)


def test_access_logs_of_s3_are_late_too(connect: Connect, bucket: str) -> None:
    s3 = connect("s3")
    s3.create_bucket(Bucket="source", CreateBucketConfiguration={"LocationConstraint": REGION})
    logging = {"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": "p/"}}
    s3.put_bucket_logging(Bucket="source", BucketLoggingStatus=logging)
    assert _empty(s3) == 3


def test_nobody_writes_to_a_bucket_that_nobody_is_set_to(connect: Connect, bucket: str) -> None:
    s3 = connect("s3")
    assert refusal(connect("cloudtrail").stop_logging, Name="no-such") == "TrailNotFoundException"
    assert refusal(connect("firehose").delete_delivery_stream, DeliveryStreamName="no-such") == "ResourceNotFoundException"
    connect("elbv2").delete_load_balancer(
        LoadBalancerArn=f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/a/1"
    )
    assert _empty(s3) == 1
    s3.delete_bucket(Bucket=bucket)
