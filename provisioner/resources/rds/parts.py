"""The parts of a cluster: what a plan writes, and how RDS spells it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...value import Deferred

    Text: TypeAlias = str | Deferred


class ServerlessV2Scaling(NamedTuple):
    """Between which capacities (in steps of a half) instances of the class `db.serverless` scale.

    A smallest capacity of 0 lets them pause when nobody has used them for so many seconds (300 to 86400).
    """

    min_capacity: float
    max_capacity: float
    seconds_until_auto_pause: int | None = None

    def spelt(self) -> dict[str, Any]:
        """The scaling in RDS's spelling."""
        pause = {} if self.seconds_until_auto_pause is None else {"SecondsUntilAutoPause": self.seconds_until_auto_pause}
        return {"MinCapacity": self.min_capacity, "MaxCapacity": self.max_capacity, **pause}


class AssociatedRole(NamedTuple):
    """A role (its ARN) with which the cluster itself uses another service, and for which feature; MySQL's engines name none."""

    role_arn: Text
    feature_name: str = ""

    def spelt(self) -> dict[str, Any]:
        """The role in RDS's spelling."""
        return {"RoleArn": self.role_arn, **({"FeatureName": self.feature_name} if self.feature_name else {})}


def scaling(value: Any) -> Any:
    """Scaling in RDS's spelling; what it shows is in that spelling already."""
    return value.spelt() if isinstance(value, ServerlessV2Scaling) else value


def roles(value: Iterable[Any]) -> list[dict[str, str]]:
    """Roles in RDS's spelling; their order means nothing."""
    spelt = [one.spelt() if isinstance(one, AssociatedRole) else one for one in value]
    said = [{name: one[name] for name in ("RoleArn", "FeatureName") if one.get(name)} for one in spelt]
    return sorted(said, key=str)


def at_least(wanted: str, have: str) -> bool:
    """Whether an engine's version is the wanted one, one of its minor ones (`8.0` wants any 8.0), or newer.

    RDS upgrades minor versions by itself, and never takes one back.
    """
    return have.startswith(f"{wanted}.") or _numbers(have) >= _numbers(wanted)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
