"""One spelling for what a plan writes and what AWS shows of actions, conditions and the like; and what is sent of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...secret import Secret
from ..cloudfront.parts import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

# What AWS never shows, or shows only in some answers.
_NOT_COMPARED = frozenset({"Order", "ClientSecret", "UseExistingClientSecret"})


def sent(parts: Iterable[Any]) -> list[Any]:
    """Parts as the calls take them, in their order, secrets revealed."""
    return [_revealed(part.spelt()) for part in parts]


def sent_actions(actions: Sequence[Any]) -> list[Any]:
    """Actions as the calls take them: where there are several, each says its turn."""
    return [{**action, "Order": turn} for turn, action in enumerate(sent(actions), 1)] if actions[1:] else sent(actions)


def _revealed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _revealed(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_revealed(item) for item in value]
    return value.reveal() if isinstance(value, Secret) else value


def part(value: Any) -> Any:
    """One part in AWS's spelling; what AWS shows is in it already."""
    return value.spelt() if hasattr(value, "spelt") else value


def parts(values: Iterable[Any]) -> list[Any]:
    """Parts in AWS's spelling, in their order."""
    return [part(value) for value in values]


def actions(values: Iterable[Any]) -> list[Any]:
    """Actions in the order in which they are carried out; AWS shows a forward to one target group in two ways at once."""
    return [_action(action) for action in sorted(parts(values), key=lambda action: action.get("Order", 0))]


def _action(action: Mapping[str, Any]) -> Any:
    if action["Type"] == "forward":
        config = action.get("ForwardConfig") or {"TargetGroups": [{"TargetGroupArn": action["TargetGroupArn"]}]}
        groups = sorted([group["TargetGroupArn"], group.get("Weight", 1)] for group in config["TargetGroups"])
        return {"Type": "forward", "TargetGroups": groups, "StickinessSeconds": _stickiness(config)}
    return _compared(action)


def _stickiness(config: Mapping[str, Any]) -> int:
    found = config.get("TargetGroupStickinessConfig", {})
    return int(found.get("DurationSeconds", 0)) if found.get("Enabled") else 0


def _compared(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _compared(item) for key, item in value.items() if item is not None and key not in _NOT_COMPARED}
    return [_compared(item) for item in value] if isinstance(value, list | tuple) else value


def conditions(values: Iterable[Any]) -> list[Any]:
    """Conditions as they may be shown (`shown_conditions`); a live document holds them so."""
    return shown_conditions(part(value) for value in values)


def shown_conditions(values: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Conditions for everybody's eyes, in one order: digests stand where headers' values would."""
    return sorted((_condition(value) for value in values), key=_text)


def _condition(condition: Mapping[str, Any]) -> Any:
    if "Shown" in condition:
        return condition
    # AWS shows some values twice: in the condition, and in the configuration of its field.
    config: Mapping[str, Any] = next((item for key, item in condition.items() if key.endswith("Config") and item), condition)
    field = condition["Field"]
    values = {key: [_value(field, value) for value in config.get(key) or ()] for key in ("Values", "RegexValues")}
    said = {key: sorted(items, key=_text) for key, items in values.items() if items}
    rest = {"HttpHeaderName": config.get("HttpHeaderName", "").lower(), "IpAddressType": config.get("IpAddressType")}
    return {"Field": field, "Shown": {**said, **{key: item for key, item in rest.items() if item}}}


def _value(field: str, value: Any) -> Any:
    if field == "http-header":
        return digest(value)
    return value.lower() if field == "host-header" else value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def default_first(certificates: Sequence[str]) -> list[str]:
    """Certificates of a listener: the default one first, the others in no order."""
    return [*certificates[:1], *sorted(set(certificates[1:]) - {*certificates[:1]})]


def mappings(zones: Iterable[Any]) -> list[Any]:
    """Subnets with their addresses, in one order."""
    return sorted((_mapping(part(zone)) for zone in zones), key=lambda zone: zone["SubnetId"])


def _mapping(zone: Mapping[str, Any]) -> dict[str, Any]:
    # AWS shows a list of addresses in each zone; only what was chosen is compared.
    shown: dict[str, Any] = {}
    for address in zone.get("LoadBalancerAddresses", ()):
        shown.update(address)
    if prefixes := zone.get("SourceNatIpv6Prefixes"):
        shown["SourceNatIpv6Prefix"] = prefixes[0]
    return {**shown, **zone}
