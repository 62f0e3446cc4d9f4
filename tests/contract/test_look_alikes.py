"""Whoever else has things in the account, whatever these are called: they stand as they stood, through all that we do."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from provisioner import Plan
from provisioner.aws.account import Aws
from provisioner.aws.retry import CallKind, kind_of
from provisioner.engine.clock import Clock
from provisioner.engine.options import Options
from provisioner.engine.run import Run
from provisioner.errors import ForeignOwner, PlanError

from .census import Census, census
from .strangers import Rebuilding, Stranger, disown, owner, strangers
from .test_contract import EXAMPLES, each_type, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioner.embedded.server import Running
    from provisioner.engine.preview import Action
    from provisioner.engine.run import Result
    from provisioner.resource import Resource

    from .examples import Example


class Account:
    """An account as one owner sees it, whose runs look at these types and no others."""

    def __init__(self, aws: Aws, server: Running, kinds: Mapping[str, type[Resource]]) -> None:
        self.aws, self.server, self.kinds = aws, server, kinds

    def of(self, stranger: Stranger) -> Account:
        """The same account, as a stranger sees it."""
        return Account(Aws(self.aws.connection, stranger.ownership, self.aws.region), self.server, self.kinds)

    def run(self, *steps: Resource, options: Options | None = None) -> Run:
        kinds, clock = list(self.kinds.values()), Clock(600.0)
        plan = Plan("shop", *steps)
        return Run(plan, self.aws, types=kinds, clock=clock, parallelism=8, durations={}, options=options or Options())

    def up(self, *steps: Resource, options: Options | None = None) -> set[str]:
        """`up` that must succeed; the kinds of what its preview wanted to do."""
        run = self.run(*steps, options=options)
        preview = run.preview()
        assert _errors(run.up(preview)) == {}
        return {action.kind.value for action in preview.actions}

    def errors(self, *steps: Resource) -> dict[str, BaseException]:
        """What went wrong in `up`, by step."""
        run = self.run(*steps)
        return _errors(run.up(run.preview()))

    def actions(self, *steps: Resource) -> tuple[Action, ...]:
        return self.run(*steps).preview().actions

    def teardown(self) -> None:
        """`teardown` that must leave nothing."""
        run = self.run(options=Options(lift_protection=True))
        result = run.teardown(run.preview_teardown())
        assert (result.ok, result.remaining) == (True, ())


def _errors(result: Result) -> dict[str, BaseException]:
    return {key: one.error for key, one in result.outcomes.items() if one.error is not None}


class Neighbours:
    """What strangers have in an account."""

    def __init__(self, account: Account) -> None:
        self._account, self._empty = account, self._census(account)

    def settle(self, stranger: Stranger, *steps: Resource) -> None:
        """Let a stranger have these."""
        self._account.of(stranger).up(*steps)

    def disown(self, stranger: Stranger, *steps: Resource) -> None:
        """Leave on a stranger's things what provisioner would never have put there."""
        theirs = self._account.of(stranger)
        for action in theirs.actions(*steps):
            disown(theirs.aws, action, self._account.kinds[action.type], stranger)

    def settled(self) -> None:
        """All are there: from now on nothing of theirs changes."""
        self._stood, self._since = self._census(self._account), len(self._account.server.calls)
        self.ids = sorted(self._stood.keys() - self._empty.keys())

    def check(self) -> None:
        """All stands as it stood, and no call that changes anything named it."""
        now = self._census(self._account)
        changed = [identity for identity, shown in self._stood.items() if now.get(identity) != shown]
        assert {one: now.get(one) for one in changed} == {one: self._stood[one] for one in changed}
        assert [(call, one) for call in self._writes() for one in self.ids if one in call] == []

    def _writes(self) -> Iterator[str]:
        for call in list(self._account.server.calls)[self._since :]:
            kind = kind_of(call.operation)
            # To be told that a name is taken, one has to ask for it.
            if kind is not CallKind.READ and not (kind is CallKind.MAKE and call.outcome != "ok"):
                yield f"{call} {json.dumps(call.parameters, default=str)}"

    @staticmethod
    def _census(account: Account) -> Census:
        return census(account.aws, account.kinds.values())


def of_types(*steps: Resource) -> dict[str, type[Resource]]:
    """The types of steps and of all that they depend on."""
    return {type(one).__name__: type(one) for step in steps for one in listed(step)}


def other(step: Resource, *fields: Mapping[str, Any]) -> Resource:
    """The step with the first of each of these other values."""
    return dataclasses.replace(step, **dict(pair for some in fields for pair in list(some.items())[:1]))


