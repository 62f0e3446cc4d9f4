from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resource import as_tags
from provisioner.resources.ec2.launch_template import LaunchTemplate
from provisioner.resources.ec2.launch_template_parts import BlockDevice, MetadataOptions, NetworkInterface
from provisioner.resources.iam.instance_profile import InstanceProfile

from .in_aws import run, to_do, up, writes

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

KEY = "arn:aws:kms:us-east-1:123456789012:key/0123"
OWN = {
    "Name": "shop-app-test",
    "team": "shop",
    "provisioner:plan": "shop",
    "provisioner:environment": "test",
    "provisioner:step": "LaunchTemplate/app",
}


def app(**more: Any) -> LaunchTemplate:
    return LaunchTemplate("app", **{"image_id": "ami-12c6146b", "instance_type": "t3.small", **more})


def data(aws: Aws, version: str = "$Latest") -> Any:
    found = aws.ec2.describe_launch_template_versions(LaunchTemplateName="shop-app-test", Versions=[version])
    return found["LaunchTemplateVersions"][0]["LaunchTemplateData"]


def test_what_is_launched_is_safe_by_default_and_carries_the_plans_tags(aws: Aws) -> None:
    made = up(aws, app(tags={"colour": "red"}))["app"]
    assert as_tags(made["Tags"]) == {**OWN, "colour": "red"}
    told = data(aws)
    assert told["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled"}
    assert {one["ResourceType"]: as_tags(one["Tags"]) for one in told["TagSpecifications"]} == {
        "instance": {**OWN, "colour": "red"},
        "volume": {**OWN, "colour": "red"},
    }


def test_tags_of_some_kinds_are_added_to_the_steps_own(aws: Aws) -> None:
    up(aws, app(tag_specifications={"instance": {"role": "app"}}))
    assert [(one["ResourceType"], as_tags(one["Tags"])) for one in data(aws)["TagSpecifications"]] == [
        ("instance", {**OWN, "role": "app"})
    ]


def test_another_wish_is_another_version_which_becomes_the_default(aws: Aws, embedded: Running) -> None:
    up(aws, app())
    before = len(embedded.calls)
    made = up(aws, app(instance_type="t3.large", version_description="larger"))["app"]
    assert (made["LatestVersionNumber"], made["DefaultVersionNumber"], made["VersionDescription"]) == (2, 2, "larger")
    assert writes(embedded, before) == ["CreateLaunchTemplateVersion", "ModifyLaunchTemplate"]
    assert data(aws, "1")["InstanceType"] == "t3.small"


def test_who_uses_the_newest_version_gets_the_one_that_is_made(aws: Aws) -> None:
    template = app()
    up(aws, template)
    changed = app(instance_type="t3.large")
    [action] = run(aws, changed).preview().actions
    assert action.kind == "update"
    up(aws, changed)
    assert run(aws, changed).preview().actions[0].live["LatestVersionNumber"] == 2  # type: ignore[index]


def test_what_the_plan_does_not_manage_is_taken_over(aws: Aws) -> None:
    up(aws, app(user_data="#!/bin/sh", key_name="mine", version_description="One"))
    made = up(aws, app(instance_type="t3.large"))["app"]
    assert (made["UserData"], made["Data"]["KeyName"], made["VersionDescription"]) == ("#!/bin/sh", "mine", "One")


def test_user_data_is_text_here_and_encoded_there(aws: Aws) -> None:
    made = up(aws, app(user_data="#!/bin/sh\necho grüezi"))["app"]
    assert made["UserData"] == "#!/bin/sh\necho grüezi"
    assert base64.b64decode(data(aws)["UserData"]).decode() == made["UserData"]
    assert "UserData" not in up(aws, app(user_data=""))["app"]["Data"]


def test_a_version_of_another_hand_is_drift(aws: Aws) -> None:
    up(aws, app())
    aws.ec2.create_launch_template_version(
        LaunchTemplateName="shop-app-test", SourceVersion="1", LaunchTemplateData={"ImageId": "ami-1812c061"}
    )
    assert list(to_do(aws, app())["LaunchTemplate/app"]) == ["image_id", "default_version"]
    assert up(aws, app())["app"]["DefaultVersionNumber"] == 3


