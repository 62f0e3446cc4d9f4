"""The embedded AWS that tests run against, through real sockets; it holds every request against AWS's own service models, and
deletes nothing that others still hold."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings

import provisioner.secret
from provisioner.aws.account import Aws
from provisioner.aws.client import Connection
from provisioner.aws.ownership import Ownership
from provisioner.embedded.lifelike.dependencies import Jealous
from provisioner.embedded.server import running

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from provisioner.embedded.server import Running


# No test may find a person's account: neither keys, nor a profile, nor an instance's role.
for _variable in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
    del os.environ[_variable]
os.environ.update(AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)

# Each test makes a world of small objects and drops it whole: to look for rings in it more seldom saves a sixth of the time.
gc.set_threshold(200_000, 20, 20)

# How long an example takes says more of the machine than of what is tested.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Tests wait for processes and for the SDK's pauses: one more worker than there are cores keeps the cores busy."""
    return (yield) + 1


OWNERSHIP = Ownership(plan="shop", environment="test", account_id="123456789012", prefix="shop", plan_tags={"team": "shop"})
REGION = "us-east-1"


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[Running]:
    with running(behaviours=[Jealous()]) as server:
        yield server


@pytest.fixture
def embedded(embedded_server: Running) -> Iterator[Running]:
    """An empty embedded AWS; a request that breaks its service model fails the test."""
    embedded_server.reset()
    yield embedded_server
    assert list(embedded_server.violations) == []


@pytest.fixture(scope="session")
def _session_connection(embedded_server: Running) -> Iterator[Connection]:
    """Clients are made once: that would cost most tests more than what they test."""
    found = Connection(region=REGION, endpoint_url=embedded_server.url, made_up_credentials=True)
    yield found
    found.close()


@pytest.fixture
def connection(embedded: Running, _session_connection: Connection) -> Connection:
    return _session_connection


@pytest.fixture
def aws(connection: Connection) -> Aws:
    return Aws(connection, OWNERSHIP, REGION)


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    """No test knows the secrets of another: their values would be blanked in what it says, too."""
    known = provisioner.secret._known
    before = set(known)
    yield
    known.intersection_update(before)
    provisioner.secret._longest_first.cache_clear()


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    """Events go nowhere unless a test asks for them."""
    structlog.configure(processors=[_drop])
    yield
    structlog.reset_defaults()


def _drop(_: object, __: str, ___: object) -> str:
    raise structlog.DropEvent
