"""What new instances are like."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from ... import norm
from ...aws.ownership import STEP
from ...errors import PlanError
from ...resource import Id, Ids, Output, Resource, Value, as_tags, attr
from .launch_template_data import spelt
from .launch_template_parts import BlockDevice, MetadataOptions, NetworkInterface, devices, interfaces, metadata
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from types_boto3_ec2.literals import InstanceTypeType, ShutdownBehaviorType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..iam.instance_profile import InstanceProfile
    from .security_group import SecurityGroup

_MOST_USER_DATA = 16 * 1024
LATEST = "$Latest"


def _tags_by_kind(value: Any) -> dict[str, dict[str, str]]:
    if not isinstance(value, list):
        return {kind: dict(tags) for kind, tags in value.items()}
    return {one["ResourceType"]: as_tags(one["Tags"]) for one in value}


def _is_default(wanted: str, have: Sequence[int]) -> bool:
    default, latest = have
    return wanted == str(default) or (wanted == LATEST and default == latest)


class LaunchTemplate(Resource):
    """What instances are like that a group launches: image, type, role, firewall, volumes, and what they do first
    (`user_data`).

    Safe by default: metadata only by session tokens, encrypted volumes. `user_data` is text, of up to 16 KB. Instances and
    volumes carry all tags of the step; `tag_specifications` adds to them by kind (`{"instance": {…}, "volume": {}}`), and
    tags just these kinds; an empty one tags nothing. Fields whose tree is large are mappings in EC2's spelling.

    AWS: EC2 CreateLaunchTemplate. A version never changes: another wish is another version, with what the plan does not manage
    taken over from the newest, and that version becomes the default (or `default_version`, a number). A version that another
    hand makes is drift. Hardly anything of it is checked before an instance is launched.
    """

    image_id: Value[str | None] = attr("Data.ImageId", default=None)
    instance_type: InstanceTypeType | None = attr("Data.InstanceType", default=None)
    instance_requirements: Mapping[str, Any] | None = attr("Data.InstanceRequirements", default=None, same=norm.within)
    iam_instance_profile: Id[InstanceProfile | None] = attr(
        "Data.IamInstanceProfile.Name || Data.IamInstanceProfile.Arn", default=None
    )
    security_groups: Ids[SecurityGroup] = attr("Data.SecurityGroupIds", default=None, norm=norm.unordered)
    network_interfaces: Sequence[NetworkInterface] | None = attr(
        "Data.NetworkInterfaces", default=None, norm=interfaces, same=norm.within
    )
    block_device_mappings: Sequence[BlockDevice] | None = attr(
        "Data.BlockDeviceMappings", default=None, norm=devices, same=norm.within
    )
    metadata_options: MetadataOptions | None = attr(
        "Data.MetadataOptions", default=MetadataOptions(), norm=metadata, same=norm.within
    )
    user_data: Value[str | None] = attr("UserData", default=None)
    key_name: Value[str | None] = attr("Data.KeyName", default=None)
    monitoring: bool | None = attr("Data.Monitoring.Enabled", default=None)
    ebs_optimized: bool | None = attr("Data.EbsOptimized", default=None)
    tag_specifications: Mapping[str, Mapping[str, Any]] | None = attr(
        "Data.TagSpecifications", default=None, norm=_tags_by_kind
    )
    cpu_credits: str | None = attr("Data.CreditSpecification.CpuCredits", default=None)
    instance_initiated_shutdown_behavior: ShutdownBehaviorType | None = attr(
        "Data.InstanceInitiatedShutdownBehavior", default=None
    )
    disable_api_termination: bool | None = attr("Data.DisableApiTermination", default=None)
    disable_api_stop: bool | None = attr("Data.DisableApiStop", default=None)
    hibernation_configured: bool | None = attr("Data.HibernationOptions.Configured", default=None)
    enclave_enabled: bool | None = attr("Data.EnclaveOptions.Enabled", default=None)
    auto_recovery: str | None = attr("Data.MaintenanceOptions.AutoRecovery", default=None)
    license_configuration_arns: Sequence[str] | None = attr(
        "Data.LicenseSpecifications[].LicenseConfigurationArn", default=None, norm=norm.unordered
    )
    placement: Mapping[str, Any] | None = attr("Data.Placement", default=None, same=norm.within)
    cpu_options: Mapping[str, Any] | None = attr("Data.CpuOptions", default=None, same=norm.within)
    instance_market_options: Mapping[str, Any] | None = attr("Data.InstanceMarketOptions", default=None, same=norm.within)
    capacity_reservation_specification: Mapping[str, Any] | None = attr(
        "Data.CapacityReservationSpecification", default=None, same=norm.within
    )
    private_dns_name_options: Mapping[str, Any] | None = attr("Data.PrivateDnsNameOptions", default=None, same=norm.within)
    network_performance_options: Mapping[str, Any] | None = attr(
        "Data.NetworkPerformanceOptions", default=None, same=norm.within
    )
    version_description: str | None = attr("VersionDescription", default=None)
    default_version: str | None = attr("[DefaultVersionNumber, LatestVersionNumber]", default=LATEST, same=_is_default)

    id = Output("LaunchTemplateId")
    latest_version = Output("LatestVersionNumber", settled=True)

    longest_name = 128
    since = "CreateTime"

    def __post_init__(self) -> None:
        text: Any = self.user_data
        if isinstance(text, str) and len(text.encode()) > _MOST_USER_DATA:
            raise PlanError(f"{self.key}: user_data has {len(text.encode())} bytes, and EC2 takes {_MOST_USER_DATA}")
        if self.security_groups and self.network_interfaces:
            raise PlanError(f"{self.key}: with network_interfaces, these have the security_groups")
        if self.instance_type and self.instance_requirements:
            raise PlanError(f"{self.key} has an instance_type or instance_requirements, not both")
        if STEP in self.tags and self.tag_specifications != {}:
            # A resolved step carries all its tags: what it launches does, too.
            wanted = self.tag_specifications or {"instance": {}, "volume": {}}
            whole = {kind: {**self.tags, **tags} for kind, tags in wanted.items()}
            object.__setattr__(self, "tag_specifications", whole)

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        pages = aws.ec2.get_paginator("describe_launch_templates").paginate(Filters=aws.owned)
        templates = [template for page in pages for template in page["LaunchTemplates"]]
        found = aws.together(lambda template: aws.maybe(lambda: _with_latest(aws, template)), templates)
        return [template for template in found if template]

    def create(self, aws: Aws) -> Live | None:
        data, about = spelt(self, {}), self._about()
        made = aws.ec2.create_launch_template(
            LaunchTemplateName=aws.named(self),
            LaunchTemplateData=data,
            ClientToken=aws.token(self),
            TagSpecifications=born_with("launch-template", self),
            **about,
        )
        return _document(made["LaunchTemplate"], {"LaunchTemplateData": data, **about})

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        template, newest = live["LaunchTemplateId"], live["LatestVersionNumber"]
        if set(changed) - {"tags", "default_version"}:
            kept = {"VersionDescription": live["VersionDescription"]} if live.get("VersionDescription") else {}
            made = aws.ec2.create_launch_template_version(
                LaunchTemplateId=template, LaunchTemplateData=spelt(self, live["Data"]), **{**kept, **self._about()}
            )
            newest = made["LaunchTemplateVersion"]["VersionNumber"]
        default = str(newest) if self.default_version == LATEST else self.default_version
        if default not in (None, str(live["DefaultVersionNumber"])):
            aws.ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion=default)
        retag(aws, template, changed)

    def _about(self) -> dict[str, Any]:
        return {"VersionDescription": self.version_description} if self.version_description else {}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.ec2.delete_launch_template(LaunchTemplateId=live["LaunchTemplateId"])


def _with_latest(aws: Aws, template: Mapping[str, Any]) -> Live:
    found = aws.ec2.describe_launch_template_versions(LaunchTemplateId=template["LaunchTemplateId"], Versions=[LATEST])
    [version] = found["LaunchTemplateVersions"]
    # A list that lags behind this answer does not count.
    newest = max(template["LatestVersionNumber"], version["VersionNumber"])
    return _document({**template, "LatestVersionNumber": newest}, version)


def _document(template: Mapping[str, Any], version: Mapping[str, Any]) -> Live:
    data = version["LaunchTemplateData"]
    text = base64.b64decode(data.get("UserData", "")).decode(errors="replace")
    # Its name is in its tags; here, a group of the same name would seem to be held by it.
    rest = {key: value for key, value in template.items() if key != "LaunchTemplateName"}
    return {**rest, "VersionDescription": version.get("VersionDescription"), "Data": data, "UserData": text}
