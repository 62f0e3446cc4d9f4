"""Functions, their code, policies and network interfaces."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from ..conftest import ACCOUNT, REGION, refusal

if TYPE_CHECKING:
    from ..conftest import Connect

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
VPC_ACCESS = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"


def a_zip(text: str = "one") -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as target:
        target.writestr("index.py", text)
    return content.getvalue()


def make_role(connect: Connect, name: str = "role", service: str = "lambda.amazonaws.com", *policies: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    iam = connect("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [statement]}))
    for policy in policies:
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    return str(made["Role"]["Arn"])


def about(role: str, **more: Any) -> dict[str, Any]:
    basic = {"FunctionName": "f", "Role": role, "Runtime": "python3.12", "Handler": "index.handler"}
    return {**basic, "Code": {"ZipFile": a_zip()}, **more}


def make_function(connect: Connect, **more: Any) -> str:
    """A function that is ready."""
    functions = connect("lambda")
    arn = functions.create_function(**about(make_role(connect), **more))["FunctionArn"]
    settle(functions)
    return str(arn)


def settle(functions: Any) -> dict[str, Any]:
    """The function's configuration when nothing is under way any more."""
    while True:
        shown = functions.get_function_configuration(FunctionName="f")
        if shown["State"] == "Active" and shown.get("LastUpdateStatus") == "Successful":
            return dict(shown)


@pytest.fixture
def functions(connect: Connect) -> Any:
    return connect("lambda")


@pytest.fixture
def role(connect: Connect) -> str:
    return make_role(connect, "vpc", "lambda.amazonaws.com", VPC_ACCESS)


@pytest.fixture
def group(ec2: Any, vpc: str) -> str:
    return str(ec2.create_security_group(VpcId=vpc, GroupName="g", Description="d")["GroupId"])


def test_a_new_function_is_pending_for_two_looks(functions: Any, role: str) -> None:
    made = functions.create_function(**about(role))
    assert (made["State"], made["StateReasonCode"]) == ("Pending", "Creating")
    states = [functions.get_function(FunctionName="f")["Configuration"]["State"] for _ in range(3)]
    assert states == ["Pending", "Pending", "Active"]
    assert "State" not in functions.list_functions()["Functions"][0]


def test_a_changed_function_is_in_progress_and_takes_no_other_change(functions: Any, role: str) -> None:
    functions.create_function(**about(role))
    change = {"FunctionName": "f", "Timeout": 30}
    assert refusal(functions.update_function_configuration, **change) == "ResourceConflictException"
    settle(functions)
    assert functions.update_function_configuration(**change)["LastUpdateStatus"] == "InProgress"
    assert refusal(functions.update_function_configuration, **change) == "ResourceConflictException"
    code = {"FunctionName": "f", "ZipFile": a_zip("two")}
    assert refusal(functions.update_function_code, **code) == "ResourceConflictException"
    assert settle(functions)["Timeout"] == 30
    assert functions.update_function_code(**code)["LastUpdateStatus"] == "InProgress"
    functions.get_waiter("function_updated_v2").wait(FunctionName="f", WaiterConfig={"Delay": 0})


def test_everything_reads_back(functions: Any, role: str) -> None:
    more = {
        "DeadLetterConfig": {"TargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"},
        "LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "WARN"},
        "KMSKeyArn": KEY,
        "Architectures": ["arm64"],
    }
    functions.create_function(**about(role, **more, Code={"ZipFile": a_zip(), "SourceKMSKeyArn": KEY}))
    shown = settle(functions)
    levels = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN"}
    assert shown["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": "/aws/lambda/f", **levels}
    assert (shown["DeadLetterConfig"], shown["KMSKeyArn"]) == (more["DeadLetterConfig"], KEY)
    assert functions.get_function(FunctionName="f")["Code"]["SourceKMSKeyArn"] == KEY
    [listed] = functions.list_functions()["Functions"]
    assert (listed["LoggingConfig"], listed["Architectures"]) == (shown["LoggingConfig"], ["arm64"])


def test_everything_changes(functions: Any, connect: Connect) -> None:
    make_function(connect)
    functions.update_function_configuration(
        FunctionName="f",
        TracingConfig={"Mode": "Active"},
        EphemeralStorage={"Size": 1024},
        KMSKeyArn=KEY,
        LoggingConfig={"LogFormat": "Text", "LogGroup": "/mine"},
        DeadLetterConfig={"TargetArn": ""},
    )
    shown = settle(functions)
    assert (shown["TracingConfig"], shown["EphemeralStorage"]) == ({"Mode": "Active"}, {"Size": 1024})
    assert (shown["LoggingConfig"], shown["KMSKeyArn"]) == ({"LogFormat": "Text", "LogGroup": "/mine"}, KEY)
    functions.update_function_code(FunctionName="f", ZipFile=a_zip("two"), Architectures=["arm64"], SourceKMSKeyArn=KEY)
    assert settle(functions)["Architectures"] == ["arm64"]
    functions.update_function_configuration(FunctionName="f", KMSKeyArn="")
    assert "KMSKeyArn" not in settle(functions)


