"""A copy of a document with another value at a path."""

from __future__ import annotations

from typing import Any


def replaced(content: Any, path: str, value: list[Any]) -> Any:
    """The content with this list at a path of names; CloudFront's lists say how many they hold."""
    name, _, rest = path.partition(".")
    inner = replaced(content.get(name) or {}, rest, value) if rest else value
    more = {"Quantity": len(value)} if not rest and "Quantity" in content else {}
    return {**content, name: inner, **more}
