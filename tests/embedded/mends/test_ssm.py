"""The instances that Systems Manager manages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"


@pytest.fixture
def ssm(connect: Connect) -> Any:
    return connect("ssm")


@pytest.fixture
def instances(connect: Connect, ec2: Any) -> list[str]:
    """One with a role, and one without."""
    iam, trust = connect("iam"), {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=document)
    iam.create_instance_profile(InstanceProfileName="app")
    iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="app")
    made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=2, MaxCount=2)["Instances"]
    ec2.associate_iam_instance_profile(InstanceId=made[0]["InstanceId"], IamInstanceProfile={"Name": "app"})
    return [one["InstanceId"] for one in made]


def managed(ssm: Any, **filters: Any) -> list[str]:
    return [one["InstanceId"] for one in ssm.describe_instance_information(**filters)["InstanceInformationList"]]


def test_an_instance_comes_by_itself_where_its_role_lets_it_and_for_as_long_as_it_runs(
    connect: Connect, ec2: Any, ssm: Any, instances: list[str]
) -> None:
    assert managed(ssm) == []
    connect("iam").attach_role_policy(RoleName="app", PolicyArn=CORE)
    assert managed(ssm) == instances[:1]
    [shown] = ssm.describe_instance_information()["InstanceInformationList"]
    assert (shown["PingStatus"], shown["ResourceType"]) == ("Online", "EC2Instance")
    ec2.stop_instances(InstanceIds=instances[:1])
    assert managed(ssm) == []


def test_instances_are_asked_for_by_their_ids_in_both_ways(connect: Connect, ssm: Any, instances: list[str]) -> None:
    connect("iam").attach_role_policy(RoleName="app", PolicyArn=CORE)
    for ids in (instances[:1], instances):
        assert managed(ssm, Filters=[{"Key": "InstanceIds", "Values": ids}]) == instances[:1]
        assert managed(ssm, InstanceInformationFilterList=[{"key": "InstanceIds", "valueSet": ids}]) == instances[:1]
    assert managed(ssm, Filters=[{"Key": "InstanceIds", "Values": instances[1:]}]) == []
    other = [{"Key": "PingStatus", "Values": ["Online"]}]
    assert refusal(ssm.describe_instance_information, Filters=other) == "InvalidInstanceInformationFilterValue"
