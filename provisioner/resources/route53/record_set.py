"""A record of a hosted zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import CallFailed, PlanError
from ...resource import Id, Ids, Output, Resource, Value, attr
from .marks import Identity, Owned, mark_of, owned
from .names import plain, values, zone_id
from .parts import CLOUDFRONT_ZONE, AliasTarget

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from types_boto3_route53.literals import (
        ResourceRecordSetFailoverType,
        ResourceRecordSetRegionType,
        RRTypeType,
    )

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .hosted_zone import HostedZone
    from .parts import CidrRouting, GeoLocation, GeoProximity

__all__ = ["CLOUDFRONT_ZONE", "AliasTarget", "RecordSet"]

_POLICIES = ("weight", "latency_region", "geo_location", "geo_proximity", "failover", "multi_value_answer", "cidr_routing")
_WIRE = {
    "ttl": "TTL",
    "records": "ResourceRecords",
    "alias_target": "AliasTarget",
    "health_check_id": "HealthCheckId",
    "weight": "Weight",
    "latency_region": "Region",
    "geo_location": "GeoLocation",
    "geo_proximity": "GeoProximityLocation",
    "failover": "Failover",
    "multi_value_answer": "MultiValueAnswer",
    "cidr_routing": "CidrRoutingConfig",
}
_TTL = 300


def _one(part: Any) -> Any:
    if hasattr(part, "spelt"):
        return part.spelt()
    return {**part, "DNSName": plain(part["DNSName"])} if "DNSName" in part else part


class RecordSet(Resource):
    """A record: `records` with a TTL (300 seconds unless said), or an alias of something of AWS's.

    `hosted_zone` is a step, or the id of somebody else's zone (`hosted_zone_of`). Values of TXT records stand in quotation
    marks. With a `set_identifier` there may be several of one name and type, by weight, latency (`latency_region`), place,
    failover, address or at random (`multi_value_answer`).

    AWS: Route 53 ChangeResourceRecordSets. Records take no tags: in the same batch, so both or none, a TXT record is written
    that says whose it is (`marks.py`). One that stands there already without it is somebody else's and is never overwritten.
    A record is ready when Route 53 shows it; its name servers all know it about a minute later.
    """

    hosted_zone: Id[HostedZone] = attr("HostedZoneId", replace=True, norm=zone_id)
    record_name: Value[str] = attr("Name", replace=True, norm=plain)
    type: RRTypeType = attr("Type", replace=True)
    set_identifier: str | None = attr("SetIdentifier", default=None, replace=True)
    ttl: int | None = attr("Record.TTL", default=None)
    records: Ids[str] = attr("Record.ResourceRecords[].Value", default=None, norm=values)
    alias_target: AliasTarget | None = attr("Record.AliasTarget", default=None, norm=_one)
    health_check_id: Value[str | None] = attr("Record.HealthCheckId", default=None)
    weight: int | None = attr("Record.Weight", default=None)
    latency_region: ResourceRecordSetRegionType | None = attr("Record.Region", default=None)
    geo_location: GeoLocation | None = attr("Record.GeoLocation", default=None, norm=_one)
    geo_proximity: GeoProximity | None = attr("Record.GeoProximityLocation", default=None, norm=_one)
    failover: ResourceRecordSetFailoverType | None = attr("Record.Failover", default=None)
    multi_value_answer: bool | None = attr("Record.MultiValueAnswer", default=None)
    cidr_routing: CidrRouting | None = attr("Record.CidrRoutingConfig", default=None, norm=_one)

    id = Output("Id")
    mark = "Mark"

    regional = False

    def __post_init__(self) -> None:
        wrong = []
        if (self.records is None) == (self.alias_target is None):
            wrong.append("a record has either records or an alias_target")
        if self.alias_target is not None and self.ttl is not None:
            wrong.append("an alias has its target's ttl")
        if self.alias_target and self.alias_target.hosted_zone == CLOUDFRONT_ZONE and self.alias_target.evaluate_target_health:
            wrong.append("a distribution's health can not be evaluated")
        policies = [name for name in _POLICIES if getattr(self, name) is not None]
        if bool(self.set_identifier) != (len(policies) == 1) or len(policies) > 1:
            wrong.append(f"set_identifier goes with exactly one of {', '.join(_POLICIES)}")
        if self.type in ("TXT", "SPF") and isinstance(self.records, list | tuple):
            wrong += [f"{text!r} must stand in quotation marks" for text in self.records if _is_bare(text)]
        if wrong:
            raise PlanError("\n".join(f"{self.key}: {what}" for what in wrong))

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        zones = [zone for page in aws.route53.get_paginator("list_hosted_zones").paginate() for zone in page["HostedZones"]]
        for zone, found in zip(zones, aws.together(lambda zone: _owned(aws, zone), zones), strict=True):
            for one in found:
                yield _document(zone, one)

    def create(self, aws: Aws) -> Live | None:
        zone = aws.route53.get_hosted_zone(Id=self.hosted_zone)["HostedZone"]
        record, mark = self._whole({}), self._mark(aws, plain(zone["Name"]))
        _change(aws, zone["Id"], ("CREATE", record), ("CREATE", mark))
        return _document(zone, Owned(Identity.of(record), record, mark, aws.mark(self)))

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        record = self._whole(live["Record"] or {})
        if live["Record"]:
            _change(aws, live["HostedZoneId"], ("UPSERT", record))
        else:
            # Another hand deleted the record, and left the mark: it must not become the mark of somebody else's.
            mark = self._mark(aws, live["ZoneName"])
            _change(aws, live["HostedZoneId"], ("DELETE", live["MarkRecord"]), ("CREATE", record), ("CREATE", mark))

    def adoption(self, aws: Aws) -> str:
        zone = plain(aws.route53.get_hosted_zone(Id=self.hosted_zone)["HostedZone"]["Name"])
        mark = self._mark(aws, zone)
        return f"to take it over, add the TXT record {mark['Name']} with the value {mark['ResourceRecords'][0]['Value']}"

    def _mark(self, aws: Aws, zone: str) -> dict[str, Any]:
        return mark_of(self._whole({}), zone, aws.mark(self))

    def _whole(self, have: Mapping[str, Any]) -> dict[str, Any]:
        """The record in Route 53's spelling: what is wanted, and what is not managed as it is shown."""
        wanted = {wire: _spelt(getattr(self, name)) for name, wire in _WIRE.items()}
        said = {wire: value for wire, value in wanted.items() if value is not None}
        whole: dict[str, Any] = {"TTL": _TTL} if "ResourceRecords" in said else {}
        whole |= {wire: value for wire, value in have.items() if wire not in said and wire not in _excluded(said)}
        whole |= {wire: value for wire, value in said.items() if value != "" and value is not False}
        whole |= {"Name": self.record_name, "Type": self.type}
        return {**whole, **({"SetIdentifier": self.set_identifier} if self.set_identifier else {})}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        shown = [record for record in (live["Record"], live["MarkRecord"]) if record]
        try:
            aws.maybe(lambda: _change(aws, live["HostedZoneId"], *(("DELETE", record) for record in shown)))
        except CallFailed as error:
            # A zone that was shown a moment ago is not new: it is gone, and its records with it.
            if error.code != "NoSuchHostedZone":
                raise


