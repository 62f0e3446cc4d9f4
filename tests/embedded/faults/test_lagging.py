"""Reads that do not know of the last changes yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.clock import going
from provisioner.embedded.faults.kinds import KINDS

from ..conftest import REGION, refusal
from .conftest import TRUST, vpcs

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.embedded.faults.kinds import Kind

    from ..conftest import Connect
    from .conftest import GoingWrong

RANGE = "10.0.0.0/16"
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


# -- What was made


def test_what_was_made_is_missing_from_the_next_answers_of_each_read(ec2: Any, going_wrong: GoingWrong) -> None:
    with going_wrong("late *:* 2") as injected:
        made = ec2.create_vpc(CidrBlock=RANGE)["Vpc"]["VpcId"]
        assert [vpcs(ec2) for _ in range(3)] == [[], [], [made]]
        for _ in range(2):
            assert refusal(ec2.describe_vpcs, VpcIds=[made]) == "InvalidVpcID.NotFound"
            assert refusal(ec2.describe_vpc_attribute, VpcId=made, Attribute="enableDnsSupport") == "InvalidVpcID.NotFound"
        assert len(ec2.describe_vpcs(VpcIds=[made])["Vpcs"]) == 1
        ec2.describe_vpc_attribute(VpcId=made, Attribute="enableDnsSupport")
        of_vpc = [{"Name": "vpc-id", "Values": [made]}]
        assert [len(ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"]) for _ in range(3)] == [0, 0, 1]
    assert injected.counts == {"late": 8}


def test_a_rule_names_the_read_that_is_late(ec2: Any, going_wrong: GoingWrong) -> None:
    with going_wrong("late ec2:DescribeVpcAttribute 1"):
        made = ec2.create_vpc(CidrBlock=RANGE)["Vpc"]["VpcId"]
        assert vpcs(ec2) == [made]
        assert refusal(ec2.describe_vpc_attribute, VpcId=made, Attribute="enableDnsSupport") == "InvalidVpcID.NotFound"


def test_some_time_after_it_was_made_all_reads_show_it(ec2: Any, going_wrong: GoingWrong) -> None:
    with going(0.001), going_wrong("late *:*", "stale *:*", "ghost *:*"):
        made = ec2.create_vpc(CidrBlock=RANGE)["Vpc"]["VpcId"]
        assert vpcs(ec2) == [made]
        ec2.delete_vpc(VpcId=made)
        assert vpcs(ec2) == []


def test_what_is_made_anew_under_its_name_is_late_again(connect: Connect, going_wrong: GoingWrong) -> None:
    iam = connect("iam")
    make = {"RoleName": "a", "AssumeRolePolicyDocument": TRUST}
    with going_wrong("late iam:GetRole 1"):
        for _ in range(2):
            iam.create_role(**make)
            assert refusal(iam.get_role, RoleName="a") == "NoSuchEntity"
            iam.get_role(RoleName="a")
            iam.delete_role(RoleName="a")


def test_what_is_put_where_it_stands_is_not_late_again(connect: Connect, going_wrong: GoingWrong) -> None:
    logs = connect("logs")
    logs.create_log_group(logGroupName="a")
    put = {"logGroupName": "a", "filterName": "b", "filterPattern": "x"}
    metric = {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}
    with going_wrong("late logs:DescribeMetricFilters 1"):
        for expected in ([0, 1], [1, 1]):
            logs.put_metric_filter(**put, metricTransformations=[metric])
            assert [len(logs.describe_metric_filters(logGroupName="a")["metricFilters"]) for _ in range(2)] == expected


def _role(iam: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    iam.create_role(RoleName="a", AssumeRolePolicyDocument=TRUST)
    return lambda: iam.list_roles()["Roles"], lambda: iam.get_role(RoleName="a")


def _inline_policy(iam: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    iam.create_role(RoleName="z", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="z", PolicyName="p", PolicyDocument=POLICY)
    # The role is late, too, and was so in answers of its own.
    for _ in range(2):
        refusal(iam.list_role_policies, RoleName="z")
        refusal(iam.get_role_policy, RoleName="z", PolicyName="p")
    return lambda: iam.list_role_policies(RoleName="z")["PolicyNames"], lambda: iam.get_role_policy(
        RoleName="z", PolicyName="p"
    )


def _key(kms: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    made = kms.create_key()["KeyMetadata"]
    return lambda: kms.list_keys()["Keys"], lambda: kms.describe_key(KeyId=made["Arn"])


def _log_group(logs: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    logs.create_log_group(logGroupName="a")
    return lambda: logs.describe_log_groups()["logGroups"], lambda: logs.describe_metric_filters(logGroupName="a")


def _bucket(s3: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    s3.create_bucket(Bucket="some-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    return lambda: s3.list_buckets()["Buckets"], lambda: s3.head_bucket(Bucket="some-bucket")


def _topic(sns: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    arn = sns.create_topic(Name="a")["TopicArn"]
    return lambda: sns.list_topics()["Topics"], lambda: sns.get_topic_attributes(TopicArn=arn)


def _secret(secrets: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    secrets.create_secret(Name="a", SecretString="x")
    return lambda: secrets.list_secrets()["SecretList"], lambda: secrets.describe_secret(SecretId="a")


def _zone(route53: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    return lambda: route53.list_hosted_zones()["HostedZones"], lambda: route53.get_hosted_zone(Id=zone)


def _parameter_group(rds: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    name = {"DBClusterParameterGroupName": "a"}
    rds.create_db_cluster_parameter_group(**name, DBParameterGroupFamily="aurora-mysql8.0", Description="a")
    listed = lambda: [  # noqa: E731 - as the others
        one
        for one in rds.describe_db_cluster_parameter_groups()["DBClusterParameterGroups"]
        if one["DBClusterParameterGroupName"] == "a"
    ]
    return listed, lambda: rds.describe_db_cluster_parameter_groups(**name)


def _target_group(elbv2: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    elbv2.create_target_group(Name="a", TargetType="lambda")
    return lambda: elbv2.describe_target_groups()["TargetGroups"], lambda: elbv2.describe_target_groups(Names=["a"])


def _headers(cloudfront: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    config = {"Name": "a", "SecurityHeadersConfig": {"ContentTypeOptions": {"Override": True}}}
    made = cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=config)["ResponseHeadersPolicy"]["Id"]
    shown = lambda: cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"].get("Items", [])  # noqa: E731
    return shown, lambda: cloudfront.get_response_headers_policy(Id=made)


def _source(logs: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Two kinds whose parameter is but `name`."""
    arn = "arn:aws:logs:eu-central-1:123456789012:log-group:g"
    logs.create_log_group(logGroupName="g")
    logs.put_delivery_destination(name="a", deliveryDestinationConfiguration={"destinationResourceArn": arn})
    return (
        lambda: logs.describe_delivery_destinations()["deliveryDestinations"],
        lambda: logs.get_delivery_destination(name="a"),
    )


