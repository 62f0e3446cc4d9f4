"""The records of a domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...aws.ownership import ENVIRONMENT, PLAN, STEP
from ...errors import PlanError
from ...resource import PENDING, READY, Ids, Output, Resource, State, as_tags, attr, tag_list
from .marks import owned, records
from .names import called, plain, zone_id
from .record_set import RecordSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..ec2.vpc import Vpc
    from .parts import ZoneVpc

_AT_ONCE = 10
"""Zones whose tags Route 53 shows in one answer."""
_MOST_TAGS = 10
_SAID = 5


def _ids(vpcs: Iterable[Any]) -> list[str]:
    """The ids of VPCs, whether they are wanted or shown: no two are the same in any region."""
    return sorted(vpc["VPCId"] if isinstance(vpc, dict) else _vpc(vpc, "")["VPCId"] for vpc in vpcs)


def _set_id(shown: str) -> str:
    return shown.removeprefix("/delegationset/")


class HostedZone(Resource):
    """A hosted zone: public, or private and then known in `vpcs` only (steps or ids; `ZoneVpc` for one of another region).

    A public zone serves once the domain's registrar names its `name_servers`; a zone that is made anew has others, so it counts
    as data. Records that are not the plan's keep it from being deleted.

    AWS: Route 53 CreateHostedZone. A new zone has no tags yet, so its comment says whose it is until it has them, and then
    becomes the plan's own `comment` (None: it stays). A caller reference is good once. It takes 10 tags.
    """

    zone_name: str = attr("Name", replace=True, norm=plain)
    private_zone: bool = attr("Config.PrivateZone", default=False, replace=True)
    vpcs: Ids[Vpc | ZoneVpc] = attr("VPCs", default=(), norm=_ids)
    comment: str | None = attr("Config.Comment", default=None)
    delegation_set_id: str | None = attr("DelegationSet.Id", default=None, replace=True, norm=_set_id)
    enable_accelerated_recovery: bool | None = attr("AcceleratedRecovery", default=None)

    id = Output("Id")
    name_servers = Output("DelegationSet.NameServers")

    data = True
    regional = False
    usual_seconds = 5.0

    def __post_init__(self) -> None:
        if self.private_zone != bool(self.vpcs):
            raise PlanError(f"{self.key}: a private_zone has vpcs, and a public one has none")
        if self.private_zone and (self.delegation_set_id or self.enable_accelerated_recovery):
            raise PlanError(f"{self.key}: delegation sets and accelerated recovery are for public zones")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        pages = aws.route53.get_paginator("list_hosted_zones").paginate()
        zones = {zone_id(zone["Id"]): zone for page in pages for zone in page["HostedZones"]}
        listed = list(zones)
        batches = [listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE)]
        tags = {zone: tags for found in aws.together(lambda some: _tags(aws, some), batches) for zone, tags in found}
        ours = {zone: known for zone in tags if (known := _known(aws, zones[zone], tags[zone]))}
        found = aws.together(lambda zone: aws.maybe(lambda: _read(aws, zone, ours[zone])), ours)
        return [zone for zone in found if zone]

    def create(self, aws: Aws) -> Live | None:
        if len(self.tags) > _MOST_TAGS:
            raise PlanError(f"{self.key}: a hosted zone takes {_MOST_TAGS} tags, and this one is to have {len(self.tags)}")
        more: Any = {"DelegationSetId": self.delegation_set_id} if self.delegation_set_id else {}
        if self.vpcs:
            more["VPC"] = _vpc(self.vpcs[0], aws.region)
        made = aws.route53.create_hosted_zone(
            Name=self.zone_name,
            CallerReference=aws.token(self),
            HostedZoneConfig={"Comment": aws.mark(self), "PrivateZone": self.private_zone},
            **more,
        )
        return _document(made, [made["VPC"]] if "VPC" in made else [], _known(aws, made["HostedZone"], []) or {})

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        zone = live["Id"]
        # First the tags: a zone that is known by its comment must not lose that before.
        tags = self.tags if live["KnownByComment"] else changed["tags"].after if "tags" in changed else {}
        if tags:
            listed: Any = tag_list(tags)
            aws.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, AddTags=listed)
        if "comment" in changed:
            text = {"Comment": self.comment} if self.comment else {}
            aws.route53.update_hosted_zone_comment(Id=zone, **text)
        if "vpcs" in changed:
            self._associate(aws, zone, live["VPCs"])
        if "enable_accelerated_recovery" in changed:
            wanted = bool(self.enable_accelerated_recovery)
            aws.route53.update_hosted_zone_features(HostedZoneId=zone, EnableAcceleratedRecovery=wanted)

    def _associate(self, aws: Aws, zone: str, have: Sequence[Any]) -> None:
        wanted, shown = [_vpc(vpc, aws.region) for vpc in self.vpcs], _ids(have)
        # What comes goes first: a private zone keeps its last VPC.
        for vpc in wanted:
            if vpc["VPCId"] not in shown:
                aws.route53.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=vpc)
        for vpc in have:
            if vpc["VPCId"] not in _ids(wanted):
                aws.route53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone, VPC=vpc)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.route53.delete_hosted_zone(Id=live["Id"])

    @staticmethod
    def state(live: Live) -> State:
        return PENDING if _recovery(live).startswith(("ENABLING", "DISABLING")) else READY

    @classmethod
    def stays(cls, aws: Aws, live: Live) -> str | None:
        foreign = _foreign(aws, live)
        if not foreign:
            return None
        return (
            f"hosted zone {plain(live['Name'])} ({live['Id']}) holds records that are not the plan's "
            f"({_listed(foreign)}): delete them, or leave the zone with --exclude"
        )

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        return _foreign(aws, live)


def _vpc(vpc: Any, region: str) -> Any:
    number, place = (vpc, region) if isinstance(vpc, str) else vpc
    return {"VPCId": number, "VPCRegion": place}


def _tags(aws: Aws, zones: list[str]) -> list[tuple[str, Any]]:
    found = aws.maybe(lambda: aws.route53.list_tags_for_resources(ResourceType="hostedzone", ResourceIds=zones))
    if found is None:
        # One of them has gone since they were listed; without it, the others still show theirs.
        return [shown for zone in zones for shown in _tags(aws, [zone])] if len(zones) > 1 else []
    return [(shown["ResourceId"], shown["Tags"]) for shown in found["ResourceTagSets"]]


def _known(aws: Aws, zone: Mapping[str, Any], tags: list[Any]) -> dict[str, Any] | None:
    """The tags of a zone of the plan's; those that a new one is still to get, by its comment. None for somebody else's."""
    if aws.ownership.step_of(HostedZone, {"Id": zone_id(zone["Id"]), "Tags": tags}):
        return {"Tags": tags, "KnownByComment": False}
    # Who has tagged it since, has it.
    comment = "" if PLAN in as_tags(tags) else zone.get("Config", {}).get("Comment", "")
    step = aws.ownership.step_marked(HostedZone, comment)
    if step is None:
        return None
    ours = {PLAN: aws.ownership.plan, ENVIRONMENT: aws.ownership.environment, STEP: step}
    return {"Tags": [*tags, *({"Key": key, "Value": value} for key, value in ours.items())], "KnownByComment": True}


def _read(aws: Aws, zone: str, known: Mapping[str, Any]) -> Live:
    found = aws.route53.get_hosted_zone(Id=zone)
    return _document(found, found.get("VPCs", []), known)


def _document(found: Mapping[str, Any], vpcs: Sequence[Any], known: Mapping[str, Any]) -> Live:
    zone = {**found["HostedZone"], "Id": zone_id(found["HostedZone"]["Id"]), **known}
    served = found.get("DelegationSet", {})
    return {**zone, "VPCs": vpcs, "DelegationSet": served, "AcceleratedRecovery": _recovery(zone) == "ENABLED"}


def _recovery(zone: Mapping[str, Any]) -> str:
    return str(zone.get("Features", {}).get("AcceleratedRecoveryStatus", "DISABLED"))


def _foreign(aws: Aws, live: Live) -> list[str]:
    """The records that neither the plan nor Route 53 itself made."""
    name, ours = plain(live["Name"]), set[str]()
    for one in owned(aws, RecordSet, live):
        ours |= {_identity(record) for record in (one.record, one.mark) if record}
    return [
        called(record)
        for record in records(aws, live["Id"])
        if _identity(record) not in ours and not (record["Type"] in ("NS", "SOA") and plain(record["Name"]) == name)
    ]


def _identity(record: Mapping[str, Any]) -> str:
    return " ".join((called(record), record.get("SetIdentifier", "")))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SAID} more" if len(names) > _SAID else ""
    return ", ".join(names[:_SAID]) + more
