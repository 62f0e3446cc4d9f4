from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from provisioner.errors import PlanError
from provisioner.resource import LEAVING, PENDING, READY, needs
from provisioner.resources.ec2.security_group import SecurityGroup
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.iam.role import Role
from provisioner.resources.lambda_.function import Function
from provisioner.resources.lambda_.parts import S3Code
from provisioner.resources.s3.bucket import Bucket
from provisioner.secret import Secret
from provisioner.value import REGION
from tests.contract.examples.iam import managed, trust
from tests.contract.examples.lambda_ import ROLE, zip_of

from .in_aws import errors, outcome, run, teardown, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

NAME = "shop-rotate-test"
KEY = "arn:aws:kms:us-east-1:123456789012:key/example"


def rotate(**more: Any) -> Function:
    about: dict[str, Any] = {"role": ROLE.arn, "code": zip_of("one"), "handler": "index.handler", "runtime": "python3.12"}
    return Function("rotate", **{**about, **more})


def shown(aws: Aws) -> dict[str, Any]:
    found: Any = aws.lambda_.get_function_configuration(FunctionName=NAME)
    return dict(found)


def theirs(aws: Aws, name: str) -> None:
    """A function of somebody else."""
    role = aws.iam.list_roles()["Roles"][0]["Arn"]
    code: Any = {"ZipFile": zip_of("theirs")}
    aws.lambda_.create_function(FunctionName=name, Role=role, Code=code, Handler="a.b", Runtime="python3.12")


def test_a_function_is_made_in_one_call_with_all_that_it_can_carry(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE)
    before = len(embedded.calls)
    live = up(aws, ROLE, rotate(environment={"LEVEL": "info"}, memory_size=256, log_format="JSON", timeout=30))["rotate"]
    assert writes(embedded, before) == ["CreateFunction"]
    assert live["FunctionName"] == NAME
    assert live["Environment"] == {"Variables": {"LEVEL": "info"}}


def test_what_nobody_wished_for_is_not_sent(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, rotate())
    [call] = [call for call in embedded.calls if call.operation == "CreateFunction"]
    assert not call.parameters.keys() & {"VpcConfig", "Layers", "Environment", "KMSKeyArn", "DeadLetterConfig", "Description"}


def test_what_create_answers_is_what_a_read_shows(aws: Aws) -> None:
    arn = up(aws, ROLE)["function"]["Arn"]
    tags = {"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": "Function/rotate"}
    made = rotate(role=arn, tags=tags, source_kms_key="arn:aws:kms:us-east-1:123456789012:key/k").create(aws)
    [read] = Function.living(aws)
    assert made is not None
    same = made.keys() - {"ResponseMetadata", "State", "StateReason", "StateReasonCode", "LastUpdateStatus"}
    assert {name: read[name] for name in same} == {name: made[name] for name in same}


def test_the_link_to_its_code_is_shown_to_nobody(aws: Aws) -> None:
    assert "Location" not in json.dumps(up(aws, ROLE, rotate())["rotate"], default=str)


def test_code_is_compared_by_its_digest(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, rotate())
    change = to_do(aws, ROLE, rotate(code=zip_of("two")))["Function/rotate"]["code"]
    assert change.before == {"sha256": b64encode(sha256(zip_of("one")).digest()).decode()}
    assert change.after == {"sha256": b64encode(sha256(zip_of("two")).digest()).decode()}
    aws.lambda_.update_function_code(FunctionName=NAME, ZipFile=zip_of("by hand"))
    assert list(to_do(aws, ROLE, rotate())["Function/rotate"]) == ["code"]
    before = len(embedded.calls)
    up(aws, ROLE, rotate())
    assert writes(embedded, before) == ["UpdateFunctionCode"]


def test_code_and_configuration_change_one_after_the_other(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, rotate())
    before = len(embedded.calls)
    up(aws, ROLE, rotate(code=zip_of("two"), handler="index.other", timeout=30, reserved_concurrent_executions=2))
    assert writes(embedded, before) == [
        "PutFunctionConcurrency",
        "UpdateFunctionConfiguration",
        "UpdateFunctionCode",
    ]


def test_only_what_differs_is_sent(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, rotate())
    up(aws, ROLE, rotate(timeout=30))
    [call] = [call for call in embedded.calls if call.operation == "UpdateFunctionConfiguration"]
    assert call.parameters.keys() == {"FunctionName", "Timeout"}


