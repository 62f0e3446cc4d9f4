"""CloudFront's configurations without what its spelling adds: lists are lists, in one order, where it counts their items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...secret import Secret
from .parts import digest

_NAMED_BY = ("Id", "HeaderName", "ErrorCode", "EventType", "PathPattern", "OriginId")
_IN_ORDER = ("PathPattern", "OriginId")
# A part that means something only as a whole is put whole.
_WHOLE = frozenset({"ViewerCertificate", "OriginShield", "GeoRestriction", "AllowedMethods", "TrustedKeyGroups", "Logging"})
# What is said here excludes what stood there before.
_INSTEAD = {
    "S3OriginConfig": ("CustomOriginConfig", "VpcOriginConfig"),
    "CustomOriginConfig": ("S3OriginConfig", "VpcOriginConfig"),
    "VpcOriginConfig": ("S3OriginConfig", "CustomOriginConfig"),
    "CachePolicyId": ("ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"),
}
# CloudFront takes no empty text for these: without them means none.
_NOT_EMPTY = frozenset({"OriginRequestPolicyId", "ResponseHeadersPolicyId", "RealtimeLogConfigArn"})


def plain(value: Any) -> Any:
    """A configuration as CloudFront shows it, in our spelling."""
    if isinstance(value, Mapping):
        rest = {key: plain(item) for key, item in value.items() if key != "Quantity"}
        if "Quantity" not in value:
            return rest
        items = _ordered(rest.get("Items", []))
        return {**rest, "Items": items} if rest.keys() - {"Items"} else items
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def _ordered(items: list[Any]) -> list[Any]:
    name = _name(items[0]) if items else None
    if name in _IN_ORDER:
        return items
    return sorted(items, key=lambda item: item[name] if name else item)


def _identity(item: Any) -> Any:
    name = _name(item)
    return item[name] if name else None


def _name(item: Any) -> str | None:
    return next((name for name in _NAMED_BY if name in item), None) if isinstance(item, Mapping) else None


def rewritten(config: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration as CloudFront takes it: as it shows it, with what is wanted (in our spelling) in its place."""
    new = merged({key: plain(config[key]) for key in wanted if key in config}, wanted)
    return {**config, **_counted(new)}


def _counted(value: Any) -> Any:
    if isinstance(value, Mapping):
        found = {key: _counted(item) for key, item in value.items() if key != "Items"}
        return {**found, **_count(value["Items"])} if "Items" in value else found
    if isinstance(value, Secret):
        return value.reveal()
    return _count(value) if isinstance(value, list | tuple) else value


def _count(items: Any) -> dict[str, Any]:
    listed = [_counted(item) for item in items]
    return {"Quantity": len(listed), "Items": listed} if listed else {"Quantity": 0}


def merged(have: Any, wanted: Any) -> Any:
    """What is shown, with what is wanted in its place, however deep; what is not said (None) stays as it is."""
    if isinstance(wanted, Mapping):
        return _merged(have if isinstance(have, Mapping) else {}, wanted)
    if isinstance(wanted, list | tuple):
        before = {_identity(item): item for item in have or ()}
        return [merged(before.get(_identity(item)), item) for item in wanted]
    return wanted


def _merged(have: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: item for key, item in wanted.items() if item is not None}
    gone = {other for key in said for other in _INSTEAD.get(key, ())}
    gone |= {key for key, item in said.items() if item == "" and key in _NOT_EMPTY}
    kept = {key: item for key, item in have.items() if key not in gone}
    new = {key: merged(None if key in _WHOLE else have.get(key), item) for key, item in said.items() if key not in gone}
    return {**kept, **new}


def shown(config: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration for everybody's eyes, without what was not said, and with digests where headers' values stand."""
    return {key: _shown(item) for key, item in config.items() if item is not None}


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        if "HeaderValue" in value:
            return {**value, "HeaderValue": digest(value["HeaderValue"])}
        return shown(value)
    return [_shown(item) for item in value] if isinstance(value, list | tuple) else value
