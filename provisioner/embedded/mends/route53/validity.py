"""What Route 53 does not take: records that are none, and those that can not stand beside each other."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from ...call import Refused

_POLICIES = ("Weight", "Region", "Failover", "GeoLocation", "MultiValueAnswer", "GeoProximityLocation", "CidrRoutingConfig")
# Route 53, "Quotas on ChangeResourceRecordSets API requests".
_MOST_VALUES, _MOST_CHARACTERS = 1000, 32000


def _no(words: str) -> Refused:
    return Refused("InvalidChangeBatch", f"[{words}]")


def batch_is_small(changes: list[dict[str, Any]]) -> None:
    values = [one["Value"] for change in changes for one in _counted(change)]
    if len(values) > _MOST_VALUES:
        raise Refused("InvalidChangeBatch", f"Number of records limit of {_MOST_VALUES} exceeded.")
    if sum(map(len, values)) > _MOST_CHARACTERS:
        raise Refused("InvalidChangeBatch", f"RDATA character limit of {_MOST_CHARACTERS} exceeded.")


def _counted(change: dict[str, Any]) -> list[dict[str, str]]:
    """AWS: what is put whether it is there or not counts twice."""
    return list(change["ResourceRecordSet"].get("ResourceRecords", ())) * (2 if change["Action"] == "UPSERT" else 1)


def is_whole(change: dict[str, Any], record: dict[str, Any]) -> None:
    """AWS: values with a TTL, or an alias; and of several with one name, each says when it answers."""
    where = f"Change with [Action={change['Action']}, Name={record['Name']}, Type={record['Type']}, "
    where += f"SetIdentifier={record.get('SetIdentifier', 'null')}]"
    kinds = ("AliasTarget" in record) + ("TTL" in record and "ResourceRecords" in record)
    half = "AliasTarget" in record and ("TTL" in record or "ResourceRecords" in record)
    if kinds != 1 or half:
        found = "none" if not kinds else "more than one"
        choices = "AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId"
        raise Refused("InvalidInput", f"Invalid request: Expected exactly one of [{choices}], but found {found} in {where}")
    policies = [name for name in _POLICIES if name in record]
    if len(policies) != (1 if record.get("SetIdentifier") else 0):
        choices = ", ".join(_POLICIES)
        raise Refused("InvalidInput", f"Invalid request: Expected exactly one of [{choices}] with SetIdentifier in {where}")


def stands_in(record: dict[str, Any], zone: str) -> None:
    name = record["Name"]
    if name != zone and not name.endswith(f".{zone}"):
        raise _no(f"RRSet with DNS name {name} is not permitted in zone {zone}")


def fits(record: dict[str, Any], others: list[dict[str, Any]], zone: str) -> None:
    """AWS: values of its type; a CNAME alone; and one policy for all of one name and type."""
    name, kind = record["Name"], record["Type"]
    for value in record.get("ResourceRecords", ()):
        _is_value(kind, value["Value"])
    if kind == "CNAME" and name == zone:
        raise _no(f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone}")
    if kind == "CNAME" and len(record.get("ResourceRecords", ())) > 1:
        raise _no(f"Invalid Resource Record: only one value is permitted for type CNAME with DNS name {name}")
    beside = [other for other in others if other["Name"] == name]
    if any((other["Type"] == "CNAME") != (kind == "CNAME") for other in beside):
        words = "is not permitted as it conflicts with other records with the same DNS name"
        raise _no(f"RRSet of type {kind} with DNS name {name} {words} in zone {zone}")
    alike = [other for other in beside if other["Type"] == kind]
    if any(_policy(other) != _policy(record) for other in alike):
        words = f"RRSet with DNS name {name}, type {kind}, SetIdentifier {record.get('SetIdentifier', 'null')}"
        raise _no(f"{words} cannot be created because an RRSet of another routing policy with the same name and type exists.")
    _leads_somewhere(record, others, zone)


def _policy(record: dict[str, Any]) -> set[str]:
    return {name for name in _POLICIES if name in record}


def _leads_somewhere(record: dict[str, Any], others: list[dict[str, Any]], zone: str) -> None:
    target = record.get("AliasTarget")
    if target is None:
        return
    if target["HostedZoneId"] == "Z2FDTNDATAQYW2" and target["EvaluateTargetHealth"]:
        raise Refused("InvalidInput", "EvaluateTargetHealth cannot be true when the alias target is a CloudFront distribution.")
    here = target["DNSName"] == zone or target["DNSName"].endswith(f".{zone}")
    if here and not any((other["Name"], other["Type"]) == (target["DNSName"], record["Type"]) for other in others):
        words = (
            f"Tried to create an alias that targets {target['DNSName']}, type {record['Type']} in zone {target['HostedZoneId']}"
        )
        raise _no(f"{words}, but the alias target name was not found")


def zone_is_whole(records: Iterable[dict[str, Any]], zone: str) -> None:
    own = [record["Type"] for record in records if record["Name"] == zone]
    if own.count("SOA") != 1:
        raise _no("A HostedZone must contain exactly one SOA record.")
    if "NS" not in own:
        raise _no("A HostedZone must contain at least one NS record for the zone itself.")


def _is_value(kind: str, value: str) -> None:
    if kind in _FAULTS:
        is_one, fault = _FAULTS[kind]
        if not is_one(value):
            raise _no(f"Invalid Resource Record: FATAL problem: {fault} encountered with '{value}'")


def _is_address(version: int) -> Callable[[str], bool]:
    def is_one(value: str) -> bool:
        try:
            return ipaddress.ip_address(value).version == version
        except ValueError:
            return False

    return is_one


def _is_text(value: str) -> bool:
    return value.startswith('"') and value.endswith('"') and all(len(part) <= 255 for part in value.strip('"').split('" "'))


_FAULTS: dict[str, tuple[Callable[[str], bool], str]] = {
    "A": (_is_address(4), "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"),
    "AAAA": (_is_address(6), "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"),
    "CNAME": (lambda value: "." in value, "DomainLabelEmpty (Domain label is empty)"),
    "TXT": (_is_text, "InvalidCharacterString (Value should be enclosed in quotation marks)"),
}
