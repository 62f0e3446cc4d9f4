"""Lists in pages, for operations that moto does not page or does not have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def page(items: Sequence[T], token: str | None, size: int) -> tuple[list[T], str | None]:
    """The items from where `token` says, at most `size` of them, and the token of what is left."""
    start = int(token or 0)
    more = len(items) > start + size
    return list(items[start : start + size]), str(start + size) if more else None
