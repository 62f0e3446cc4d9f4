"""Deletions: orphans, what is replaced, and teardown. The order comes from what living documents mention."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, NamedTuple

from ..errors import Blocked, CallFailed
from ..resource import Live, Output, Resource, overrides, shown
from .schedule import Call, Pause
from .snapshot import mentioned
from .world import is_busy, log

if TYPE_CHECKING:
    from ..aws.account import Aws
    from .snapshot import Place
    from .world import Work, World

STALE = 60.0
"""Seconds after which a delete that AWS does not show is sent again."""


TELLS = 60.0
"""Seconds after which it is told who holds what can not be deleted yet."""


SWEEPS, SWEEP_PAUSE = 6, 20.0
"""How often, and after how many seconds, it is looked whether something came back that late writers make again."""


class Doomed(NamedTuple):
    """A living resource that is to go."""

    key: str
    place: Place
    live: Live


def order(doomed: list[Doomed]) -> dict[str, set[str]]:
    """For each doomed resource, those that must go first: their documents mention it, so they hold it.

    In a ring, all start together: each lets go of the others first, and retries do the rest.
    """
    bearers: dict[str, set[str]] = {}
    for one in doomed:
        for name in _identities(one.place.kind, one.live):
            bearers.setdefault(name, set()).add(one.key)
    graph: dict[str, set[str]] = {one.key: set() for one in doomed}
    for one in doomed:
        beside = mentioned(_beside_identities(one.place.kind, one.live))
        for name in mentioned(one.live) & bearers.keys():
            # Things of several types may bear one name: who mentions it holds them all, and who bears it means itself.
            if len(bearers[name]) == 1 or name in beside:
                for held in bearers[name] - {one.key}:
                    graph[held].add(one.key)
    return _without_rings(graph)


def _identities(kind: type[Resource], live: Live) -> Iterator[str]:
    for path in _identity_paths(kind):
        if isinstance(found := shown(path, live), str):
            yield found


def _beside_identities(kind: type[Resource], live: Live) -> Live:
    own = set(_identity_paths(kind))
    return {name: value for name, value in live.items() if name not in own}


def _identity_paths(kind: type[Resource]) -> Iterator[str]:
    # By its domain name a record or a distribution leads to it, and must not lead nowhere.
    for name in ("id", "arn", "dns_name", "domain_name"):
        if isinstance(output := getattr(kind, name, None), Output):
            yield output.path


def _without_rings(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            ring = set(error.args[1])
            for key in ring:
                graph[key] -= ring
        else:
            return graph


def schedule_removals(world: World, doomed: list[Doomed]) -> None:
    """Add a task for every doomed resource, each after those that mention it."""
    graph = order(doomed)
    waits: dict[str, list[Hashable]] = {key: [("removed", other) for other in others] for key, others in graph.items()}
    weights = _weights(graph, {one.key: one.place.kind.usual_seconds for one in doomed})
    for one in doomed:
        world.schedule.add(("remove", one.key), remove(world, one), waits_for=waits[one.key], weight=weights[one.key])


def _weights(first: Mapping[str, set[str]], usual: Mapping[str, float]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for key in reversed(list(TopologicalSorter(first).static_order())):
        weights[key] = weights.get(key, 0.0) + usual[key]
        for other in first[key]:
            weights[other] = max(weights.get(other, 0.0), weights[key])
    return weights


def remove(world: World, one: Doomed) -> Work:
    """Delete it, and wait until it is gone."""
    with world.telling(one.key, "delete"):
        yield from until_gone(world, one)
        log.info("step deleted", step=one.key)
    world.schedule.fire(("removed", one.key))
    world.movement.moved()


def comes_back(kind: type[Resource]) -> bool:
    """Whether others may make one of this type again after it was deleted."""
    return overrides(kind, "came_back")


def sweep(world: World, one: Doomed, returning: set[str]) -> Work:
    """Delete what late writers have made again, until nothing comes back; what does not stay away is noted in `returning`."""
    kind, aws = one.place.kind, world.aws.at(one.place.region)
    for _ in range(SWEEPS):

        def ask() -> Work:
            return (yield Call(lambda: kind.came_back(aws.reading(), one.live)))

        found = yield from world.persistently(one.key, ask)
        if found is None:
            return
        log.info("step came back", step=one.key)
        yield from _delete(world, one, found)
        yield Pause(SWEEP_PAUSE)
    returning.add(one.key)


def ask_whether_it_stays(world: World, reading: Aws, one: Doomed, stays: dict[str, str]) -> Work:
    """Ask why it may not be deleted now, if that is so."""

    def work() -> Work:
        return (yield Call(lambda: one.place.kind.stays(reading, one.live)))

    if why := (yield from world.persistently(one.key, work)):
        stays[one.key] = why


def until_gone(world: World, one: Doomed) -> Work:
    """Take one step of the deletion after the other, each from the newest document, until AWS shows it no more."""
    kind = one.place.kind
    live: Live | None = one.live
    touched: Live | None = None
    touched_at = accepted = world.clock.now()
    pauses = world.pauses(kind)
    while live is not None:
        if word := kind.expires(live):
            world.snapshot.bury(one.key, kind, live)
            log.info("step let go", step=one.key, because=word)
            return
        now = world.clock.now()
        leaving = kind.state(live).name == "leaving"
        if not leaving and (live != touched or now - touched_at > STALE):
            yield from _delete(world, one, live)
            if touched is None:
                # What others held for long may still take as long as usual.
                accepted = world.clock.now()
            touched, touched_at = live, now
        yield from world.read(one.key, one.place, world.clock.now())
        live = world.snapshot.lives(one.place, one.key)
        if live is None:
            world.snapshot.bury(one.key, kind, one.live)
            return
        if world.clock.now() - accepted > kind.patience_seconds:
            held = yield from _holders(world, one, live)
            words = f"{one.key} is still there ({kind.state(live).name}) after {kind.patience_seconds:.0f} seconds"
            raise Blocked(f"{words}{f', held by {held}' if held else ''}: run again")
        if live == touched or kind.state(live).name == "leaving":
            log.info("step waiting", step=one.key, on="AWS to let it go")
            yield Pause(next(pauses))


def _delete(world: World, one: Doomed, live: Live) -> Work:
    kind, aws = one.place.kind, world.aws.at(one.place.region)
    given: list[Live] = [live]
    told, began = False, world.clock.now()

    def work() -> Work:
        nonlocal told
        newest: Live | None = given.pop() if given else None
        if newest is None:
            # The last attempt may have done a part of it, or somebody else has.
            yield from world.read(one.key, one.place, world.clock.now())
            newest = world.snapshot.lives(one.place, one.key)
        if newest is not None:
            try:
                yield Call(lambda: kind.delete(aws, newest))
            except CallFailed as error:
                if is_busy(error) and not told and world.clock.now() - began > TELLS:
                    told = True
                    held = yield from _holders(world, one, newest)
                    log.info("step waiting", step=one.key, on=held or error.message)
                raise

    try:
        yield from world.persistently(one.key, work)
    except CallFailed as error:
        if not is_busy(error):
            raise
        held = (yield from _holders(world, one, live)) or error.message
        what = f"{one.key} ({shown(kind.id.path, live)})"
        raise Blocked(
            f"{what} is held, for longer than AWS usually takes to let go: {held}. Remove that, then run again. {error}"
        ) from error


def _holders(world: World, one: Doomed, live: Live) -> Work:
    """Who keeps it, in words."""
    reading = world.aws.at(one.place.region).reading()
    try:
        found = yield Call(lambda: one.place.kind.holders(reading, live))
    except CallFailed:
        # That is for people; what the deletion was refused for says more.
        return ""
    return "; ".join(found)