def test_code_can_stand_in_a_bucket(aws: Aws, embedded: Running) -> None:
    bucket = Bucket("code", empty_on_delete=True)
    name = up(aws, ROLE, bucket)["code"]["Name"]
    for key in ("one.zip", "two.zip"):
        aws.s3.put_object(Bucket=name, Key=key, Body=zip_of(key))
    one, two = S3Code(bucket, "one.zip"), S3Code(bucket, "two.zip", object_version="null")
    live = up(aws, ROLE, bucket, rotate(code=one))["rotate"]
    assert live["Tags"]["provisioner:code"] == S3Code(name, "one.zip").place
    before = len(embedded.calls)
    up(aws, ROLE, bucket, rotate(code=two))
    assert writes(embedded, before) == ["TagResource", "UpdateFunctionCode"]
    exact = S3Code(name, "two.zip", "null", sha256=b64encode(sha256(zip_of("two.zip")).digest()).decode())
    assert to_do(aws, ROLE, bucket, rotate(code=exact)) == {}
    assert list(to_do(aws, ROLE, bucket, rotate(code=exact._replace(sha256="other")))["Function/rotate"]) == ["code"]
    up(aws, ROLE, bucket, rotate())


VPC = Vpc("vpc", cidr_block="10.0.0.0/16")
ONE, TWO = (Subnet(f"n{n}", vpc=VPC, cidr_block=f"10.0.{n}.0/24", availability_zone="us-east-1a") for n in range(2))
GROUP, OTHER_GROUP = (SecurityGroup(name, vpc=VPC, description="Functions") for name in ("group", "other"))
NETWORK = (ROLE, VPC, ONE, TWO, GROUP, OTHER_GROUP)


def test_a_function_in_a_vpc_holds_its_network(aws: Aws) -> None:
    steps = (*NETWORK, rotate(subnets=(ONE,), security_groups=(GROUP,)))
    live = up(aws, *steps)
    assert live["rotate"]["VpcConfig"]["VpcId"] == live["vpc"]["VpcId"]
    [interface] = aws.ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert interface["Description"].startswith(f"AWS Lambda VPC ENI-{NAME}-")
    up(aws, *NETWORK, rotate())
    up(aws, *steps)
    teardown(aws)
    assert aws.ec2.describe_network_interfaces()["NetworkInterfaces"] == []


def test_a_functions_network_changes_as_a_whole(aws: Aws, embedded: Running) -> None:
    live = up(aws, *NETWORK, rotate(subnets=(ONE,), security_groups=(GROUP,)))
    both = {"subnets": (TWO, ONE), "security_groups": (OTHER_GROUP,), "ipv6_allowed_for_dual_stack": True}
    before = len(embedded.calls)
    config = up(aws, *NETWORK, rotate(**both))["rotate"]["VpcConfig"]
    assert writes(embedded, before) == ["UpdateFunctionConfiguration"]
    assert config["SecurityGroupIds"] == [live["other"]["GroupId"]]
    assert set(config["SubnetIds"]) == {live["n0"]["SubnetId"], live["n1"]["SubnetId"]}


def test_a_role_that_lambda_does_not_know_yet_is_waited_for(aws: Aws, embedded: Running) -> None:
    message = "The role defined for the function cannot be assumed by Lambda."
    with refusing(embedded, "CreateFunction", "InvalidParameterValueException", message, times=2):
        up(aws, ROLE, rotate())


def test_it_waits_for_its_role_to_be_done() -> None:
    assert list(needs(rotate())) == [(ROLE, None)]


def test_a_role_that_may_not_make_interfaces_is_told(aws: Aws) -> None:
    role = Role("plain", assume_role_policy=trust("lambda"), managed_policy_arns=(managed("ReadOnlyAccess"),))
    step = rotate(role=role.arn, subnets=(ONE,), security_groups=(GROUP,))
    result = errors(outcome(aws, role, *NETWORK, step))
    assert "permissions to call CreateNetworkInterface" in result["Function/rotate"]


def test_a_function_of_somebody_else_is_refused(aws: Aws) -> None:
    up(aws, ROLE)
    theirs(aws, NAME)
    assert "not this plan's" in errors(outcome(aws, ROLE, rotate()))["Function/rotate"]


def test_functions_are_asked_for_their_tags_only_where_they_may_be_ours(
    aws: Aws, embedded: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    up(aws, ROLE)
    for number in range(3):
        theirs(aws, f"theirs-{number}")
    monkeypatch.setattr("provisioner.aws.account._INDEX_LAGS", timedelta(0))
    up(aws, ROLE, rotate(function_name="given"))
    before = len(embedded.calls)
    assert [live["FunctionName"] for live in Function.living(aws)] == ["given"]
    assert [call.parameters["FunctionName"] for call in list(embedded.calls)[before:] if call.operation == "GetFunction"] == [
        "arn:aws:lambda:us-east-1:123456789012:function:given"
    ]


def test_a_young_function_is_found_though_the_index_of_tags_lags(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, rotate(function_name="given"))
    with answering(embedded, "GetResources", {"ResourceTagMappingList": [], "PaginationToken": ""}):
        assert to_do(aws, ROLE, rotate(function_name="given")) == {}


def test_a_function_that_vanishes_while_it_is_read_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, rotate())
    with refusing(embedded, "GetFunction", "ResourceNotFoundException", status=404):
        assert list(Function.living(aws)) == []


