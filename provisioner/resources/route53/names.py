"""Domain names in one spelling, and the ids of hosted zones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def plain(name: str) -> str:
    """A domain name in lower case, without the last dot, and with `*` where Route 53 shows `\\052`."""
    return re.sub(r"\\([0-7]{3})", lambda escaped: chr(int(escaped[1], 8)), name).rstrip(".").lower()


def zone_id(shown: str) -> str:
    """A hosted zone's id, which Route 53 shows as a path."""
    return shown.removeprefix("/hostedzone/")


def values(shown: Iterable[str]) -> list[str]:
    """A record's values, whose order means nothing; only quoted text keeps its letters' case."""
    return sorted({value if '"' in value else value.rstrip(".").lower() for value in shown})


def lies_in(name: str, zone: str) -> bool:
    """Whether a domain name belongs to a zone."""
    return name == zone or name.endswith(f".{zone}")


def called(record: Any) -> str:
    """A record in words: `www.example.com A`."""
    return f"{plain(record['Name'])} {record['Type']}"
