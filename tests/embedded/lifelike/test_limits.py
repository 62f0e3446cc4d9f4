"""What AWS refuses in a single call."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from provisioner.embedded.lifelike.limited import LIMITS
from provisioner.embedded.lifelike.limits import Limits, at_most, between, matches, without_white_space

from ..conftest import behaving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.embedded.server import Running

    from ..conftest import Connect

INVALID = "InvalidParameterValue"
VPC = {"VpcId": "vpc-0123456789abcdef0"}


@pytest.fixture
def limits(server: Running) -> Iterator[None]:
    with behaving(server, Limits(LIMITS)):
        yield


def _group(**more: str) -> dict[str, str]:
    return {"GroupName": "a", "Description": "d", **VPC, **more}


def _rule(text: str) -> dict[str, Any]:
    peer = {"CidrIpv6": "::/0", "Description": text}
    return {"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "Ipv6Ranges": [peer]}]}


def _changed_rule(text: str) -> dict[str, Any]:
    rule = {"SecurityGroupRuleId": "sgr-1", "SecurityGroupRule": {"IpProtocol": "-1", "Description": text}}
    return {"GroupId": "sg-1", "SecurityGroupRules": [rule]}


def _template(name: str) -> dict[str, Any]:
    return {"LaunchTemplateName": name, "LaunchTemplateData": {"InstanceType": "t3.micro"}}


def _endpoint(policy: str) -> dict[str, Any]:
    return {**VPC, "ServiceName": "com.amazonaws.eu-central-1.s3", "PolicyDocument": policy}


def _entry(number: int) -> dict[str, Any]:
    return {"NetworkAclId": "acl-1", "RuleNumber": number, "Protocol": "-1", "RuleAction": "deny", "Egress": True}


def _interface(groups: int) -> dict[str, Any]:
    return {"SubnetId": "subnet-1", "Groups": [f"sg-{number}" for number in range(groups)]}


def _function(name: str = "f", **variables: str) -> dict[str, Any]:
    return {
        "FunctionName": name,
        "Role": "arn:aws:iam::123456789012:role/r",
        "Code": {"ZipFile": b""},
        "Environment": {"Variables": variables},
    }


def _control(**more: str) -> dict[str, Any]:
    common = {"SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}
    return {"OriginAccessControlConfig": {"Name": "a", **common, **more}}


def _distribution(comment: str, aliases: int = 0) -> dict[str, Any]:
    config = {
        "CallerReference": "1",
        "Comment": comment,
        "Enabled": False,
        "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "a.example.com"}]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
        "Aliases": {"Quantity": aliases, "Items": [f"{number}.example.com" for number in range(aliases)]},
    }
    return {"DistributionConfig": config}


def _tagged_distribution(comment: str) -> dict[str, Any]:
    return {"DistributionConfigWithTags": {**_distribution(comment), "Tags": {"Items": []}}}


def _aliases(many: int) -> dict[str, Any]:
    return _distribution("", many)


def _trust(size: int) -> str:
    """A trust policy of so many characters; white space does not count."""
    statement = {"Sid": "", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    room = size - len(json.dumps({"Statement": [statement]}, separators=(",", ":")))
    return json.dumps({"Statement": [{**statement, "Sid": "s" * room}]}, indent=4)


def _named(parameter: str, **more: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {parameter: value, **more}


FAMILY = {"DBParameterGroupFamily": "aurora-mysql8.0", "Description": "d"}
SUBNETS = {"DBSubnetGroupDescription": "d", "SubnetIds": ["subnet-1"]}
GROUP = {"MinSize": 0, "MaxSize": 0, "AvailabilityZones": ["eu-central-1a"]}
CLUSTER = {"DBClusterIdentifier": "no-such", "Engine": "no-such"}
RESERVED = "InvalidParameterValueException"

# Service and operation, the code of the refusal, the call by its value, and a value that just fits and one that does not.
CASES: list[tuple[str, str, str, Callable[[Any], dict[str, Any]], Any, Any]] = [
    ("autoscaling", "create_auto_scaling_group", "ValidationError", _named("AutoScalingGroupName", **GROUP), "a/b", "a:b"),
    ("cloudfront", "create_distribution", "InvalidArgument", _distribution, "c" * 128, "c" * 129),
    ("cloudfront", "create_distribution_with_tags", "InvalidArgument", _tagged_distribution, "c" * 128, "c" * 129),
    ("cloudfront", "create_distribution", "TooManyDistributionCNAMEs", _aliases, 100, 101),
    ("cloudfront", "create_origin_access_control", "InvalidArgument", lambda text: _control(Name=text), "n" * 64, "n" * 65),
    ("cloudfront", "create_origin_access_control", "InvalidArgument", lambda text: _control(Description=text), "d", "d" * 257),
    ("ec2", "authorize_security_group_egress", INVALID, _rule, "d" * 255, "it's"),
    ("ec2", "create_launch_template", "InvalidLaunchTemplateName.MalformedException", _template, "a.b/c(1)_-", "a b"),
    ("ec2", "create_network_acl_entry", INVALID, _entry, 32_766, 32_767),
    ("ec2", "create_network_interface", "SecurityGroupsPerInterfaceLimitExceeded", _interface, 5, 6),
    ("ec2", "create_route_table", "InvalidClientToken", _named("ClientToken", **VPC), "t" * 64, "t" * 65),
    ("ec2", "create_security_group", INVALID, lambda text: _group(Description=text), "its {own}", "it's"),
    ("ec2", "create_security_group", INVALID, lambda text: _group(GroupName=text), "a-sg-1", "sg-1"),
    ("ec2", "create_security_group", INVALID, lambda text: _group(GroupName=text), "g" * 255, "g" * 256),
    ("ec2", "create_vpc_endpoint", "InvalidPolicyDocument", _endpoint, "p" * 20_480, "p" * 20_481),
    ("ec2", "modify_security_group_rules", INVALID, _changed_rule, "d", "\u00fc"),
    ("ec2", "update_security_group_rule_descriptions_ingress", INVALID, _rule, "", "d" * 256),
    ("iam", "create_role", "LimitExceeded", _named("AssumeRolePolicyDocument", RoleName="r"), _trust(2048), _trust(2049)),
    ("iam", "update_assume_role_policy", "LimitExceeded", _named("PolicyDocument", RoleName="r"), _trust(2048), _trust(2049)),
    ("kms", "create_alias", "NotAuthorizedException", _named("AliasName", TargetKeyId="k"), "alias/awsome", "alias/aws/rds"),
    ("kms", "create_key", "LimitExceededException", _named("Policy"), "p" * 32_768, "p" * 32_769),
    ("lambda", "create_function", "ValidationException", lambda name: _function(name), "f" * 64, "f" * 65),
    ("lambda", "create_function", RESERVED, lambda size: _function(V="v" * size), 4096 - len('{"V":""}'), 4096),
    ("lambda", "create_function", RESERVED, lambda name: _function(**{name: "v"}), "AWS_LAMBDA_EXEC_WRAPPER", "AWS_REGION"),
    ("rds", "create_db_cluster", INVALID, _named("BackupRetentionPeriod", **CLUSTER), 35, 36),
    ("rds", "create_db_cluster", INVALID, _named("DatabaseName", **CLUSTER), "d" * 64, "a-b"),
    ("rds", "create_db_cluster", INVALID, _named("MasterUsername", **CLUSTER), "m" * 16, "m" * 17),
    ("rds", "create_db_cluster", INVALID, _named("MasterUsername", **CLUSTER), "admin", "rdsadmin"),
    ("rds", "create_db_cluster", INVALID, _named("Port", **CLUSTER), 1150, 1149),
    ("rds", "create_db_cluster_parameter_group", INVALID, _named("DBClusterParameterGroupName", **FAMILY), "b1", "1b"),
    ("rds", "create_db_parameter_group", INVALID, _named("DBParameterGroupName", **FAMILY), "a-b", "a--b"),
    ("rds", "create_db_parameter_group", INVALID, _named("DBParameterGroupName", **FAMILY), "p" * 255, "p" * 256),
    ("rds", "create_db_subnet_group", INVALID, _named("DBSubnetGroupName", **SUBNETS), "My group_1.", "Default"),
    (
        *("rds", "create_db_cluster_snapshot", INVALID),
        *(_named("DBClusterSnapshotIdentifier", DBClusterIdentifier="no-such"), "a-1", "a-"),
    ),
    (
        "rds",
        "delete_db_cluster",
        INVALID,
        _named("FinalDBSnapshotIdentifier", DBClusterIdentifier="no-such"),
        "last-1",
        "last-",
    ),
    ("s3", "put_bucket_policy", "MalformedPolicy", _named("Policy", Bucket="no-such"), "p" * 20_480, "p" * 20_481),
    (
        "sns",
        "create_topic",
        "InvalidParameter",
        lambda text: {"Name": "t", "Attributes": {"DisplayName": text}},
        "d",
        "d" * 101,
    ),
]


def _answer(client: Any, operation: str, parameters: dict[str, Any]) -> tuple[str, str]:
    """Code and message of an error; empty where there is none."""
    try:
        getattr(client, operation)(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return "", ""


@pytest.mark.usefixtures("limits")
@pytest.mark.parametrize(
    ("service", "operation", "code", "call", "fits", "breaks"),
    CASES,
    ids=[f"{number}-{case[1]}" for number, case in enumerate(CASES)],
)
def test_what_breaks_a_limit_is_refused_and_what_just_fits_is_not(
    connect: Connect, service: str, operation: str, code: str, call: Any, fits: Any, breaks: Any
) -> None:
    client = connect(service)
    refused, words = _answer(client, operation, call(breaks))
    assert (refused, _is_of_a_limit(words)) == (code, True)
    # Mostly it is refused for something else, since what it is about is not there.
    assert not _is_of_a_limit(_answer(client, operation, call(fits))[1])


def _is_of_a_limit(message: str) -> bool:
    return any(message.startswith(limit.words.partition("{value}")[0]) for limit in LIMITS)


def test_every_limit_is_tested() -> None:
    tested = {(service, name, code) for service, name, code, *_ in CASES}
    for limit in LIMITS:
        hit = [case for case in tested if case[0] == limit.service and case[2] == limit.code]
        assert any(re.fullmatch(limit.operations, _camel(name)) for _, name, _ in hit), limit


def _camel(name: str) -> str:
    words = "".join(word.capitalize() for word in name.split("_"))
    return words.replace("Db", "DB")


def test_the_refusal_says_the_value(connect: Connect, server: Running) -> None:
    with behaving(server, Limits(LIMITS)):
        _, words = _answer(connect("ec2"), "create_security_group", _group(Description="it's"))
    assert words.startswith("Value (it's) for parameter GroupDescription is invalid.")


@pytest.mark.parametrize(
    ("fits", "good", "bad"),
    [
        (matches("a+"), ("a", "aa"), ("", "ab", "a\n")),
        (at_most(2), (2, "ab", [1]), (3, "abc", [1, 2, 3])),
        (between(1, 2), (1, 2), (0, 3)),
        (without_white_space(2), ("a b\n", ""), ("a b c",)),
    ],
)
def test_limits_are_bounds_inclusive(fits: Any, good: tuple[Any, ...], bad: tuple[Any, ...]) -> None:
    assert [fits(value) for value in good] == [True] * len(good)
    assert [fits(value) for value in bad] == [False] * len(bad)
