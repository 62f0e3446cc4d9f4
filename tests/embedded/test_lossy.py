"""What the tests' own fault loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ConnectionClosedError

from tests.behaviours import Lossy

from .conftest import behaving

if TYPE_CHECKING:
    from provisioner.embedded.server import Running


def test_a_lost_answer_is_lost_once_and_its_call_carried_out(server: Running, ec2: Any) -> None:
    watching = Lossy()
    with behaving(server, watching):
        ec2.create_vpc(CidrBlock="10.0.0.0/16")
    lossy = Lossy(watching.carried_out)
    with behaving(server, lossy):
        with pytest.raises(ConnectionClosedError):
            ec2.create_vpc(CidrBlock="10.0.0.0/16")
        ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert (lossy.lost, lossy.lose) == (watching.carried_out, set())
    assert len([vpc for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]) == 3


def test_calls_have_the_same_words_whatever_their_ids(server: Running, ec2: Any) -> None:
    step = [{"ResourceType": "vpc", "Tags": [{"Key": "provisioner:step", "Value": "Vpc/a"}]}]
    words = []
    for _ in range(2):
        server.reset()
        watching = Lossy()
        with behaving(server, watching):
            vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=step)["Vpc"]["VpcId"]
            tables = [ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(2)]
            for table in tables:
                ec2.delete_route_table(RouteTableId=table)
        words.append(watching.carried_out)
    assert words[0] == words[1]
    assert words[0][-2:] == [f'ec2:DeleteRouteTable {{"ClientToken": null, "RouteTableId": "?"}} {n}' for n in range(2)]