def test_layers_stand_in_their_order(aws: Aws) -> None:
    content: Any = {"ZipFile": zip_of("layer")}
    one, two = (aws.lambda_.publish_layer_version(LayerName=name, Content=content)["LayerVersionArn"] for name in "ab")
    up(aws, ROLE, rotate(layers=(one, two)))
    assert to_do(aws, ROLE, rotate(layers=(two, one)))["Function/rotate"]["layers"].after == [two, one]
    up(aws, ROLE, rotate(layers=(two,)))
    up(aws, ROLE, rotate())


def test_file_systems_stand_at_their_paths(aws: Aws) -> None:
    point = "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0"
    up(aws, ROLE, rotate(file_systems={"/mnt/b": point}, source_kms_key=KEY))
    up(aws, ROLE, rotate(file_systems={"/mnt/a": point}, source_kms_key=KEY, code=zip_of("two")))
    assert "FileSystemConfigs" in up(aws, ROLE, rotate())["rotate"]
    assert to_do(aws, ROLE, rotate(file_systems={}))["Function/rotate"]["file_systems"].before == {"/mnt/a": point}


def test_text_has_no_levels(aws: Aws) -> None:
    up(aws, ROLE, rotate(log_format="JSON", application_log_level="DEBUG"))
    up(aws, ROLE, rotate(log_format="Text"))
    assert "ApplicationLogLevel" not in shown(aws)["LoggingConfig"]


def test_no_concurrency_at_all_is_a_wish_too(aws: Aws) -> None:
    assert up(aws, ROLE, rotate(reserved_concurrent_executions=0))["rotate"]["ReservedConcurrentExecutions"] == 0
    assert to_do(aws, ROLE, rotate()) == {}
    assert up(aws, ROLE, rotate(reserved_concurrent_executions=-1))["rotate"]["ReservedConcurrentExecutions"] == -1


def test_the_tags_of_others_stay(aws: Aws) -> None:
    arn = up(aws, ROLE, rotate())["rotate"]["FunctionArn"]
    aws.lambda_.tag_resource(Resource=arn, Tags={"theirs": "yes"})
    assert to_do(aws, ROLE, rotate()) == {}
    assert up(aws, ROLE, rotate(tags={"ours": "yes"}))["rotate"]["Tags"]["theirs"] == "yes"


def test_a_function_that_failed_at_once_is_made_anew(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, rotate())
    failed = {**shown(aws), "State": "Failed", "StateReasonCode": "SubnetOutOfIPAddresses", "StateReason": "full"}
    tags = aws.lambda_.list_tags(Resource=failed["FunctionArn"])["Tags"]
    with answering(embedded, "GetFunction", {"Configuration": failed, "Code": {}, "Tags": tags}):
        action = run(aws, ROLE, rotate()).preview().actions[1]
    assert (action.kind, action.reason) == ("replace", "it has failed: SubnetOutOfIPAddresses: full")


@pytest.mark.parametrize(
    ("live", "stands"),
    [
        ({"State": "Pending"}, PENDING),
        ({"State": "Active", "LastUpdateStatus": "Successful"}, READY),
        ({"State": "Inactive", "LastUpdateStatus": "Successful"}, READY),
        ({"State": "Active", "LastUpdateStatus": "InProgress"}, PENDING),
        ({"State": "Active"}, PENDING),
        ({"State": "Deleting"}, LEAVING),
        (
            {
                "State": "Active",
                "LastUpdateStatus": "Failed",
                "LastUpdateStatusReasonCode": "InvalidSubnet",
                "LastUpdateStatusReason": "gone",
            },
            ("broken", "InvalidSubnet: gone"),
        ),
    ],
)
def test_where_a_function_stands_in_its_life(live: dict[str, Any], stands: Any) -> None:
    assert Function.state(live) == stands


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"code": bytes(50 * 1024 * 1024 + 1)}, "more than 50 MB"),
        ({"environment": {"PASSWORD": Secret("not for the environment")}}, "environment shows its values"),
        ({"system_log_level": "WARN"}, "log levels need log_format='JSON'"),
        ({"subnets": ("subnet-1",)}, "subnets and security_groups go together"),
    ],
)
def test_what_can_not_be_is_a_wrong_plan(more: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        rotate(**more)


def test_subnets_may_not_be_known_yet() -> None:
    later: Any = REGION.map(lambda region: [region])
    assert rotate(subnets=later).subnets is later


def test_a_code_that_is_no_zip_is_refused(aws: Aws) -> None:
    assert "Could not unzip" in errors(outcome(aws, ROLE, rotate(code=b"no zip")))["Function/rotate"]
    empty = BytesIO()
    ZipFile(empty, "w").close()
    assert "non-empty zip" in errors(outcome(aws, ROLE, rotate(code=empty.getvalue())))["Function/rotate"]