@pytest.mark.parametrize(
    ("service", "make", "code"),
    [
        ("iam", _role, "NoSuchEntity"),
        ("iam", _inline_policy, "NoSuchEntity"),
        ("kms", _key, "NotFoundException"),
        ("logs", _log_group, "ResourceNotFoundException"),
        ("logs", _source, "ResourceNotFoundException"),
        ("s3", _bucket, "404"),
        ("sns", _topic, "NotFound"),
        ("secretsmanager", _secret, "ResourceNotFoundException"),
        ("route53", _zone, "NoSuchHostedZone"),
        ("rds", _parameter_group, "DBParameterGroupNotFound"),
        ("elbv2", _target_group, "TargetGroupNotFound"),
        ("cloudfront", _headers, "NoSuchResponseHeadersPolicy"),
    ],
)
def test_every_service_is_late_in_its_own_words(
    connect: Connect, going_wrong: GoingWrong, service: str, make: Callable[[Any], Any], code: str
) -> None:
    with going_wrong("late *:* 2"):
        listed, read = make(connect(service))
        assert [len(listed()) for _ in range(3)] == [0, 0, 1]
        assert [refusal(read) for _ in range(2)] == [code, code]
        read()


def test_the_index_of_tags_is_late_too(connect: Connect, going_wrong: GoingWrong) -> None:
    index = connect("resourcegroupstaggingapi")
    with going_wrong("late resourcegroupstaggingapi:* 1"):
        connect("sns").create_topic(Name="a", Tags=[{"Key": "a", "Value": "b"}])
        assert [len(index.get_resources()["ResourceTagMappingList"]) for _ in range(2)] == [0, 1]


