"""A row of the table of measurements."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """What was measured, beside what, and the ratio of the two."""

    what: str
    measured: str
    beside: str = ""
    ratio: str = ""