def _spelt(value: Any) -> Any:
    if hasattr(value, "spelt"):
        return value.spelt()
    return [{"Value": one} for one in value] if isinstance(value, list | tuple) else value


def _excluded(said: Mapping[str, Any]) -> set[str]:
    """What can not stay beside what is said."""
    gone = {"ResourceRecords", "TTL"} if "AliasTarget" in said else {"AliasTarget"}
    policies = {_WIRE[name] for name in _POLICIES}
    return gone | (policies if policies & said.keys() else set())


def _is_bare(text: Any) -> bool:
    return isinstance(text, str) and not text.startswith('"')


def _owned(aws: Aws, zone: Mapping[str, Any]) -> list[Owned]:
    found = aws.maybe(lambda: {"Records": owned(aws, RecordSet, zone)})
    return found["Records"] if found else []


def _change(aws: Aws, zone: str, *changes: tuple[str, Any]) -> Mapping[str, Any]:
    batch: Any = {"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]}
    return aws.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def _document(zone: Mapping[str, Any], found: Owned) -> Live:
    name, kind, _ = found.identity
    record, number = found.record, zone_id(zone["Id"])
    told_apart = record.get("SetIdentifier", "") if record else None
    target = plain(record["AliasTarget"]["DNSName"]).removeprefix("dualstack.") if record and "AliasTarget" in record else None
    return {
        "Id": "/".join(filter(None, (number, name, kind, told_apart))),
        "HostedZoneId": number,
        "ZoneName": plain(zone["Name"]),
        "Name": name,
        "Type": kind,
        "SetIdentifier": told_apart,
        "Record": record,
        "MarkRecord": found.mark,
        "Mark": found.words,
        # What the record leads to must not go before it: its name would lead nowhere.
        "LeadsTo": target,
    }
