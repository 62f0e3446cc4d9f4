"""Reads that lag: what was made is not shown yet, what was deleted still is, and what was changed is shown as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jmespath

from ..call import Answer, Behaviour, Refused
from ..clock import Delay
from .dice import words
from .kinds import LISTINGS
from .known import SECONDS, Known, named_by
from .replaced import replaced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..call import Call
    from .dice import Dice
    from .injected import Injected
    from .kinds import Listing
    from .known import Resource

_NOTHING_IS_READ = frozenset({"secretsmanager:GetRandomPassword", "sts:GetCallerIdentity"})


class Lagging(Behaviour):
    """Answers reads as a replica would that has not heard of the last changes.

    What was made (`late`), deleted (`ghost`) or changed (`stale`) is shown as before in the next answers to each read that
    would show it; `flap`: in every other one of them. In how many is up to the dice, anew for each read and each resource; and
    a minute after the change, all reads know of it. Changes themselves are never refused for it.
    """

    def __init__(self, dice: Dice, injected: Injected) -> None:
        self._dice, self._injected = dice, injected
        self.forget()

    def forget(self) -> None:
        self._known = Known()
        self._lags: dict[tuple[Resource, str], Lag] = {}
        self._lists: dict[str, dict[str, _Shown]] = {}
        self._single: dict[str, _Shown] = {}
        self._changes: dict[tuple[str, str], Delay] = {}

    def after(self, call: Call, answer: Answer) -> Answer:
        if not call.is_read:
            if not answer.error:
                self._learn(call, answer.content)
            return answer
        if str(call) in _NOTHING_IS_READ or _is_consistent(call):
            return answer
        named = [resource for resource in self._known.named(call) if resource.kind.service == call.service]
        self._refuse_late(call, named)
        if str(call) not in LISTINGS:
            return self._shown_alone(call, answer)
        if answer.error:
            return answer
        content: Any = answer.content
        for listing in LISTINGS[str(call)]:
            content = self._listed(call, content, listing, named)
        return answer if content is answer.content else Answer.of(content)

    def _learn(self, call: Call, said: Any) -> None:
        self._changes[call.service, call.account] = Delay(SECONDS)
        for made in self._known.learn(call, said):
            # From now on it is late by itself, not by what was said of it when it was not there.
            for about in [about for about, shown in self._single.items() if shown.is_error and repr(made.names[0]) in about]:
                del self._single[about]

    def _refuse_late(self, call: Call, named: Sequence[Resource]) -> None:
        for resource in named:
            if resource.kind.missing and not resource.gone and self._is_old(call, resource, "by id", ("late", "flap")):
                code, *status = resource.kind.missing.split()
                message = f"The {resource.kind.noun} '{resource.names[0]}' does not exist"
                raise Refused(code, message, int(status[0]) if status else 400)

    def _listed(self, call: Call, content: Any, listing: Listing, named: Sequence[Resource]) -> Any:
        before = self._lists.setdefault(f"{words(call)} {listing.path}", {})
        shown: list[Any] = jmespath.search(listing.path, content) or []
        found = {named_by(listing.members, document, call.parameters): document for document in shown}
        if len(found) < len(shown):
            # Not every document can be told from the others.
            return content
        kept = []
        for name, document in found.items():
            resource = self._known.listed(call, listing.noun, name)
            if resource and resource not in named and self._is_old(call, resource, "listed", ("late", "flap")):
                continue
            kept.append(self._as_shown(call, before, name, document, document, ("stale", "flap")))
        for name in [name for name in before if name not in found]:
            resource = self._known.listed(call, listing.noun, name)
            if resource and resource.gone and self._is_old(call, resource, words(call), ("ghost",)):
                kept.append(before[name].value)
            else:
                del before[name]
        same = len(kept) == len(shown) and all(one is other for one, other in zip(kept, shown, strict=True))
        return content if same else replaced(content, listing.path, kept)

    def _shown_alone(self, call: Call, answer: Answer) -> Answer:
        before = self._single.get(words(call))
        told = ("error", answer.error.code) if answer.error else answer.content
        kinds: tuple[str, ...] = ("stale", "flap")
        if answer.error:
            kinds = ("ghost",)
        elif before is not None and before.is_error:
            kinds = ("late", "flap")
        shown: Answer = self._as_shown(call, self._single, words(call), answer, told, kinds)
        return shown

    def _as_shown(self, call: Call, store: dict[str, _Shown], name: str, value: Any, told: Any, kinds: tuple[str, ...]) -> Any:
        """The value, or the one before it."""
        shown = store.setdefault(name, _Shown(value, told))
        change = self._changes.get((call.service, call.account))
        is_news = change is not None and not change.is_over()
        if told != shown.told and not shown.lag and is_news:
            shown.former, shown.lag = shown.value, self._drawn(call, kinds)
        shown.value, shown.told = value, told
        return shown.former if is_news and self._takes_turn(call, shown.lag) else value

    def _is_old(self, call: Call, resource: Resource, how: str, kinds: tuple[str, ...]) -> bool:
        if resource.news.is_over():
            return False
        about = (resource, f"{call} {how} {kinds}")
        if about not in self._lags:
            self._lags[about] = self._drawn(call, kinds)
        return self._takes_turn(call, self._lags[about])

    def _drawn(self, call: Call, kinds: tuple[str, ...]) -> Lag:
        """Turn by turn, the kind of fault, if any; the last turn has none, so that each change is seen once at least."""
        for kind in kinds:
            if answers := self._dice.for_reads(kind, call):
                return [kind, *([""] if kind == "flap" else [])] * answers + [""]
        return []

    def _takes_turn(self, call: Call, lag: Lag) -> bool:
        kind = lag.pop(0) if lag else ""
        if kind:
            self._injected.add(kind, call)
        return bool(kind)


Lag = list[str]


class _Shown:
    """What a read shows, and what it showed before."""

    def __init__(self, value: Any, told: Any) -> None:
        self.value, self.told, self.former = value, told, value
        self.lag: Lag = []

    @property
    def is_error(self) -> bool:
        return isinstance(self.told, tuple)


def _is_consistent(call: Call) -> bool:
    """AWS: S3 shows objects at once, everywhere; so does DynamoDB where that is asked for."""
    if call.service == "s3":
        return "Object" in call.operation and call.operation != "GetObjectLockConfiguration"
    return bool(call.parameters.get("ConsistentRead"))
