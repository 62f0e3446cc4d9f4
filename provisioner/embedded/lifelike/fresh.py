"""What was made or granted a moment ago is not known everywhere at once: who uses it is refused as if it were not there."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from ..call import Answer, Behaviour, Call, Refused, Result
from ..clock import Delay
from ..mends.mending import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

SECONDS = 12.0
"""How long AWS takes to tell what is new everywhere. IAM: "seconds"; Terraform allows two minutes."""

Used = tuple[str, Any]
"""What a call names, and the object of moto's behind it."""


class Birth(NamedTuple):
    """What some operations make, or say anew of what is there (`what`: its policy, say)."""

    service: str
    operations: tuple[str, ...]
    made: Callable[[Call, Result], Iterable[Any]]
    what: str = ""


class Use(NamedTuple):
    """What some operations use, and the words of their service while it does not know that yet (`{}`: the name)."""

    service: str
    operations: tuple[str, ...]
    used: Callable[[Call], Iterable[Used]]
    code: str
    words: str
    status: int = 400
    what: str = ""


def born(holder: Any, what: str = "") -> None:
    """From now on this is new, or what it says of `what` is."""
    kept(holder, "fresh")[what] = {"": Delay(SECONDS, looks=1)}


def is_unknown(holder: Any, user: str, what: str = "") -> bool:
    """Whether a user does not know it yet; each user looks for itself, and the first look always comes too early."""
    users = kept(holder, "fresh").get(what)
    if users is None:
        return False
    known: Delay = users.setdefault(user, copy.copy(users[""]))
    return known.goes_on()


class Fresh(Behaviour):
    """Refuses uses of what is new. AWS: IAM, KMS and the rest are "eventually consistent"."""

    def __init__(self, births: Sequence[Birth], uses: Sequence[Use]) -> None:
        self._births: dict[tuple[str, str], list[Birth]] = {}
        self._uses: dict[tuple[str, str], list[Use]] = {}
        for birth in births:
            for operation in birth.operations:
                self._births.setdefault((birth.service, operation), []).append(birth)
        for use in uses:
            for operation in use.operations:
                self._uses.setdefault((use.service, operation), []).append(use)

    def before(self, call: Call) -> Answer | None:
        for use in self._uses.get((call.service, call.operation), ()):
            user = f"{use.service} {use.code}"
            if unknown := [name for name, holder in use.used(call) if is_unknown(holder, user, use.what)]:
                raise Refused(use.code, use.words.replace("{}", unknown[0]), use.status)
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        births = self._births.get((call.service, call.operation), ())
        if births and not answer.error:
            assert isinstance(answer.content, dict)
            for birth in births:
                for holder in birth.made(call, answer.content):
                    born(holder, birth.what)
        return answer
