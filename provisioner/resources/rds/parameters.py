"""What the two kinds of parameter groups have in common: all but their names."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from ...aws.ownership import fitted
from .tags import listed, retag, with_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ...aws.account import Aws
    from ...resource import Changes, Live

# AWS takes no more in one call.
_MOST = 20
_LONGEST_NAME = 255


class Shown(dict[str, str]):
    """The parameters that somebody has set. `others` are AWS's own values of the hundreds that nobody has."""

    def __init__(self, parameters: Iterable[Any] = ()) -> None:
        kept = list(parameters)
        super().__init__({one["ParameterName"]: one.get("ParameterValue", "") for one in kept if _is_set(one)})
        self.others = {one["ParameterName"]: one.get("ParameterValue") for one in kept if not _is_set(one)}


def _is_set(parameter: Any) -> bool:
    return bool(parameter.get("Source") == "user")


def plain(parameters: Mapping[str, Any]) -> Mapping[str, str]:
    """Parameters with values as AWS shows them, which is text."""
    if isinstance(parameters, Shown):
        return parameters
    return {name: str(int(value) if isinstance(value, bool) else value) for name, value in parameters.items()}


def same(wanted: Mapping[str, str], have: Shown) -> bool:
    """Whether just what is wanted is set; what is set to AWS's own value, AWS does not show as set by anybody."""
    return not have.keys() - wanted.keys() and not _missing(wanted, have)


def _missing(wanted: Mapping[str, str], have: Shown) -> dict[str, str]:
    return {name: value for name, value in wanted.items() if have.get(name, have.others.get(name)) != value}


@dataclass(frozen=True)
class Groups:
    """One of the two kinds, by AWS's names for it: `DBParameterGroup`, and `db_parameter` in the calls."""

    name: str
    call: str

    def living(self, aws: Aws) -> list[Live]:
        """The plan's groups with their tags and parameters."""
        rds: Any = aws.rds
        pages = rds.get_paginator(f"describe_{self.call}_groups").paginate()
        groups = with_tags(aws, self.name, (group for page in pages for group in page[f"{self.name}s"]))

        def read(group: Live) -> Mapping[str, Any] | None:
            shown = aws.maybe(lambda: {"Parameters": Shown(self._parameters(aws, group))})
            return {**group, **shown} if shown else None

        return [group for group in aws.together(read, groups) if group]

    def create(self, aws: Aws, step: Any) -> Live:
        """Make a step's group, without parameters yet."""
        rds: Any = aws.rds
        make = getattr(rds, f"create_{self.call}_group")
        made = make(
            **{f"{self.name}Name": fitted(aws.named(step), f"-{aws.token(step)[:6]}", _LONGEST_NAME)},
            DBParameterGroupFamily=step.db_parameter_group_family,
            Description=step.description,
            Tags=listed(step.tags),
        )
        return {**made[self.name], "Tags": listed(step.tags), "Parameters": Shown()}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        """Set the parameters that differ, and reset those that are no longer wanted."""
        retag(aws, live[f"{self.name}Arn"], changed)
        if "parameters" not in changed:
            return
        have, wanted = changed["parameters"].before, changed["parameters"].after
        static = {one["ParameterName"] for one in self._parameters(aws, live) if one.get("ApplyType") == "static"}
        # What goes comes first: some parameters exclude each other.
        reset = [{"ParameterName": name, "ApplyMethod": _method(name, static)} for name in sorted(have.keys() - wanted.keys())]
        put = [
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": _method(name, static)}
            for name, value in sorted(_missing(wanted, have).items())
        ]
        self._send(aws, "reset", live, reset)
        self._send(aws, "modify", live, put)

    def delete(self, aws: Aws, live: Live) -> None:
        """Delete a group."""
        rds: Any = aws.rds
        getattr(rds, f"delete_{self.call}_group")(**self._named(live))

    def _send(self, aws: Aws, verb: str, live: Live, parameters: list[dict[str, str]]) -> None:
        rds: Any = aws.rds
        left = iter(parameters)
        while some := list(islice(left, _MOST)):
            getattr(rds, f"{verb}_{self.call}_group")(**self._named(live), Parameters=some)

    def _parameters(self, aws: Aws, group: Live) -> Iterator[Any]:
        rds: Any = aws.rds
        for page in rds.get_paginator(f"describe_{self.call}s").paginate(**self._named(group)):
            yield from page["Parameters"]

    def _named(self, group: Live) -> dict[str, str]:
        return {f"{self.name}Name": group[f"{self.name}Name"]}


def _method(name: str, static: set[str]) -> str:
    # AWS takes `immediate` for dynamic parameters only.
    return "pending-reboot" if name in static else "immediate"