def test_a_role_must_trust_lambda(functions: Any, connect: Connect, role: str) -> None:
    for wrong in (make_role(connect, "ec2", "ec2.amazonaws.com"), f"arn:aws:iam::{ACCOUNT}:role/none"):
        assert refusal(functions.create_function, **about(wrong)) == "InvalidParameterValueException"
    functions.create_function(**about(role))
    settle(functions)
    change = {"FunctionName": "f", "Role": make_role(connect, "other", "ec2.amazonaws.com")}
    assert refusal(functions.update_function_configuration, **change) == "InvalidParameterValueException"


def test_a_name_is_taken_once(functions: Any, role: str) -> None:
    functions.create_function(**about(role))
    assert refusal(functions.create_function, **about(role)) == "ResourceConflictException"


@pytest.mark.parametrize(
    "more",
    [
        {"Timeout": 901},
        {"MemorySize": 10_241},
        {"Environment": {"Variables": {f"A{number}": "x" * 100 for number in range(40)}}},
        {"Code": {"ZipFile": b"no zip"}},
        {"Code": {"S3Bucket": "none", "S3Key": "k"}},
    ],
)
def test_what_aws_does_not_take_is_refused(functions: Any, role: str, more: dict[str, Any]) -> None:
    assert refusal(functions.create_function, **about(role, **more)) == "InvalidParameterValueException"
    assert functions.list_functions()["Functions"] == []


@pytest.mark.parametrize("needed", ["Runtime", "Handler"])
def test_a_zip_needs_runtime_and_handler(functions: Any, role: str, needed: str) -> None:
    given = about(role)
    del given[needed]
    assert refusal(functions.create_function, **given) == "InvalidParameterValueException"


def test_an_empty_zip_is_none(functions: Any, role: str) -> None:
    content = BytesIO()
    ZipFile(content, "w").close()
    assert refusal(functions.create_function, **about(role, Code={"ZipFile": content.getvalue()})) == (
        "InvalidParameterValueException"
    )


def test_code_in_a_bucket_must_be_there_and_in_the_region(functions: Any, connect: Connect, role: str) -> None:
    s3 = connect("s3")
    s3.create_bucket(Bucket="here", CreateBucketConfiguration={"LocationConstraint": REGION})
    connect("s3", "us-east-1").create_bucket(Bucket="elsewhere")
    code = {"S3Bucket": "here", "S3Key": "k"}
    assert refusal(functions.create_function, **about(role, Code=code)) == "InvalidParameterValueException"
    elsewhere = about(role, Code={**code, "S3Bucket": "elsewhere"})
    assert refusal(functions.create_function, **elsewhere) == "InvalidParameterValueException"
    s3.put_object(Bucket="here", Key="k", Body=a_zip())
    functions.create_function(**about(role, Code=code))


def test_a_function_in_a_vpc_has_interfaces_that_linger(
    functions: Any, ec2: Any, role: str, vpc: str, subnet: str, group: str
) -> None:
    config = {"SubnetIds": [subnet], "SecurityGroupIds": [group]}
    made = functions.create_function(**about(role, VpcConfig=config))
    assert made["VpcConfig"]["VpcId"] == vpc
    [interface] = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert interface["Description"].startswith("AWS Lambda VPC ENI-f-")
    assert (interface["InterfaceType"], interface["RequesterManaged"], interface["SubnetId"]) == ("lambda", True, subnet)
    assert [found["GroupId"] for found in interface["Groups"]] == [group]
    functions.delete_function(FunctionName=made["FunctionArn"])
    there = [len(ec2.describe_network_interfaces()["NetworkInterfaces"]) for _ in range(3)]
    assert there == [1, 1, 0]


def test_interfaces_follow_the_functions_subnets(
    functions: Any, ec2: Any, role: str, vpc: str, subnet: str, group: str
) -> None:
    other = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.2.0/24")["Subnet"]["SubnetId"]
    functions.create_function(**about(role, VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group]}))
    settle(functions)
    moved = {"SubnetIds": [other], "SecurityGroupIds": [group]}
    functions.update_function_configuration(FunctionName="f", VpcConfig=moved)
    [interface] = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert interface["SubnetId"] == other
    settle(functions)
    functions.update_function_configuration(FunctionName="f", VpcConfig={"SubnetIds": [], "SecurityGroupIds": []})
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []


