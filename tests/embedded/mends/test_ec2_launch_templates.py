"""Launch templates, and the instances that are launched from them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

IMAGE = "ami-12c6146b"
ROOT = "/dev/sda1"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def create(ec2: Any, name: str = "app", **data: Any) -> str:
    tags = [{"ResourceType": "launch-template", "Tags": [{"Key": "of", "Value": "the template"}]}]
    made = ec2.create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData={"ImageId": IMAGE, **data}, TagSpecifications=tags
    )
    return str(made["LaunchTemplate"]["LaunchTemplateId"])


def data(ec2: Any, version: str = "$Latest") -> Any:
    found = ec2.describe_launch_template_versions(LaunchTemplateName="app", Versions=[version])
    return found["LaunchTemplateVersions"][0]["LaunchTemplateData"]


def run(ec2: Any, **more: Any) -> Any:
    made = ec2.run_instances(MinCount=1, MaxCount=1, LaunchTemplate={"LaunchTemplateName": "app"}, **more)["Instances"][0]
    return ec2.describe_instances(InstanceIds=[made["InstanceId"]])["Reservations"][0]["Instances"][0]


def volumes(ec2: Any, instance: Any) -> list[Any]:
    named = {one["Ebs"]["VolumeId"]: one["DeviceName"] for one in instance["BlockDeviceMappings"]}
    found = ec2.describe_volumes(VolumeIds=list(named))["Volumes"]
    return sorted(({**one, "Device": named[one["VolumeId"]]} for one in found), key=lambda one: one["Device"])


def test_a_templates_own_tags_are_not_what_it_launches_with(ec2: Any) -> None:
    create(ec2)
    assert "TagSpecifications" not in data(ec2)
    [listed] = ec2.describe_launch_templates()["LaunchTemplates"]
    assert listed["Tags"] == [{"Key": "of", "Value": "the template"}]
    wished = [{"ResourceType": "volume", "Tags": [{"Key": "a", "Value": "b"}]}]
    create(ec2, "other", TagSpecifications=wished)
    found = ec2.describe_launch_template_versions(LaunchTemplateName="other")["LaunchTemplateVersions"]
    assert found[0]["LaunchTemplateData"]["TagSpecifications"] == wished


def test_a_template_takes_tags_for_itself_only(ec2: Any) -> None:
    wrong = [{"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "b"}]}]
    create: Any = ec2.create_launch_template
    assert refusal(create, LaunchTemplateName="app", LaunchTemplateData={}, TagSpecifications=wrong) == "InvalidParameterValue"


def test_a_version_takes_from_its_source_what_it_does_not_say(ec2: Any) -> None:
    create(ec2, KeyName="mine", UserData=encoded("one"))
    change = {"LaunchTemplateName": "app", "LaunchTemplateData": {"InstanceType": "t3.large", "UserData": encoded("two")}}
    made = ec2.create_launch_template_version(**change, SourceVersion="1")["LaunchTemplateVersion"]
    assert made["LaunchTemplateData"] == data(ec2, "2")
    assert data(ec2) == {"ImageId": IMAGE, "KeyName": "mine", "InstanceType": "t3.large", "UserData": encoded("two")}
    ec2.create_launch_template_version(**change, VersionDescription="alone")
    assert data(ec2) == change["LaunchTemplateData"]
    ec2.modify_launch_template(LaunchTemplateName="app", DefaultVersion="2")
    assert run(ec2)["InstanceType"] == "t3.large"


def test_the_same_token_makes_one_version(ec2: Any) -> None:
    create(ec2)
    for _ in range(2):
        made = ec2.create_launch_template_version(LaunchTemplateName="app", LaunchTemplateData={}, ClientToken="one")
    assert made["LaunchTemplateVersion"]["VersionNumber"] == 2


@pytest.mark.parametrize("text", ["no base64", encoded("x" * 16_385)])
def test_user_data_is_base64_of_16_kilobytes_at_most(ec2: Any, text: str) -> None:
    wish = {"LaunchTemplateName": "app", "LaunchTemplateData": {"UserData": text}}
    assert refusal(ec2.create_launch_template, **wish) == "InvalidUserData.Malformed"


def test_all_templates_and_versions_are_shown_page_by_page(ec2: Any) -> None:
    for number in range(17):
        create(ec2, f"t{number:02}")
        ec2.create_launch_template_version(LaunchTemplateName="t00", LaunchTemplateData={"KeyName": str(number)})
    assert len(ec2.describe_launch_templates()["LaunchTemplates"]) == 17
    pages = ec2.get_paginator("describe_launch_templates").paginate(PaginationConfig={"PageSize": 5})
    assert [len(page["LaunchTemplates"]) for page in pages] == [5, 5, 5, 2]
    shown = ec2.describe_launch_template_versions(LaunchTemplateName="t00", MinVersion="3", MaxVersion="18")
    assert len(shown["LaunchTemplateVersions"]) == 16
    tagged = ec2.describe_launch_templates(Filters=[{"Name": "tag:of", "Values": ["the template"]}])
    assert len(tagged["LaunchTemplates"]) == 17


def test_the_code_says_whether_an_id_or_a_name_is_missing(ec2: Any) -> None:
    by_id, by_name = {"LaunchTemplateId": "lt-0123456789abcdef0"}, {"LaunchTemplateName": "none"}
    for call, more in (
        (ec2.delete_launch_template, {}),
        (ec2.modify_launch_template, {"DefaultVersion": "1"}),
        (ec2.create_launch_template_version, {"LaunchTemplateData": {}}),
        (ec2.describe_launch_template_versions, {}),
    ):
        assert refusal(call, **by_id, **more) == "InvalidLaunchTemplateId.NotFound"
        assert refusal(call, **by_name, **more) == "InvalidLaunchTemplateName.NotFoundException"
    assert refusal(ec2.describe_launch_templates, LaunchTemplateIds=["lt-0"]) == "InvalidLaunchTemplateId.NotFound"


def test_an_instance_is_what_its_template_says(ec2: Any, connect: Connect, subnet: str, vpc: str) -> None:
    group = ec2.create_security_group(GroupName="app", Description="app", VpcId=vpc)["GroupId"]
    profile = connect("iam").create_instance_profile(InstanceProfileName="app")["InstanceProfile"]
    create(
        ec2,
        InstanceType="t3.small",
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        IamInstanceProfile={"Name": "app"},
        Monitoring={"Enabled": True},
        NetworkInterfaces=[{"DeviceIndex": 0, "Groups": [group], "AssociatePublicIpAddress": False}],
        BlockDeviceMappings=[
            {
                "DeviceName": ROOT,
                "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "Encrypted": True, "Iops": 4000, "Throughput": 200},
            },
            {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 9}},
            {"DeviceName": "/dev/sdc", "NoDevice": ""},
        ],
        TagSpecifications=[{"ResourceType": kind, "Tags": [{"Key": "of", "Value": kind}]} for kind in ("instance", "volume")],
    )
    made = run(ec2, SubnetId=subnet)
    assert (made["MetadataOptions"]["HttpTokens"], made["Monitoring"]["State"]) == ("required", "enabled")
    assert made["IamInstanceProfile"]["Arn"] == profile["Arn"]
    assert [one["GroupId"] for one in made["SecurityGroups"]] == [group]
    assert {"Key": "of", "Value": "instance"} in made["Tags"]
    root, other = volumes(ec2, made)
    assert (root["Device"], root["Size"], root["Encrypted"], root["Iops"], root["Throughput"]) == (ROOT, 20, True, 4000, 200)
    assert (other["Size"], other["Tags"]) == (9, [{"Key": "of", "Value": "volume"}])


def test_a_call_says_more_than_the_template(ec2: Any, connect: Connect) -> None:
    for name in ("app", "other"):
        connect("iam").create_instance_profile(InstanceProfileName=name)
    create(ec2, InstanceType="t3.small", IamInstanceProfile={"Name": "app"})
    made = run(ec2, InstanceType="t3.large", IamInstanceProfile={"Name": "other"}, MetadataOptions={"HttpTokens": "required"})
    assert (made["InstanceType"], made["IamInstanceProfile"]["Arn"].endswith("/other")) == ("t3.large", True)
    assert [one["Size"] for one in volumes(ec2, made)] == [8]


def test_an_image_that_is_not_there_can_not_be_launched(ec2: Any) -> None:
    ec2.create_launch_template(LaunchTemplateName="app", LaunchTemplateData={"ImageId": "ami-00000000"})
    launched = {"LaunchTemplateName": "app"}
    assert refusal(ec2.run_instances, MinCount=1, MaxCount=1, LaunchTemplate=launched) == "InvalidAMIID.NotFound"


def test_interfaces_go_with_their_instance_unless_they_are_to_stay(ec2: Any, subnet: str) -> None:
    made = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]
    kept = [{"DeviceIndex": 0, "SubnetId": subnet, "DeleteOnTermination": False}]
    stays = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, NetworkInterfaces=kept)["Instances"][0]
    ec2.terminate_instances(InstanceIds=[made["InstanceId"], stays["InstanceId"]])
    left = ec2.describe_network_interfaces(Filters=[{"Name": "subnet-id", "Values": [subnet]}])["NetworkInterfaces"]
    assert [one["NetworkInterfaceId"] for one in left] == [stays["NetworkInterfaces"][0]["NetworkInterfaceId"]]
