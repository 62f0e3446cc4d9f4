"""What the person at the terminal chose for a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ..plan import Plan


@dataclass(frozen=True)
class Options:
    """Step keys (`Vpc/vpc`) by what is to be done with them; and how a run ends.

    `lift_protection`: a teardown takes what AWS shows protected from deletion, too.
    `wait`: until `all` is ready, only for what other steps `needed`, or for `none`.
    """

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    fail_fast: bool = False
    lift_protection: bool = False
    wait: Literal["all", "needed", "none"] = "all"

    def chosen(self, plan: Plan) -> frozenset[str]:
        """The steps to work on: the named ones with what they depend on, without the excluded and what depends on those."""
        everything = frozenset(step.key for step in plan.steps)
        only = plan.only(self.only) if self.only else everything
        return only & (plan.without(self.exclude) if self.exclude else everything)
