"""One embedded AWS for all tests of this folder, empty at the start of each."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from provisioner.embedded.server import Running, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.embedded.call import Behaviour

REGION = "eu-central-1"
ACCOUNT = "123456789012"


class Connect(Protocol):
    """Gives a client of a service, made once for all tests."""

    def __call__(self, service: str, region: str = REGION) -> Any: ...


@pytest.fixture(scope="session")
def _server() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def _clients(_server: Running) -> Iterator[dict[tuple[str, str], Any]]:
    clients: dict[tuple[str, str], Any] = {}
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture
def server(_server: Running) -> Running:
    _server.reset()
    return _server


@pytest.fixture
def connect(server: Running, _clients: dict[tuple[str, str], Any]) -> Connect:
    def client(service: str, region: str = REGION) -> Any:
        if (service, region) not in _clients:
            _clients[service, region] = make_client(service, server.url, region)
        return _clients[service, region]

    return client


@pytest.fixture
def ec2(connect: Connect) -> Any:
    return connect("ec2")


@pytest.fixture
def vpc(ec2: Any) -> str:
    return str(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


@pytest.fixture
def address(ec2: Any) -> str:
    return str(ec2.allocate_address(Domain="vpc")["AllocationId"])


@pytest.fixture
def subnet(ec2: Any, vpc: str) -> str:
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"])


def make_client(service: str, url: str, region: str = REGION) -> Any:
    """A client that asks once, so that a test sees the first answer; credentials are made up."""
    once = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30)
    make: Any = boto3.client
    return make(
        service, endpoint_url=url, region_name=region, aws_access_key_id="test", aws_secret_access_key="test", config=once
    )


def refusal(call: Callable[..., object], **parameters: object) -> str:
    """The code of the error that a call must end in."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


@contextmanager
def behaving(server: Running, *behaviours: Behaviour) -> Iterator[None]:
    """With the server behaving like this too."""
    server.behaviours[0:0] = behaviours
    try:
        yield
    finally:
        del server.behaviours[: len(behaviours)]
