"""Two worlds compared, and told apart in words."""

from __future__ import annotations

import json
from difflib import unified_diff
from typing import Any

World = dict[str, list[Any]]


def compare(found: World, wanted: World) -> None:
    """Raises an `AssertionError` that shows in what one differs from the other."""
    if found != wanted:
        lines = unified_diff(_lines(wanted), _lines(found), "undisturbed", "found", n=6, lineterm="")
        raise AssertionError("\n".join(lines))


def without_snapshots(world: World) -> World:
    """A database that was deleted leaves its last one, as it must."""
    return {kind: things for kind, things in world.items() if kind != "cluster-snapshot"}


def lasting(world: World) -> World:
    """A world without traces of what was there before: what AWS keeps for a while, how Auto Scaling came to its size."""
    found = without_snapshots({kind: things for kind, things in world.items() if not kind.endswith("that waits for its end")})
    for kind, parts in _TRACES.items():
        # As many as there are, they are alike.
        alike = {json.dumps(_without(thing, parts), sort_keys=True) for thing in found.get(kind, ())}
        found[kind] = [json.loads(thing) for thing in sorted(alike)]
    return {kind: things for kind, things in found.items() if things}


_TRACES = {
    "auto-scaling-group": ("DesiredCapacity", "Instances", "Version"),
    "instance": (),
    "launch-template": ("DefaultVersionNumber", "LatestVersionNumber", "VersionNumber"),
    "network-interface": (),
    "target-group": ("targets",),
    "volume": (),
}


def _without(thing: Any, parts: tuple[str, ...]) -> Any:
    if isinstance(thing, list):
        return [_without(one, parts) for one in thing if not _tells_the_version(one)]
    if not isinstance(thing, dict):
        return thing
    if "versions" in thing:
        thing = {**thing, "versions": [max(thing["versions"], key=lambda version: version["VersionNumber"])]}
    return {name: _without(value, parts) for name, value in thing.items() if name not in parts}


def _tells_the_version(thing: Any) -> bool:
    """AWS: an instance carries the number of the version that it was launched from."""
    return isinstance(thing, dict) and thing.get("Key") == "aws:ec2launchtemplate:version"


def _lines(world: World) -> list[str]:
    return json.dumps(world, indent=1, sort_keys=True).splitlines()
