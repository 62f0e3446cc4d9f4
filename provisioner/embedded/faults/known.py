"""What was made in the account, by the calls that made it: under which names, and whether it was deleted since."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jmespath

from ..clock import Delay
from ..mends.mending import backend
from .kinds import KINDS, NETWORK_ACL, ROUTE_TABLE, SECURITY_GROUP, VPC, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..call import Call

_GLOBAL = frozenset({"cloudfront", "iam", "route53", "s3"})
"""Services whose names are the same in all regions."""
_OF_ANY = frozenset({"name", "names", "id"})
"""Parameters that say nothing of the kind that they name."""


SECONDS = 60.0
"""AWS: after a minute at most, a service has told all of itself of a change, as a rule."""


@dataclass(eq=False)
class Resource:
    """Something that a call made: its names in its kind, and what nothing else is called, ARNs and ids that AWS chose.

    `news`: the time in which it is news that it was made, or deleted.
    """

    kind: Kind
    names: tuple[str, ...]
    ids: frozenset[str]
    gone: bool = False
    news: Delay = field(default_factory=lambda: Delay(SECONDS))


class Known:
    """The resources that calls have made since the last reset."""

    def __init__(self) -> None:
        self._by_name: dict[tuple[str, str, str, str], Resource] = {}
        self._by_id: dict[str, Resource] = {}

    def learn(self, call: Call, said: Any) -> list[Resource]:
        """Learns what a change that succeeded has made or deleted, and gives what it made."""
        kinds = [kind for kind in _of(call.service) if call.operation in kind.makes.split()]
        made = [resource for kind in kinds for resource in _made(kind, call, said)]
        made += [part for resource in made if resource.kind is VPC for part in _parts(call, resource.names[0])]
        for resource in made:
            self._add(call, resource)
        for resource in self.named(call):
            if call.operation == resource.kind.ends and not resource.gone:
                resource.gone, resource.news = True, Delay(SECONDS)
        return made

    def named(self, call: Call) -> list[Resource]:
        """The resources that a call names in its parameters."""
        found = [self._by_id.get(text) for value in call.parameters.values() for text in _texts(value)]
        for kind in _of(call.service):
            found += [self._by_name.get((*_place(call), kind.noun, name)) for name in _names(kind, call)]
        return list({id(resource): resource for resource in found if resource}.values())

    def listed(self, call: Call, noun: str, name: str) -> Resource | None:
        """The resource that a list shows under this name."""
        if not noun or name in self._by_id:
            return self._by_id.get(name)
        return self._by_name.get((*_place(call), noun, name))

    def _add(self, call: Call, resource: Resource) -> None:
        places = [(*_place(call), resource.kind.noun, name) for name in resource.names]
        before = self._by_name.get(places[0])
        # A create that is repeated with its token makes nothing, and to put is often to change.
        if before is None or before.gone:
            self._by_name.update(dict.fromkeys(places, resource))
            self._by_id.update(dict.fromkeys(resource.ids, resource))


def _parts(call: Call, vpc: str) -> list[Resource]:
    """AWS: what a VPC is born with appears a moment after it."""
    ec2 = backend(call)
    born = [(SECURITY_GROUP, group) for group in ec2.groups[vpc]]
    born += [(NETWORK_ACL, acl.id) for acl in ec2.network_acls.values() if acl.vpc_id == vpc]
    born += [(ROUTE_TABLE, table.id) for table in ec2.route_tables.values() if table.vpc_id == vpc]
    return [Resource(kind, (part,), frozenset({part})) for kind, part in born]


def _of(service: str) -> Iterator[Kind]:
    return (kind for kind in KINDS if kind.service == service)


def _place(call: Call) -> tuple[str, str]:
    return f"{call.account} {'' if call.service in _GLOBAL else call.region}", call.service


def _made(kind: Kind, call: Call, said: Any) -> Iterator[Resource]:
    shown = jmespath.search(kind.made, said) if kind.made else call.parameters
    for document in shown if isinstance(shown, list) else [shown]:
        name = document if isinstance(document, str) else named_by(kind.key.split(), document)
        if name:
            more = [named_by([member], document) for member in kind.also.split()]
            # AWS: Route 53 shows the ids of its zones with a path before them, and takes them without.
            chosen = {name, name.rpartition("/hostedzone/")[2]} if kind.made else set()
            yield Resource(kind, (name, *more), frozenset(chosen | _arns(kind, said)))


def named_by(members: Sequence[str], document: Any, parameters: Mapping[str, Any] | None = None) -> str:
    """The name that members of a document, or else parameters, give together; empty where one of them is missing."""
    values: list[Any] = [jmespath.search(member, document) or (parameters or {}).get(member) for member in members]
    return " ".join(values) if all(isinstance(value, str) for value in values) else ""


def _arns(kind: Kind, said: Any) -> set[str]:
    """What an answer shows as the resource's own ARN."""
    own = ("arn", f"{kind.noun.lower()}arn")
    shown = [said, *(value for value in said.values() if isinstance(value, dict))]
    return {value for one in shown for name, value in one.items() if name.lower() in own and isinstance(value, str)}


def _names(kind: Kind, call: Call) -> Iterator[str]:
    """What a call's parameters say of a kind by its name."""
    told = kind.parameters.split()
    if " " in kind.key:
        if name := named_by(kind.key.split(), call.parameters):
            yield name
        return
    for parameter in told:
        if parameter.lower() not in _OF_ANY or kind.noun in call.operation:
            yield from _texts(call.parameters.get(parameter))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
