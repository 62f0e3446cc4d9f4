"""`up`, drift and `teardown` of the financial platform's network, where AWS's lists lag behind: what was just made is not shown
by the next reads, and what was just deleted still is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from provisioner.embedded.clock import looking
from provisioner.embedded.faults import behaviours
from provisioner.embedded.faults.injected import Injected

from .network import Network, errors, hurry, undisturbed
from .world import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.embedded.server import Running

    from .network import Undisturbed


@pytest.fixture(scope="module")
def normal(embedded_server: Running) -> Undisturbed:
    return undisturbed(embedded_server)


@pytest.fixture
def injected() -> Injected:
    return Injected()


@pytest.fixture
def rules() -> list[str]:
    return ["late *:* 3", "ghost *:* 3"]


@pytest.fixture
def network(
    normal: Undisturbed, injected: Injected, rules: list[str], embedded: Running, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Network]:
    """The network, up, in an AWS that shows everything late and takes its time."""
    hurry(monkeypatch)
    network = Network(embedded)
    with network.under(*behaviours(rules, 1, injected)), looking(3):
        assert errors(network.up()) == {}
        yield network


@pytest.fixture
def other_hand(embedded: Running) -> Any:
    """Somebody else's client."""
    session = boto3.Session(aws_access_key_id="embedded", aws_secret_access_key="embedded", region_name=REGION)
    return session.client("ec2", endpoint_url=embedded.url)


# What a subnet is under now is shown last of all: nothing may have been written before that is looked for.
@pytest.mark.parametrize("rules", [["late *:* 3", "ghost *:* 3"], ["late ec2:DescribeNetworkAcls 8"]])
def test_up_makes_nothing_twice(normal: Undisturbed, network: Network, injected: Injected) -> None:
    assert injected.counts["late"] > 10
    assert network.holds() == normal.world
    assert sorted(network.writes()) == sorted(call.partition(" ")[0].partition(":")[2] for call in normal.up)


def test_a_second_up_changes_nothing(network: Network) -> None:
    before = len(network.server.calls)
    assert errors(network.up()) == {}
    assert network.writes(before) == []


# What AWS still shows, nobody can miss.
@pytest.mark.parametrize("rules", [["late *:* 3"]])
def test_drift_is_repaired(normal: Undisturbed, network: Network, other_hand: Any) -> None:
    (endpoint,) = other_hand.describe_vpc_endpoints()["VpcEndpoints"]
    other_hand.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    (flow_log,) = other_hand.describe_flow_logs()["FlowLogs"]
    other_hand.delete_flow_logs(FlowLogIds=[flow_log["FlowLogId"]])
    vpc = {"Name": "vpc-id", "Values": [endpoint["VpcId"]]}
    tables = other_hand.describe_route_tables(Filters=[vpc, {"Name": "tag-key", "Values": ["Name"]}])["RouteTables"]
    for table in tables:
        other_hand.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")
        for association in table["Associations"]:
            other_hand.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    for acl in other_hand.describe_network_acls(Filters=[vpc, {"Name": "default", "Values": ["false"]}])["NetworkAcls"]:
        other_hand.delete_network_acl_entry(NetworkAclId=acl["NetworkAclId"], RuleNumber=100, Egress=True)
    assert network.holds() != normal.world
    assert errors(network.up()) == {}
    assert network.holds() == normal.world


def test_teardown_leaves_nothing(normal: Undisturbed, network: Network, injected: Injected) -> None:
    assert errors(network.teardown()) == {}
    assert injected.counts["ghost"] > 20
    assert network.holds() == normal.empty


def test_what_was_torn_down_is_made_again(normal: Undisturbed, network: Network) -> None:
    assert errors(network.teardown()) == {}
    assert errors(network.up()) == {}
    assert network.holds() == normal.world
