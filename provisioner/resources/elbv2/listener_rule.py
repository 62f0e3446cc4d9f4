"""What a listener does with some of its requests."""

from __future__ import annotations

from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import ForeignOwner, PlanError
from ...resource import Id, Output, Resource, attr
from ...secret import Secret
from .listener import listeners
from .load_balancer import LoadBalancer
from .spelling import actions, conditions, parts, sent, sent_actions, shown_conditions
from .tags import listed, must_be_ours, owned, owner, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .listener import Listener
    from .parts import Action, Condition, Transform

_LAST = 50000
# Whoever moves also moves the one in its place, by what it has just read: that must still be so.
_ONE_MOVES = Lock()


class ListenerRule(Resource):
    """What a listener does with requests that meet all conditions; of several rules, the one with the least priority counts.

    Values of header conditions may be secrets; they are compared by digest, and a live document never holds them. `priority`
    is 1 to 50000 and unique in the listener: where another rule of the plan still stands in its place, the two change places.

    AWS: ELBv2 CreateRule; conditions and actions are changed whole, priorities by SetRulePriorities. A condition takes three
    values, a rule five, of 128 characters each. It goes with its listener, which is one of the plan's load balancers'.
    """

    listener: Id[Listener] = attr("ListenerArn", replace=True)
    priority: int = attr("Priority", norm=int)
    conditions: Sequence[Condition] = attr("Conditions", norm=conditions)
    actions: Sequence[Action] = attr("Actions", norm=actions, same=norm.within)
    transforms: Sequence[Transform] = attr("Transforms", default=(), norm=parts, same=norm.within)

    id = Output("RuleArn")
    arn = Output("RuleArn")

    def __post_init__(self) -> None:
        wrong = [f"priority is 1 to {_LAST}, not {self.priority}"] if not 1 <= self.priority <= _LAST else []
        given = [[*one.values, *getattr(one, "regex_values", ())] for one in self.conditions]
        if max(map(len, given), default=0) > 3 or sum(map(len, given)) > 5:
            wrong.append("a condition takes at most 3 values, and a rule 5")
        if any(len(text) > 128 for values in given for value in values for text in _texts(value)):
            wrong.append("a value of a condition takes at most 128 characters")
        if wrong:
            raise PlanError("\n".join(f"{self.key}: {one}" for one in wrong))

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        found = aws.together(lambda listener: _of(aws, listener["ListenerArn"]), listeners(aws))
        return [_document(rule) for rule in owned(aws, cls, [rule for part in found for rule in part])]

    def create(self, aws: Aws) -> Live | None:
        must_be_ours(aws, self, LoadBalancer, self.listener.replace(":listener/", ":loadbalancer/").rpartition("/")[0])
        taken = {rule["Priority"]: rule["RuleArn"] for rule in _of(aws, self.listener)}
        made = aws.elbv2.create_rule(
            ListenerArn=self.listener,
            Priority=self._first_priority(aws, taken),
            Conditions=sent(self.conditions),
            Actions=sent_actions(self.actions),
            Tags=listed(self.tags),
            **({"Transforms": sent(self.transforms)} if self.transforms else {}),
        )
        return {**_document({**made["Rules"][0], "ListenerArn": self.listener}), "Tags": dict(self.tags)}

    def _first_priority(self, aws: Aws, taken: dict[str, str]) -> int:
        """Its own, or one far down while another rule of the plan stands there, which will change places with it."""
        holder = taken.get(str(self.priority))
        if holder is None or self._step_of(aws, holder) == self.key:
            return self.priority
        # Two that are made at the same time must not meet.
        start = _LAST - int(sha256(self.key.encode()).hexdigest(), 16) % (_LAST // 2)
        return next(priority for priority in range(start, 0, -1) if str(priority) not in taken)

    def _step_of(self, aws: Aws, rule: str) -> str:
        found = owner(aws, type(self), rule)
        if found is None:
            raise ForeignOwner(
                f"{self.key} is to have the priority {self.priority}, which {rule} has, and that is not the plan's: "
                "choose another priority, or remove that rule"
            )
        return found

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        rule = live["RuleArn"]
        spelt: dict[str, tuple[str, Any]] = {
            "conditions": ("Conditions", sent(self.conditions)),
            "actions": ("Actions", sent_actions(self.actions)),
            "transforms": ("Transforms", sent(self.transforms)) if self.transforms else ("ResetTransforms", True),
        }
        if wanted := dict(spelt[field] for field in changed if field in spelt):
            aws.elbv2.modify_rule(RuleArn=rule, **wanted)
        if "priority" in changed:
            with _ONE_MOVES:
                self._move(aws, live)
        retag(aws, rule, changed)

    def _move(self, aws: Aws, live: Live) -> None:
        # Read just now: another one may have moved it.
        rule, places = live["RuleArn"], {one["RuleArn"]: one["Priority"] for one in _of(aws, self.listener)}
        moves: list[Any] = [{"RuleArn": rule, "Priority": self.priority}]
        for other, priority in places.items():
            if priority == str(self.priority) and other != rule:
                self._step_of(aws, other)
                moves.append({"RuleArn": other, "Priority": int(places.get(rule) or live["Priority"])})
        aws.elbv2.set_rule_priorities(RulePriorities=moves)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.elbv2.delete_rule(RuleArn=live["RuleArn"])


def _of(aws: Aws, listener: str) -> list[Any]:
    """The rules of a listener, without the one that it is born with."""

    def read() -> Live:
        pages = aws.elbv2.get_paginator("describe_rules").paginate(ListenerArn=listener)
        return {"Rules": [rule for page in pages for rule in page["Rules"] if not rule["IsDefault"]]}

    found = aws.maybe(read)
    return [{**rule, "ListenerArn": listener} for rule in found["Rules"]] if found else []


def _document(rule: Live) -> Live:
    return {**rule, "Conditions": shown_conditions(rule["Conditions"]), "Transforms": rule.get("Transforms", [])}


def _texts(value: Any) -> list[str]:
    """The texts of a condition's value, as far as they are known."""
    if isinstance(value, tuple):
        return [text for item in value for text in _texts(item)]
    return [value.reveal()] if isinstance(value, Secret) else [value] if isinstance(value, str) else []
