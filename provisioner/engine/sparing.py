"""What a teardown takes, what it spares, and what is locked against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import is_protected, shown
from .remove import order
from .snapshot import identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ..plan import Plan
    from .options import Options
    from .remove import Doomed


def chosen_to_go(plan: Plan, doomed: list[Doomed], options: Options) -> Callable[[str], bool]:
    """Whether a step is to go: named by `only`, or held by what is; and neither kept nor needed by what is kept."""
    if not options.only and not options.keep:
        return lambda key: True
    holders = order(doomed)
    chosen = _closed(holders, options.only) if options.only else set(holders)
    kept = _kept(plan, doomed, options.keep)
    spared = {key for key in holders if _closed(holders, [key]) & kept}
    return (chosen - spared).__contains__


def _kept(plan: Plan, doomed: Sequence[Doomed], named: Sequence[str]) -> set[str]:
    """The named steps with their parts, and what the plan says that these need: AWS does not show all of that."""
    parts = _parts(doomed)
    kept = {*named, *(part for part, wholes in parts.items() if wholes & {*named})}
    return kept | plan.only(sorted(kept))


def locked(doomed: Sequence[Doomed], chosen: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """What is chosen to go though AWS shows it locked against deletion, with the reason; a part is locked with its whole."""
    locks = {one.key for one in doomed if is_protected(one.place.kind, one.live)}
    parts = _parts(doomed)
    for one in doomed:
        if not chosen(one.key):
            continue
        if one.key in locks:
            yield one.key, "is protected from deletion in AWS"
        elif wholes := parts.get(one.key, set()) & locks:
            yield one.key, f"is a part of {min(wholes)}, which is protected from deletion in AWS"


def _parts(doomed: Sequence[Doomed]) -> dict[str, set[str]]:
    """For each part, the whole that it can not be without; and what else bears the same name, which does no harm."""
    bearers: dict[str, set[str]] = {}
    for one in doomed:
        if one.place.kind.whole is None:
            bearers.setdefault(identity(one.place.kind, one.live), set()).add(one.key)
    parts = [(one.key, str(shown(one.place.kind.whole, one.live))) for one in doomed if one.place.kind.whole is not None]
    return {part: bearers.get(whole, set()) for part, whole in parts}


def _closed(holders: Mapping[str, set[str]], keys: Iterable[str]) -> set[str]:
    """The keys and all that must go before them."""
    closed: set[str] = set()
    todo = list(keys)
    while todo:
        if (key := todo.pop()) not in closed:
            closed.add(key)
            todo += holders.get(key, ())
    return closed