@each_type
def test_look_alikes_stand_through_all_that_is_done_with_ours(aws: Aws, embedded: Running, example: Example) -> None:
    step = example.step
    changed, replaced = other(step, example.changes), other(step, example.replaces)
    account = Account(aws, embedded, of_types(step, changed, replaced))
    neighbours = Neighbours(account)
    for stranger in strangers(set(of_types(step))):
        steps = listed(Rebuilding(stranger.ownership).step(step))
        neighbours.settle(stranger, *steps)
        if stranger.tags is not None:
            neighbours.disown(stranger, *steps)
    neighbours.settled()
    assert len(neighbours.ids) >= 4

    assert account.up(*listed(step)) == {"create"}
    account.up(*listed(changed))
    # To who wants it as before, that is drift.
    account.up(*listed(step))
    account.up(*listed(replaced), options=Options(replace=(step.key,)))
    account.up(*listed(replaced)[:-1], options=Options(delete=(step.key,)))
    neighbours.check()
    account.teardown()
    neighbours.check()


# Types whose names AWS takes but once: in an account, a region, or the world.
NAMED = [
    *("Alarm", "AutoScalingGroup", "Bucket", "CompositeAlarm", "Dashboard", "DbCluster", "DbInstance", "DbSubnetGroup"),
    *("DeliveryDestination", "DeliverySource", "DeliveryStream", "Function", "InstanceProfile", "Key", "LaunchTemplate"),
    *("LoadBalancer", "LogGroup", "ManagedPolicy", "OriginAccessControl", "ResponseHeadersPolicy", "Role", "Secret"),
    *("TargetGroup", "Topic", "Trail", "WebAcl"),
]


BANK = Stranger("bank", owner(plan="bank"), {}, "{} and others")


@pytest.mark.parametrize("kind", NAMED)
def test_what_stands_under_our_name_is_refused_and_named(aws: Aws, embedded: Running, kind: str) -> None:
    step = EXAMPLES[kind].step
    account = Account(aws, embedded, of_types(step))
    # Only what is in question bears our name; what it needs does not.
    theirs = listed(Rebuilding(BANK.ownership, same=step).step(step))
    neighbours = Neighbours(account)
    neighbours.settle(BANK, *theirs)
    neighbours.settled()
    refused(account, neighbours, step)
    neighbours.disown(BANK, *theirs)
    neighbours.settled()
    refused(account, neighbours, step)


def refused(account: Account, neighbours: Neighbours, step: Resource) -> None:
    """What is not ours keeps the step from its place, and a person is told what to do."""
    errors = account.errors(*listed(step))
    assert isinstance(errors[step.key], ForeignOwner), errors
    assert re.search("(?i)rename|remove|choose", str(errors[step.key]))
    neighbours.check()


# The field of a part that says of what it is a part.
WHOLES = {
    "BucketObject": "bucket",
    "BucketPolicy": "bucket",
    "DefaultNetworkAcl": "vpc",
    "DefaultSecurityGroup": "vpc",
    "Listener": "load_balancer",
    "ListenerRule": "listener",
    "MetricFilter": "log_group",
    "Permission": "function",
    "RotationSchedule": "secret",
    "ScalingPolicy": "auto_scaling_group",
    "ScheduledAction": "auto_scaling_group",
    "SecretValue": "secret",
    "SecurityGroupRules": "group",
    "Subscription": "topic",
    "SubscriptionFilter": "log_group",
}


@pytest.mark.parametrize("kind", WHOLES)
def test_nothing_becomes_a_part_of_what_is_somebody_elses(aws: Aws, embedded: Running, kind: str) -> None:
    step, field = EXAMPLES[kind].step, WHOLES[kind]
    account = Account(aws, embedded, of_types(step))
    bank = BANK._replace(ownership=owner(plan="bank", prefix="bank"))
    *needed, whole = listed(Rebuilding(bank.ownership).step(getattr(step, field)))
    neighbours = Neighbours(account)
    neighbours.settle(bank, *needed, whole)
    identity = account.of(bank).actions(*needed, whole)[-1].id
    part = other(step, {field: identity})
    neighbours.settled()
    assert [*map(type, account.errors(*listed(part)).values())] in ([ForeignOwner], [PlanError])
    neighbours.check()
    neighbours.disown(bank, *needed, whole)
    neighbours.settled()
    assert [*map(type, account.errors(*listed(part)).values())] in ([ForeignOwner], [PlanError])
    neighbours.check()
