"""CloudFront's lists, each of which states its length."""

from __future__ import annotations

from typing import Any

from ...call import Refused


def quantities_are_right(document: Any, where: str) -> None:
    """AWS: each list states its length, and a wrong one is InconsistentQuantities."""
    if not isinstance(document, dict):
        return
    if "Quantity" in document and document["Quantity"] != len(document.get("Items") or ()):
        raise Refused("InconsistentQuantities", f"The value of Quantity and the size of Items don't match in {where}.")
    for name, value in document.items():
        for entry in value if isinstance(value, list) else [value]:
            quantities_are_right(entry, name)
