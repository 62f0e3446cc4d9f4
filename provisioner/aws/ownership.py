"""How a resource is known to be the plan's: tags, or a mark where AWS keeps no tags; and the names it is given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from ..errors import ForeignOwner, PlanError
from ..resource import Name, as_tags, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_ec2.type_defs import FilterTypeDef

    from ..resource import Live, Resource

PLAN, ENVIRONMENT, STEP = "provisioner:plan", "provisioner:environment", "provisioner:step"


@dataclass(frozen=True)
class Ownership:
    """One plan in one environment of one account: what it calls its resources, and how it knows them again."""

    plan: str
    environment: str
    account_id: str
    prefix: str
    plan_tags: Mapping[str, str]

    @property
    def path(self) -> str:
        """The IAM path under which the plan's roles and policies stand, so that one read lists them."""
        return f"/{self.plan}/{self.environment}/"

    @property
    def filters(self) -> list[FilterTypeDef]:
        """EC2's filter for what is the plan's."""
        return [
            {"Name": f"tag:{PLAN}", "Values": [self.plan]},
            {"Name": f"tag:{ENVIRONMENT}", "Values": [self.environment]},
        ]

    def tags(self, step: Resource) -> dict[str, str]:
        """All tags that a step's resource is to carry, its user's and ours."""
        ours = {PLAN: self.plan, ENVIRONMENT: self.environment, STEP: step.key}
        return {**self.plan_tags, "Name": self.name(step), **step.tags, **ours}

    def mark(self, step: Resource) -> str:
        """What stands in the description or comment of a resource that takes no tags.

        Raises `PlanError` for a name with spaces: where the mark ends, and somebody's words begin, could not be told.
        """
        if re.search(r"\s", step.key):
            raise PlanError(f"{step.key} is known by a mark, and a mark has no spaces: choose a name without")
        return f"{self._mark} step={step.key}"

    def name(self, step: Resource) -> str:
        """The name of a step's resource: the plan's convention, cut to what the service takes; the same on every run."""
        identity = type(step).id
        if not isinstance(identity, Name):
            return fitted(f"{self.prefix}-{step.name}", f"-{self.environment}", type(step).longest_name)
        given = getattr(step, identity.given) if identity.given else None
        if given is not None:
            return str(given)
        ending = f"-{self.environment}-{self.account_id}" if identity.unique_in_the_world else f"-{self.environment}"
        return fitted(f"{self.prefix}-{step.name}", ending, identity.longest)

    def mark_of_part(self, kind: type[Resource], whole: type[Resource], live: Live) -> str | None:
        """The mark of a part that takes neither tags nor words: it is the plan's where the whole that it is a part of is.

        `live` is the whole's document. For parts of which a whole has exactly one: their steps are named as the whole's
        (`part_of` in `resource.py` holds that). None where the whole is not the plan's.
        """
        step = self.step_of(whole, live)
        return f"{self._mark} step={kind.__name__}/{step.partition('/')[2]}" if step else None

    def mark_of_named(self, kind: type[Resource], name: str) -> str | None:
        """The mark of something that takes neither tags nor words, by a name by the plan's convention; else None.

        Only for what can not exist outside something that is the plan's: names alone prove nothing.
        """
        step = self._by_name(kind, name)
        return f"{self._mark} step={step}" if step else None

    def step_of(self, kind: type[Resource], live: Live) -> str | None:
        """The key of the step that owns a living resource; None where it is not the plan's."""
        if kind.mark is not None:
            return self.step_marked(kind, shown(kind.mark, live) or "")
        tags = as_tags(shown("Tags", live))
        if tags.get(PLAN) != self.plan or tags.get(ENVIRONMENT) != self.environment:
            return None
        if step := tags.get(STEP):
            # Two types may list the same things (security groups, the default one): the tag says whose it is.
            return step if step.startswith(f"{kind.__name__}/") else None
        return self._by_name(kind, tags.get("Name", "")) or f"{kind.__name__}/{shown(kind.id.path, live)}"

    def step_marked(self, kind: type[Resource], words: str) -> str | None:
        """The key of the step that some words are the mark of; None where they are not the plan's mark for this type.

        The words are the mark and nothing else: others may speak of ours, or have copied it into a text of theirs.
        """
        found = re.fullmatch(rf"{re.escape(self._mark)} step=({kind.__name__}/\S+)", words)
        return found[1] if found else None

    def adoption(self, step: Resource) -> str:
        """What makes a thing a step's, in words: its tags, or the mark where AWS keeps no tags."""
        if (place := type(step).mark) is not None:
            return f"to take it over, let its {place} be {self.mark(step)!r}"
        ours = {PLAN: self.plan, ENVIRONMENT: self.environment, STEP: step.key}
        return f"to take it over, tag it with {', '.join(f'{key}={value}' for key, value in ours.items())}"

    def must_own(self, step: Resource, whole: type[Resource], live: Live) -> None:
        """Raises `ForeignOwner` where what a step is to be a part of is not the plan's. `live` is the whole's document.

        A part would not be found again there, and the whole is not ours to change.
        """
        if type(step).mark is not None:
            self.mark(step)
        if self.step_of(whole, live) is None:
            name = shown(whole.id.path, live)
            raise ForeignOwner(f"{step.key} is for {name}, which is not this plan's: refer to a {whole.__name__} of the plan")

    def _by_name(self, kind: type[Resource], name: str) -> str | None:
        # The step's tag was removed by another hand; the plan's tags still say whose it is, and the name which one.
        found = re.fullmatch(rf"{re.escape(self.prefix)}-(.+)-{re.escape(self.environment)}", name)
        return f"{kind.__name__}/{found[1]}" if found else None

    @property
    def _mark(self) -> str:
        return f"provisioner plan={self.plan} environment={self.environment}"


def fitted(name: str, ending: str, longest: int) -> str:
    """`name` + `ending`, at most `longest` characters: what is cut off stands in a hash, so that two names never meet."""
    if len(name) + len(ending) <= longest:
        return name + ending
    digest = sha256(name.encode()).hexdigest()[:6]
    return f"{name[: longest - len(ending) - 7].rstrip('-')}-{digest}{ending}"
