"""Somebody else writes at the same moment, and the engine's types bring what is wanted all the same."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from provisioner.embedded.faults import behaviours
from provisioner.embedded.faults.injected import Injected
from tests.contract.test_contract import EXAMPLES, Account

from .conftest import behaving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running


@pytest.fixture
def injected() -> Injected:
    return Injected()


@pytest.fixture
def account(aws: Aws, embedded: Running, injected: Injected) -> Iterator[Account]:
    with behaving(embedded, *behaviours(("race *:* each",), 1, injected)):
        yield Account(aws, embedded)


def refusals(account: Account, code: str) -> list[str]:
    return [call.operation for call in account.server.calls if call.outcome == code]


@pytest.mark.parametrize(
    ("kind", "field", "operation", "code"),
    [
        ("OriginAccessControl", "signing_behavior", "UpdateOriginAccessControl", "PreconditionFailed"),
        ("ResponseHeadersPolicy", "cors_config", "UpdateResponseHeadersPolicy", "PreconditionFailed"),
        ("Distribution", "comment", "UpdateDistribution", "PreconditionFailed"),
        ("WebAcl", "description", "UpdateWebACL", "WAFOptimisticLockException"),
        ("DeliveryStream", "prefix", "UpdateDestination", "ConcurrentModificationException"),
    ],
)
def test_a_change_whose_lock_has_moved_is_made_from_the_newest(
    account: Account, injected: Injected, kind: str, field: str, operation: str, code: str
) -> None:
    example = EXAMPLES[kind]
    account.up(example.step)
    changed = dataclasses.replace(example.step, **{field: example.changes[field]})
    account.up(changed)
    assert refusals(account, code) == [operation]
    assert injected.counts == {"race": 1}
    assert account.to_do(changed) == {}


@pytest.mark.parametrize(
    ("kind", "operation", "code"),
    [
        ("OriginAccessControl", "DeleteOriginAccessControl", "PreconditionFailed"),
        ("ResponseHeadersPolicy", "DeleteResponseHeadersPolicy", "PreconditionFailed"),
        ("WebAcl", "DeleteWebACL", "WAFOptimisticLockException"),
    ],
)
def test_a_deletion_whose_lock_has_moved_is_made_again(account: Account, kind: str, operation: str, code: str) -> None:
    account.up(EXAMPLES[kind].step)
    assert account.teardown().ok
    assert refusals(account, code) == [operation]


def test_a_statement_that_another_writer_took_away_is_put_again(account: Account) -> None:
    step = EXAMPLES["Permission"].step
    account.up(step)
    assert [call.operation for call in account.server.calls if call.operation == "AddPermission"] == ["AddPermission"] * 2
    assert account.to_do(step) == {}


def test_everybody_is_met_anew_in_an_empty_account(account: Account) -> None:
    step = EXAMPLES["OriginAccessControl"].step
    account.up(step)
    assert account.teardown().ok
    account.server.reset()
    account.up(step)
    assert account.teardown().ok
    assert refusals(account, "PreconditionFailed") == ["DeleteOriginAccessControl"]
