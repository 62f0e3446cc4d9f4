"""The server: one call at a time, connections kept open, nothing left behind."""

from __future__ import annotations

import http.client
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from moto.core.errors import get_error_model
from moto.core.exceptions import ServiceException
from moto.core.utils import get_service_model

from provisioner.embedded.call import Answer, Behaviour, Call
from provisioner.embedded.server import running

from .conftest import make_client

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

    from .conftest import Connect


def test_a_connection_serves_many_requests(server: Running) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", "/provisioner/status")
        connection.getresponse().read()
        opened = connection.sock
        connection.request("POST", "/provisioner/nothing", body=b"x" * 100_000)
        assert connection.getresponse().read()
        connection.request("GET", "/provisioner/status")
        assert connection.getresponse().status == 200
        assert connection.sock is opened
    finally:
        connection.close()


@pytest.mark.parametrize("framing", ["Content-Length: 200", "Transfer-Encoding: chunked"])
def test_a_call_that_did_not_arrive_whole_is_none(server: Running, framing: str) -> None:
    credential = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0"
    head = f"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: {credential}\r\n{framing}\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n\r\n"
    chunk = "40\r\n" if "chunked" in framing else ""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as caller:
        caller.sendall(f"{head}{kind}{chunk}Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0%2F16".encode())
        caller.shutdown(socket.SHUT_WR)
        assert caller.recv(1000) == b""
    assert [str(call) for call in server.calls] == []


def test_calls_do_not_overlap(server: Running, connect: Connect) -> None:
    class Watches(Behaviour):
        inside = most = 0

        def before(self, call: Call) -> None:
            self.inside += 1
            self.most = max(self.most, self.inside)

        def after(self, call: Call, answer: Answer) -> Answer:
            self.inside -= 1
            return answer

    watches, client = Watches(), connect("ec2")
    server.behaviours.insert(0, watches)
    start = threading.Barrier(8)

    def create(n: int) -> None:
        start.wait(10)
        for _ in range(3):
            client.create_internet_gateway()

    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(create, range(8)))
    finally:
        server.behaviours.remove(watches)
    assert watches.most == 1
    assert len(client.describe_internet_gateways()["InternetGateways"]) == 24


def test_its_port_is_free_afterwards_and_its_connections_closed() -> None:
    with running() as server:
        client = make_client("ec2", server.url)
        client.describe_vpcs()
        threads = threading.active_count()
    with running(port=server.port) as again:
        assert again.port == server.port
    client.close()
    assert threading.active_count() < threads


def test_reset_forgets_everything(server: Running, ec2: Any, connect: Connect) -> None:
    ec2.create_nat_gateway(
        SubnetId=ec2.describe_subnets()["Subnets"][0]["SubnetId"], ConnectivityType="private", ClientToken="t"
    )
    connect("iam").create_group(GroupName="g")
    server.reset()
    assert len(server.calls) == 0
    assert ec2.describe_nat_gateways()["NatGateways"] == []
    assert connect("iam").list_groups()["Groups"] == []


def test_an_error_without_a_model_is_no_crash(server: Running) -> None:
    class OddError(ServiceException):
        """Of no service, with a code that no model has."""

    assert get_error_model(OddError("Odd", "x"), get_service_model("kms")).error_code == "Odd"