def test_parts_are_late_though_they_have_no_list(connect: Connect, going_wrong: GoingWrong) -> None:
    s3 = connect("s3")
    s3.create_bucket(Bucket="some-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    with going_wrong("late *:* 1", "ghost *:* 1"):
        assert refusal(s3.get_bucket_tagging, Bucket="some-bucket") == "NoSuchTagSet"
        s3.put_bucket_tagging(Bucket="some-bucket", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
        assert refusal(s3.get_bucket_tagging, Bucket="some-bucket") == "NoSuchTagSet"
        s3.get_bucket_tagging(Bucket="some-bucket")
        s3.delete_bucket_tagging(Bucket="some-bucket")
        s3.get_bucket_tagging(Bucket="some-bucket")
        assert refusal(s3.get_bucket_tagging, Bucket="some-bucket") == "NoSuchTagSet"


# -- What was deleted and changed


def test_what_was_deleted_stays_in_the_next_lists(ec2: Any, going_wrong: GoingWrong, vpc: str, subnet: str) -> None:
    def shown(value: str) -> list[str]:
        found = ec2.describe_subnets(Filters=[{"Name": "tag:a", "Values": [value]}])["Subnets"]
        return [one["SubnetId"] for one in found if one["VpcId"] == vpc]

    with going_wrong("ghost *:* 2") as injected:
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.2.0/24")["Subnet"]["SubnetId"]
        ec2.create_tags(Resources=[subnet], Tags=[{"Key": "a", "Value": "b"}])
        assert (shown("b"), shown("c")) == ([subnet], [])
        ec2.delete_subnet(SubnetId=subnet)
        assert refusal(ec2.delete_subnet, SubnetId=subnet) == "InvalidSubnetID.NotFound"
        assert shown("c") == []
        assert [shown("b") for _ in range(3)] == [[subnet], [subnet], []]
    assert injected.counts == {"ghost": 2}


def test_what_was_changed_is_shown_as_it_was(ec2: Any, going_wrong: GoingWrong, vpc: str) -> None:
    def tagged() -> list[str]:
        (found,) = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
        return [tag["Value"] for tag in found.get("Tags", ())]

    def supported() -> bool:
        return bool(ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsSupport")["EnableDnsSupport"]["Value"])

    with going_wrong("stale *:* 2"):
        assert (tagged(), supported()) == ([], True)
        ec2.create_tags(Resources=[vpc], Tags=[{"Key": "a", "Value": "b"}])
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": False})
        assert [tagged() for _ in range(3)] == [[], [], ["b"]]
        assert [supported() for _ in range(3)] == [True, True, False]


def test_old_and_new_may_take_turns(ec2: Any, connect: Connect, going_wrong: GoingWrong, vpc: str) -> None:
    with going_wrong("flap *:* 2") as injected:
        made = ec2.create_vpc(CidrBlock=RANGE)["Vpc"]["VpcId"]
        assert [made in vpcs(ec2) for _ in range(6)] == [False, True, False, True, True, True]

        def described() -> str:
            (found,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
            return " ".join(tag["Value"] for tag in found.get("Tags", ()))

        group = ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
        for _ in range(2):
            assert refusal(ec2.describe_security_groups, GroupIds=[group]) == "InvalidGroup.NotFound"
            assert described() == ""
        ec2.create_tags(Resources=[group], Tags=[{"Key": "a", "Value": "new"}])
        assert [described() for _ in range(6)] == ["", "new", "", "new", "new", "new"]
    assert injected.counts == {"flap": 6}


def test_s3_shows_objects_at_once(connect: Connect, going_wrong: GoingWrong) -> None:
    s3 = connect("s3")
    s3.create_bucket(Bucket="some-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    with going_wrong("late *:*", "stale *:*", "flap *:*", "ghost *:*") as injected:
        assert refusal(s3.head_object, Bucket="some-bucket", Key="a") == "404"
        s3.put_object(Bucket="some-bucket", Key="a", Body=b"x")
        assert s3.head_object(Bucket="some-bucket", Key="a")["ContentLength"] == 1
    assert not injected.counts


def test_an_answer_that_hangs_on_nothing_is_never_an_old_one(connect: Connect, going_wrong: GoingWrong) -> None:
    secrets = connect("secretsmanager")
    with going_wrong("stale *:*") as injected:
        secrets.create_secret(Name="a", SecretString="x")
        assert len({secrets.get_random_password()["RandomPassword"] for _ in range(3)}) == 3
    assert not injected.counts


# -- The table


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.service} {kind.noun}")
def test_every_row_says_what_the_service_model_says(connect: Connect, kind: Kind) -> None:
    model = connect(kind.service).meta.service_model
    calls = [*kind.makes.split(), *kind.ends.split(), kind.call.partition(":")[2]]
    assert set(calls) <= set(model.operation_names)
    operation, path, *_ = kind.listed.split()
    shape = model.operation_model(operation).output_shape
    for member in path.split("."):
        shape = shape.members[member]
    items = shape.member
    for member in kind.listing.members:
        inner = items
        if member == "@":
            assert inner.type_name == "string"
            continue
        if inner.type_name == "string":
            assert member in model.operation_model(operation).input_shape.members
            continue
        for part in member.split("."):
            if part not in inner.members:
                assert part in model.operation_model(operation).input_shape.members
                break
            inner = inner.members[part]
    for call in kind.makes.split():
        asked, said = model.operation_model(call).input_shape, model.operation_model(call).output_shape
        for member in kind.key.split() if not kind.made else []:
            assert member in asked.members
        for part in kind.made.replace("@", "").replace("[0]", "").split():
            assert part in said.members
    named = {
        name for one in model.operation_names if (shape := model.operation_model(one).input_shape) for name in shape.members
    }
    assert set(kind.parameters.split()) <= named
