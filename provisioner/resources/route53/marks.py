"""How a record is known to be the plan's: records take no tags, so each has a TXT record that says whose it is.

All marks of a zone stand under `_provisioner.<zone>`: that of `www.example.com A` is `a.www._provisioner.example.com`. So one
call lists them in a zone of any size, and neither a CNAME, a wildcard nor a delegated name stands in their way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import PlanError
from .names import lies_in, plain

if TYPE_CHECKING:
    from ...aws.account import Aws
    from ...resource import Resource

_UNDER, _WILDCARD = "_provisioner", "_wildcard"
_PAGE = 300
"""The most that Route 53 shows in one answer."""


class Identity(NamedTuple):
    """What tells a record from all others of its zone. Those of one name and type are told apart by a digest of their set."""

    name: str
    type: str
    digest: str = ""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Identity:
        """The identity of a record as Route 53 shows it."""
        told_apart = record.get("SetIdentifier")
        return cls(plain(record["Name"]), record["Type"], sha256(told_apart.encode()).hexdigest()[:8] if told_apart else "")


class Owned(NamedTuple):
    """A record of the plan with its mark, as Route 53 shows them; the mark alone where another hand deleted the record."""

    identity: Identity
    record: Mapping[str, Any] | None
    mark: Mapping[str, Any]
    words: str


def mark_of(record: Mapping[str, Any], zone: str, words: str) -> dict[str, Any]:
    """The TXT record that says whose a record is."""
    name, kind, digest = Identity.of(record)
    if not lies_in(name, zone):
        raise PlanError(f"{name} can not stand in the hosted zone {zone}")
    inside = name[: -len(zone)].strip(".").split(".") if name != zone else []
    first = "-".join(filter(None, (kind.lower(), digest)))
    labels = [first, *(_WILDCARD if label == "*" else label for label in inside), _UNDER, zone]
    quoted = " ".join(f'"{words[start : start + 255]}"' for start in range(0, len(words), 255))
    return {"Name": ".".join(labels), "Type": "TXT", "TTL": 300, "ResourceRecords": [{"Value": quoted}]}


def _marked(mark: Mapping[str, Any], zone: str) -> Identity:
    """What the record is that a mark speaks of."""
    first, *inside = plain(mark["Name"]).removesuffix(f".{_UNDER}.{zone}").split(".")
    kind, _, digest = first.partition("-")
    return Identity(".".join([*("*" if label == _WILDCARD else label for label in inside), zone]), kind.upper(), digest)


def owned(aws: Aws, kind: type[Resource], zone: Mapping[str, Any]) -> list[Owned]:
    """The records of a zone that bear the plan's mark."""
    name, number = plain(zone["Name"]), zone["Id"]
    # One answer shows all of a small zone; of a large one it is cheaper to ask for the marks, and then for what they mark.
    everything = list(records(aws, number)) if zone["ResourceRecordSetCount"] <= _PAGE else None
    marks = {}
    for record in _standing_under(aws, number, f"{_UNDER}.{name}") if everything is None else everything:
        if record["Type"] == "TXT" and plain(record["Name"]).endswith(f".{_UNDER}.{name}"):
            marks[_marked(record, name)] = (record, _words(record))

    def found(one: Identity) -> Owned:
        among = _alike(aws, number, one) if everything is None else everything
        return Owned(one, next((record for record in among if Identity.of(record) == one), None), *marks[one])

    return aws.together(found, [one for one, (_, words) in marks.items() if aws.ownership.step_marked(kind, words)])


def records(aws: Aws, zone: str, name: str | None = None, kind: str | None = None) -> Iterator[Any]:
    """The records of a zone, in Route 53's order, from a name (and type) on."""
    start: Any = {key: value for key, value in (("StartRecordName", name), ("StartRecordType", kind)) if value}
    for page in aws.route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone, **start):
        yield from page["ResourceRecordSets"]


def _standing_under(aws: Aws, zone: str, name: str) -> Iterator[Any]:
    return takewhile(lambda record: lies_in(plain(record["Name"]), name), records(aws, zone, name))


def _alike(aws: Aws, zone: str, one: Identity) -> Iterator[Any]:
    return takewhile(lambda record: Identity.of(record)[:2] == one[:2], records(aws, zone, one.name, one.type))


def _words(mark: Mapping[str, Any]) -> str:
    return "".join(text for value in mark.get("ResourceRecords", ()) for text in re.findall(r'"([^"]*)"', value["Value"]))
