"""A plan: named, ordered steps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .errors import PlanError
from .resource import Resource, dependencies
from .value import references

_NAME = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")


class Plan:
    """What one environment is to hold: steps, in an order in which each refers only to earlier ones.

    `name` marks ownership and must never change. `prefix` begins the names that users see (`prefix-step-environment`; default:
    the plan's name). `tags` go on every resource that takes tags. `outputs` are values (steps, outputs, text of them) to show
    after `up`. `warnings` are said once, before the plan. Raises `PlanError` with every mistake.
    """

    def __init__(
        self,
        name: str,
        *steps: Resource,
        prefix: str | None = None,
        tags: Mapping[str, str] | None = None,
        outputs: Mapping[str, Any] | None = None,
        warnings: Sequence[str] = (),
    ) -> None:
        self.name, self.steps, self.prefix = name, steps, prefix or name
        self.tags, self.outputs, self.warnings = dict(tags or {}), dict(outputs or {}), tuple(warnings)
        if mistakes := self._mistakes():
            raise PlanError("\n".join(mistakes))

    @property
    def regions(self) -> frozenset[str]:
        """The regions that steps name beside the plan's own."""
        return frozenset(step.region for step in self.steps if step.region)

    def only(self, keys: Sequence[str]) -> frozenset[str]:
        """The named steps, all that they depend on, and what each of these needs to become ready."""
        chosen: set[str] = set()
        wanted = set(keys)
        while wanted - chosen:
            chosen |= wanted
            for step in self.steps:
                needed = dependencies(step)
                if step.key in chosen or any(other.key in chosen and _finishes(step, other) for other in needed):
                    wanted |= {step.key} | {other.key for other in needed}
        return frozenset(chosen)

    def without(self, keys: Sequence[str]) -> frozenset[str]:
        """All steps but the named ones and what depends on them."""
        left_out: set[str] = set(keys)
        for step in self.steps:
            if any(other.key in left_out for other in dependencies(step)):
                left_out.add(step.key)
        return frozenset(step.key for step in self.steps) - left_out

    def _mistakes(self) -> list[str]:
        mistakes = []
        if not _NAME.fullmatch(self.name):
            mistakes.append(f"plan {self.name!r}: a name is 2 to 40 lower-case letters, digits and hyphens, a letter first")
        seen: dict[str, Resource] = {}
        for step in self.steps:
            if step.key in seen:
                mistakes.append(f"{step.key} is listed twice")
            mistakes += [
                f"{step.key} uses {other.key}, which must be listed before it"
                for other in sorted(dependencies(step), key=lambda other: other.key)
                if seen.get(other.key) is not other
            ]
            seen[step.key] = step
        for name, value in self.outputs.items():
            mistakes += [
                f"output {name} uses {ref.step.key}, which the plan does not list"
                for ref in references(value)
                if seen.get(ref.step.key) is not ref.step
            ]
        return mistakes


def _finishes(step: Resource, other: Any) -> bool:
    return type(step).__name__ in type(other).finished_by
