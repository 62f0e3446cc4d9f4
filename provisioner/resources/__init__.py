"""The resource types: a folder per service, one type a file. A file put here is found; nothing else needs to know of it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

from ..resource import Resource


@cache
def every_type() -> tuple[type[Resource], ...]:
    """All resource types under this package, by name."""
    found: dict[str, type[Resource]] = {}
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(kind, Resource) and kind.__module__ == module.name:
                found[kind.__name__] = kind
    return tuple(found[name] for name in sorted(found))
