"""What an account may have of each thing; AWS refuses what is one too many, and waiting does not help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..call import Behaviour, Refused
from ..mends.mending import backend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..call import Answer, Call

    Count = Callable[[Call, Any], int]


class Quota(NamedTuple):
    """A quota by the name that Service Quotas has for it, or by AWS's words where that has none.

    `most` is AWS's default. `counted` tells from a call and its service's backend how many there would be after it.
    """

    name: str
    service: str
    operations: tuple[str, ...]
    most: int
    counted: Count
    code: str
    words: str
    status: int = 400


class Quotas(Behaviour):
    """Refuses what would exceed a quota, in AWS's codes. `others` are quotas of this account that are not AWS's defaults."""

    def __init__(self, quotas: Sequence[Quota], others: Mapping[str, int] | None = None) -> None:
        if unknown := set(others or ()) - {quota.name for quota in quotas}:
            raise ValueError(f"no such quota: {', '.join(sorted(unknown))}")
        self._of: dict[str, list[Quota]] = {}
        for quota in quotas:
            own = quota._replace(most=(others or {}).get(quota.name, quota.most))
            for operation in quota.operations:
                self._of.setdefault(f"{quota.service}:{operation}", []).append(own)

    def before(self, call: Call) -> Answer | None:
        for quota in self._of.get(str(call), ()):
            if quota.counted(call, backend(call)) > quota.most:
                raise Refused(quota.code, quota.words, quota.status)
        return None