def test_a_network_that_is_not_there_is_refused(
    functions: Any, ec2: Any, connect: Connect, role: str, subnet: str, group: str
) -> None:
    other_vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    other = ec2.create_security_group(VpcId=other_vpc, GroupName="o", Description="d")["GroupId"]
    for subnets, groups in (([subnet], []), (["subnet-1"], [group]), ([subnet], ["sg-1"]), ([subnet], [other])):
        config = {"SubnetIds": subnets, "SecurityGroupIds": groups}
        assert refusal(functions.create_function, **about(role, VpcConfig=config)) == "InvalidParameterValueException"
    without = about(make_role(connect, "without"), VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group]})
    assert refusal(functions.create_function, **without) == "InvalidParameterValueException"
    statement = {"Effect": "Allow", "Action": "ec2:*NetworkInterface*", "Resource": "*"}
    allow = {"Version": "2012-10-17", "Statement": statement}
    connect("iam").put_role_policy(RoleName="without", PolicyName="p", PolicyDocument=json.dumps(allow))
    functions.create_function(**without)


def test_a_statement_id_is_taken_once(functions: Any, connect: Connect) -> None:
    make_function(connect)
    let_in = {"FunctionName": "f", "Action": "lambda:InvokeFunction"}
    functions.add_permission(StatementId="a", Principal="events.amazonaws.com", **let_in)
    again = {"StatementId": "a", "Principal": "*", **let_in}
    assert refusal(functions.add_permission, **again) == "ResourceConflictException"
    functions.remove_permission(FunctionName="f", StatementId="a")
    assert refusal(functions.remove_permission, FunctionName="f", StatementId="a") == "ResourceNotFoundException"
    assert refusal(functions.get_policy, FunctionName="f") == "ResourceNotFoundException"


def test_a_statement_is_spelt_as_lambda_spells_it(functions: Any, connect: Connect) -> None:
    arn = make_function(connect)
    conditions = {"SourceAccount": ACCOUNT, "PrincipalOrgID": "o-0123456789", "InvokedViaFunctionUrl": True}
    principals = {"account": ACCOUNT, "role": f"arn:aws:iam::{ACCOUNT}:role/role", "service": "sns.amazonaws.com", "all": "*"}
    for sid, principal in principals.items():
        functions.add_permission(
            FunctionName="f", StatementId=sid, Action="lambda:InvokeFunction", Principal=principal, **conditions
        )
    statements = json.loads(functions.get_policy(FunctionName="f")["Policy"])["Statement"]
    root = f"arn:aws:iam::{ACCOUNT}:root"
    assert [statement["Principal"] for statement in statements] == [
        {"AWS": root},
        {"AWS": principals["role"]},
        {"Service": "sns.amazonaws.com"},
        "*",
    ]
    assert statements[0]["Condition"] == {
        "StringEquals": {"AWS:SourceAccount": ACCOUNT, "aws:PrincipalOrgID": "o-0123456789"},
        "Bool": {"lambda:InvokedViaFunctionUrl": "true"},
    }
    assert statements[0]["Resource"] == arn


def test_a_function_that_is_not_there_is_not_found(functions: Any) -> None:
    missing = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:none"
    permission = {"StatementId": "a", "Action": "lambda:InvokeFunction", "Principal": "*"}
    assert refusal(functions.add_permission, FunctionName=missing, **permission) == "ResourceNotFoundException"
    assert refusal(functions.remove_permission, FunctionName="none", StatementId="a") == "ResourceNotFoundException"
    assert refusal(functions.update_function_configuration, FunctionName="none", Timeout=3) == "ResourceNotFoundException"
    assert refusal(functions.delete_function, FunctionName="none") == "ResourceNotFoundException"


def test_a_hundred_executions_stay_for_everybody(functions: Any, connect: Connect) -> None:
    make_function(connect)
    reserve = functions.put_function_concurrency
    too_much = {"FunctionName": "f", "ReservedConcurrentExecutions": 901}
    assert refusal(reserve, **too_much) == "InvalidParameterValueException"
    reserve(FunctionName="f", ReservedConcurrentExecutions=0)
    assert functions.get_function(FunctionName="f")["Concurrency"] == {"ReservedConcurrentExecutions": 0}
    functions.delete_function_concurrency(FunctionName="f")
    assert "Concurrency" not in functions.get_function(FunctionName="f")


def test_functions_are_in_the_index_of_tags(functions: Any, connect: Connect) -> None:
    arn = make_function(connect, Tags={"a": "b"})
    found = connect("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["lambda:function"])
    assert [one["ResourceARN"] for one in found["ResourceTagMappingList"]] == [arn]
