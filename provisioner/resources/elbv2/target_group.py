"""The targets that requests are sent to, and how their health is judged."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from ...aws.ownership import fitted
from ...resource import Id, Output, Resource, Value, attr, covers
from ..ec2.parameters import given
from .attributes import by_name, pairs, texts
from .tags import listed, owned, owner, refuse_foreign, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from types_boto3_elbv2.literals import ProtocolEnumType, TargetGroupIpAddressTypeEnumType, TargetTypeEnumType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..ec2.vpc import Vpc

_HEALTH_CHECK = {
    "health_check_enabled": "HealthCheckEnabled",
    "health_check_protocol": "HealthCheckProtocol",
    "health_check_port": "HealthCheckPort",
    "health_check_path": "HealthCheckPath",
    "health_check_interval_seconds": "HealthCheckIntervalSeconds",
    "health_check_timeout_seconds": "HealthCheckTimeoutSeconds",
    "healthy_threshold_count": "HealthyThresholdCount",
    "unhealthy_threshold_count": "UnhealthyThresholdCount",
    "matcher": "Matcher",
}


class TargetGroup(Resource):
    """Targets by kind (`instance`, `ip`, `alb`, `lambda`), and the health check that each must pass.

    Who its targets are is not said here: an Auto Scaling group registers its instances. For functions there is neither
    protocol, port nor VPC. `matcher` is the codes of a healthy answer (`200-299`; for GRPC its own). `attributes` go by AWS's
    names; those that are not named are left alone.

    AWS: ELBv2 CreateTargetGroup. All but health check and attributes can not change. So a replacement is made beside the old
    one, which goes when no listener and no rule forwards to it any more; it takes another name while
    the old one stands under its own.
    """

    target_type: TargetTypeEnumType = attr("TargetType", default="instance", replace=True)
    protocol: ProtocolEnumType | None = attr("Protocol", default=None, replace=True)
    port: int | None = attr("Port", default=None, replace=True)
    vpc: Id[Vpc | None] = attr("VpcId", default=None, replace=True)
    protocol_version: str | None = attr("ProtocolVersion", default=None, replace=True)
    ip_address_type: TargetGroupIpAddressTypeEnumType | None = attr("IpAddressType", default=None, replace=True)
    target_control_port: int | None = attr("TargetControlPort", default=None, replace=True)
    health_check_enabled: bool | None = attr("HealthCheckEnabled", default=None)
    health_check_protocol: ProtocolEnumType | None = attr("HealthCheckProtocol", default=None)
    health_check_port: int | str | None = attr("HealthCheckPort", default=None, norm=str)
    health_check_path: str | None = attr("HealthCheckPath", default=None)
    health_check_interval_seconds: int | None = attr("HealthCheckIntervalSeconds", default=None)
    health_check_timeout_seconds: int | None = attr("HealthCheckTimeoutSeconds", default=None)
    healthy_threshold_count: int | None = attr("HealthyThresholdCount", default=None)
    unhealthy_threshold_count: int | None = attr("UnhealthyThresholdCount", default=None)
    matcher: str | None = attr("Matcher.HttpCode || Matcher.GrpcCode", default=None)
    attributes: Value[Mapping[str, Any]] = attr(  # type: ignore[misc]  # the base class has its own, asked of types only
        "Attributes", factory=dict, norm=texts, same=covers
    )

    id = Output("TargetGroupArn")
    arn = Output("TargetGroupArn")
    full_name = Output("FullName")

    longest_name = 32
    made_before_deleted = True

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        pages = aws.elbv2.get_paginator("describe_target_groups").paginate()
        ours = owned(aws, cls, [group for page in pages for group in page["TargetGroups"]])
        found = aws.together(lambda group: aws.maybe(lambda: _read(aws, group)), ours)
        return [group for group in found if group]

    def create(self, aws: Aws) -> Live | None:
        made = aws.elbv2.create_target_group(
            Name=self._free_name(aws),
            TargetType=self.target_type,
            Tags=listed(self.tags),
            **given(
                Protocol=self.protocol,
                Port=self.port,
                VpcId=self.vpc,
                ProtocolVersion=self.protocol_version,
                IpAddressType=self.ip_address_type,
                TargetControlPort=self.target_control_port,
            ),
            **self._health_check(_HEALTH_CHECK),
        )
        return {**_named(made["TargetGroups"][0]), "Tags": dict(self.tags)}

    def _free_name(self, aws: Aws) -> str:
        """Its own name, or another one while one that it replaces still stands under that."""
        name = aws.named(self)
        candidates = (fitted(name, f"-{turn}", self.longest_name) if turn > 1 else name for turn in count(1))
        return next(candidate for candidate in candidates if self._may_be_called(aws, candidate))

    def _may_be_called(self, aws: Aws, name: str) -> bool:
        there = aws.maybe(lambda: aws.elbv2.describe_target_groups(Names=[name]))
        if there is None:
            return True
        arn = there["TargetGroups"][0]["TargetGroupArn"]
        if owner(aws, type(self), arn) in (None, "", self.key):
            refuse_foreign(aws, self, arn, f"called {name}")
            return True
        return False

    def _health_check(self, fields: Iterable[str]) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in fields if name in _HEALTH_CHECK and getattr(self, name) is not None}
        if "health_check_port" in values:
            values["health_check_port"] = str(self.health_check_port)
        if "matcher" in values:
            values["matcher"] = {"GrpcCode" if self.protocol_version == "GRPC" else "HttpCode": self.matcher}
        return {_HEALTH_CHECK[name]: value for name, value in values.items()}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        arn = live["TargetGroupArn"]
        if check := self._health_check(changed):
            aws.elbv2.modify_target_group(TargetGroupArn=arn, **check)
        if "attributes" in changed:
            aws.elbv2.modify_target_group_attributes(TargetGroupArn=arn, Attributes=pairs(changed["attributes"].after))
        retag(aws, arn, changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.elbv2.delete_target_group(TargetGroupArn=live["TargetGroupArn"])


def _read(aws: Aws, group: Live) -> Live:
    found = aws.elbv2.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])
    return {**_named(group), "Attributes": by_name(found["Attributes"])}


def _named(group: Any) -> Live:
    # Listeners hold their target groups, and go first. Would a group name its load balancers, that would be a ring.
    rest = {key: value for key, value in group.items() if key != "LoadBalancerArns"}
    # What CloudWatch calls it.
    return {**rest, "FullName": group["TargetGroupArn"].rpartition(":")[2]}
