"""One example of every resource type: all that the contract suite needs to know of a type."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioner.resource import Resource


@dataclasses.dataclass(frozen=True)
class Example:
    """A step (with what it refers to), another value for every field, and why a field has none."""

    step: Resource
    changes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Another value for every field that AWS can change in place."""
    replaces: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Another value for every field that AWS can not."""
    fixed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Fields that have no other value here, and why."""


def every_example() -> list[Example]:
    """The `EXAMPLES` of every module in this folder."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return [example for module in modules for example in module.EXAMPLES]
