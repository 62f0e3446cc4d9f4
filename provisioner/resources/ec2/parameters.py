"""Parameters of a call that are sent only where there is a wish."""

from __future__ import annotations

from typing import Any


def given(**parameters: Any) -> dict[str, Any]:
    """The parameters without those that nobody asked for: None is "not managed", and AWS then chooses."""
    return {name: value for name, value in parameters.items() if value is not None}
