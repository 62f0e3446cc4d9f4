"""Attributes: what Elastic Load Balancing keeps as pairs of texts beside the properties of a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def texts(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Attributes as AWS spells them; None is "not managed"."""
    return {key: _text(value) for key, value in attributes.items() if value is not None}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def pairs(attributes: Mapping[str, str]) -> list[Any]:
    """Attributes as the calls take them."""
    return [{"Key": key, "Value": value} for key, value in sorted(attributes.items())]


def by_name(shown: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Attributes as the calls show them, by name."""
    return {one["Key"]: one.get("Value", "") for one in shown}
