"""Records, kept whole: moto looks at what was asked for before, not at what is there, and deletes too much."""

from __future__ import annotations

import copy
import re
from itertools import dropwhile
from typing import Any, NamedTuple

from moto.route53.models import RecordSet

from ...call import Call, Refused, Result
from ..mending import Mends
from . import validity
from .changes import begun

mends = Mends("route53")

_AsMotoKeepsIt: Any = RecordSet
_MOST = 300
"""Records in one answer, at most."""


class Key(NamedTuple):
    """What there is one record of in a zone."""

    name: str
    type: str
    told_apart: str = ""


def written(name: str) -> str:
    """A name as Route 53 keeps it: lower case, a dot at the end, and other characters by their octal codes."""
    plain = re.sub(r"\\([0-7]{3})", lambda escaped: chr(int(escaped[1], 8)), name).rstrip(".").lower()
    return re.sub(r"[^a-z0-9._-]", lambda other: f"\\{ord(other[0]):03o}", plain) + "."


def sets_of(zone: Any) -> dict[Key, dict[str, Any]]:
    """The records of a zone, in Route 53's spelling; it is born with two."""
    if not hasattr(zone, "sets"):
        servers = [f"{server}." for server in zone.delegation_set.name_servers]
        start = f"{servers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
        name = written(zone.name)
        born: list[tuple[str, int, list[str]]] = [("NS", 172800, servers), ("SOA", 900, [start])]
        zone.sets = {
            Key(name, kind): {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": one} for one in values]}
            for kind, ttl, values in born
        }
    found: dict[Key, dict[str, Any]] = zone.sets
    return found


def _keep(zone: Any, sets: dict[Key, dict[str, Any]]) -> None:
    zone.sets = sets
    # What else moto does with a zone, it does by these.
    zone.rrsets = [_AsMotoKeepsIt({**one, "ResourceRecords": _values(one)}) for one in sets.values()]


@mends.first("ChangeResourceRecordSets")
def change(call: Call, backend: Any) -> Result:
    """All changes of a batch, or none."""
    zone, batch = backend.get_hosted_zone(call.parameters["HostedZoneId"]), call.parameters["ChangeBatch"]
    sets, put = dict(sets_of(zone)), set[Key]()
    validity.batch_is_small(batch["Changes"])
    for one in batch["Changes"]:
        record = _stored(one)
        key = Key(record["Name"], record["Type"], record.get("SetIdentifier", ""))
        validity.is_whole(one, record)
        validity.stands_in(record, written(zone.name))
        if record.get("HealthCheckId") and record["HealthCheckId"] not in backend.health_checks:
            raise Refused("NoSuchHealthCheck", f"No health check exists with the specified ID: {record['HealthCheckId']}", 404)
        if one["Action"] == "DELETE":
            _delete(sets, key, record)
        elif key in put:
            raise _no(f"The request contains an invalid set of changes for a resource record set '{key.type} {key.name}'")
        elif one["Action"] == "CREATE" and key in sets:
            raise _no(f"Tried to create resource record set {_named(key)} but it already exists")
        else:
            put.add(key)
            sets[key] = record
    for key in put & sets.keys():
        validity.fits(sets[key], [other for place, other in sets.items() if place != key], written(zone.name))
    validity.zone_is_whole(sets.values(), written(zone.name))
    _keep(zone, sets)
    return {"ChangeInfo": begun(backend, batch.get("Comment"))}


def _stored(change: dict[str, Any]) -> dict[str, Any]:
    record = copy.deepcopy(change["ResourceRecordSet"])
    record["Name"] = written(record["Name"])
    if target := record.get("AliasTarget"):
        target["DNSName"] = written(target["DNSName"])
    return {name: value for name, value in record.items() if value is not None}


def _delete(sets: dict[Key, dict[str, Any]], key: Key, record: dict[str, Any]) -> None:
    if key not in sets:
        raise _no(f"Tried to delete resource record set {_named(key)} but it was not found")
    if _comparable(sets[key]) != _comparable(record):
        raise _no(f"Tried to delete resource record set {_named(key)} but the values provided do not match the current values")
    del sets[key]


def _comparable(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "ResourceRecords": sorted(_values(record))}


def _values(record: dict[str, Any]) -> list[str]:
    return [one["Value"] for one in record.get("ResourceRecords", ())]


def _named(key: Key) -> str:
    told_apart = f", set-identifier='{key.told_apart}'" if key.told_apart else ""
    return f"[name='{key.name}', type='{key.type}'{told_apart}]"


def _no(words: str) -> Refused:
    return Refused("InvalidChangeBatch", f"[{words}]")


@mends.first("ListResourceRecordSets")
def show(call: Call, backend: Any) -> Result:
    asked = call.parameters
    start = tuple(asked.get(name, "") for name in ("StartRecordName", "StartRecordType", "StartRecordIdentifier"))
    if (start[1] and not start[0]) or (start[2] and not start[1]):
        raise Refused("InvalidInput", "The input is not valid")
    sets = sets_of(backend.get_hosted_zone(asked["HostedZoneId"]))
    beginning = _order(Key(written(start[0]), *start[1:])) if start[0] else ((), "", "")
    listed = list(dropwhile(lambda key: _order(key) < beginning, sorted(sets, key=_order)))
    size = min(int(asked.get("MaxItems") or _MOST), _MOST)
    shown = {"ResourceRecordSets": [sets[key] for key in listed[:size]], "MaxItems": str(size)}
    if len(listed) <= size:
        return {**shown, "IsTruncated": False}
    left = listed[size]
    apart = {"NextRecordIdentifier": left.told_apart} if left.told_apart else {}
    return {**shown, "IsTruncated": True, "NextRecordName": left.name, "NextRecordType": left.type, **apart}


def _order(key: Key) -> tuple[tuple[str, ...], str, str]:
    return tuple(reversed(key.name.rstrip(".").split("."))), key.type, key.told_apart