def test_a_run_killed_between_the_version_and_the_default_is_finished_without_another_version(aws: Aws) -> None:
    up(aws, app())
    aws.ec2.create_launch_template_version(
        LaunchTemplateName="shop-app-test", SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.large"}
    )
    larger = app(instance_type="t3.large")
    assert list(to_do(aws, larger)["LaunchTemplate/app"]) == ["default_version"]
    made = up(aws, larger)["app"]
    assert (made["LatestVersionNumber"], made["DefaultVersionNumber"]) == (2, 2)


def test_the_default_can_be_a_version_of_ones_own_or_nobodys(aws: Aws) -> None:
    up(aws, app())
    made = up(aws, app(instance_type="t3.large", default_version="1"))["app"]
    assert (made["LatestVersionNumber"], made["DefaultVersionNumber"]) == (2, 1)
    assert up(aws, app(instance_type="t3.medium", default_version=None))["app"]["DefaultVersionNumber"] == 1
    assert up(aws, app(instance_type="t3.medium"))["app"]["DefaultVersionNumber"] == 3


def test_interfaces_in_the_place_of_groups(aws: Aws) -> None:
    interfaces = (
        NetworkInterface(1, ("sg-2",), more={"Ipv6Addresses": [{"Ipv6Address": "fd00::1"}]}),
        NetworkInterface(0, ("sg-2", "sg-1"), associate_public_ip_address=False),
        NetworkInterface(2),
    )
    up(aws, app(network_interfaces=interfaces))
    assert [one.get("Groups") for one in data(aws)["NetworkInterfaces"]] == [["sg-1", "sg-2"], ["sg-2"], None]
    assert to_do(aws, app(network_interfaces=interfaces[:2]))["LaunchTemplate/app"]["network_interfaces"]


def test_requirements_in_the_place_of_a_type(aws: Aws) -> None:
    requirements = {"VCpuCount": {"Min": 2}, "MemoryMiB": {"Min": 4096}, "BurstablePerformance": "included"}
    step = LaunchTemplate("app", image_id="ami-12c6146b", instance_requirements=requirements, metadata_options=None)
    up(aws, step)
    assert data(aws)["InstanceRequirements"] == requirements


def test_devices_are_compared_by_name_and_a_key_by_its_id(aws: Aws) -> None:
    first = BlockDevice("/dev/xvda", volume_size=20, kms_key=KEY)
    others = (BlockDevice("/dev/xvdc", no_device=True), BlockDevice("/dev/xvdb", virtual_name="ephemeral0"))
    up(aws, app(block_device_mappings=(first, *others)))
    told = data(aws)["BlockDeviceMappings"]
    assert told[0]["Ebs"]["KmsKeyId"] == KEY
    same = first._replace(kms_key="0123")
    assert to_do(aws, app(block_device_mappings=(*others, same))) == {}


def test_metadata_options_that_are_not_said_are_not_managed(aws: Aws) -> None:
    up(aws, app(metadata_options=MetadataOptions(http_tokens="optional", http_endpoint=None)))
    assert data(aws)["MetadataOptions"] == {"HttpTokens": "optional", "HttpPutResponseHopLimit": 1}


def test_a_profile_is_a_name_or_an_arn_or_none(aws: Aws) -> None:
    profile = InstanceProfile("app")
    up(aws, profile, app(iam_instance_profile=profile))
    assert data(aws)["IamInstanceProfile"] == {"Name": "shop-app-test"}
    up(aws, profile, app(iam_instance_profile=profile.arn))
    assert data(aws)["IamInstanceProfile"] == {"Arn": "arn:aws:iam::123456789012:instance-profile/shop/test/shop-app-test"}
    up(aws, profile, app(iam_instance_profile=""))
    assert "IamInstanceProfile" not in data(aws)


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"user_data": "x" * 16_385}, "user_data has 16385 bytes"),
        ({"security_groups": ("sg-1",), "network_interfaces": (NetworkInterface(),)}, "these have the security_groups"),
        ({"instance_requirements": {"VCpuCount": {"Min": 2}}}, "not both"),
    ],
)
def test_what_ec2_would_not_take_is_refused_at_once(wishes: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        app(**wishes)
