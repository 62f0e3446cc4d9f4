"""The level `hostile` as a whole: what it injects is told, the same seed gives the same, and a client that tries again gets
through."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from provisioner.embedded.conduct import Conduct
from provisioner.embedded.server import running

from ..conftest import REGION, make_client

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

    from ..conftest import Connect
    from .conftest import GoingWrong


def _ask(server: Running, route: str, method: str = "GET") -> Any:
    request = urllib.request.Request(f"{server.url}/provisioner/{route}", method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def test_what_goes_wrong_is_told_and_forgotten_with_all_else() -> None:
    with running(conduct=Conduct("hostile", 60_000, 3, ("throttle iam:ListRoles", "late *:* 1"))) as server:
        iam = make_client("iam", server.url)
        for round_ in range(2):
            with pytest.raises(iam.exceptions.ClientError):
                iam.list_roles()
            iam.create_instance_profile(InstanceProfileName="a")
            assert iam.list_instance_profiles()["InstanceProfiles"] == []
            told = {"throttle": 1, "late": 1}
            assert server.injected.counts == told, round_
            assert _ask(server, "status")["injected"] == told
            assert _ask(server, "faults") == [
                {"n": 1, "kind": "throttle", "call": "iam:ListRoles", "region": REGION},
                {"n": 2, "kind": "late", "call": "iam:ListInstanceProfiles", "region": REGION},
            ]
            _ask(server, "reset", "POST")
            assert _ask(server, "faults") == []
        iam.close()


def test_nothing_goes_wrong_at_other_levels(server: Running) -> None:
    assert _ask(server, "status")["injected"] == {}


def _history(iam: Any, going_wrong: GoingWrong, seed: int) -> list[str]:
    """What goes wrong with one sequence of calls."""

    def tried(call: Any, **parameters: Any) -> Any:
        for _ in range(10):
            try:
                return call(**parameters)
            except (ClientError, ConnectionClosedError):
                continue
        raise AssertionError(call)

    with going_wrong(seed=seed) as injected:
        for name in "abcdefghij":
            tried(iam.create_instance_profile, InstanceProfileName=f"{name}{uuid4()}")
            for _ in range(3):
                tried(iam.list_instance_profiles)
    return [f"{fault.kind} {fault.call}" for fault in injected]


def test_the_same_seed_does_the_same_to_the_same_calls(server: Running, connect: Connect, going_wrong: GoingWrong) -> None:
    """Whatever things are called, and whatever ids AWS gives them."""
    histories = []
    for seed in (1, 1, 2):
        server.reset()
        histories.append(_history(connect("iam"), going_wrong, seed))
    assert histories[0] == histories[1] != histories[2]
    assert {fault.split()[0] for fault in histories[0]} >= {"throttle", "late"}


@pytest.mark.parametrize("seed", range(3))
def test_the_sdk_gets_through_with_its_own_retries(server: Running, going_wrong: GoingWrong, seed: int) -> None:
    """Nine attempts and no pauses: faults of one call come three in a row at most."""
    make: Any = boto3.client
    steady = Config(retries={"total_max_attempts": 9, "mode": "legacy"})
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    logs = make("logs", endpoint_url=server.url, region_name=REGION, config=steady, **keys)
    rules = ("throttle *:* 30%", "error *:* 30%", "reset *:* 20%", "error-after logs:Describe* 20%", "lost logs:Describe* 20%")
    with going_wrong(*rules, seed=seed) as injected, pytest.MonkeyPatch.context() as patched:
        patched.setattr("botocore.endpoint.time.sleep", lambda _: None)
        for number in range(10):
            logs.create_log_group(logGroupName=f"a{number}")
            logs.describe_log_groups()
        assert len(logs.describe_log_groups()["logGroups"]) == 10
    assert injected.counts.total() > 20
    logs.close()
