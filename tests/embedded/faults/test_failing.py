"""Creations that AWS takes, and that fail later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.embedded.faults.outcomes import OUTCOMES
from provisioner.embedded.mends.failing import CAN_FAIL

if TYPE_CHECKING:
    from .conftest import GoingWrong


def test_all_that_can_fail_can_be_asked_for() -> None:
    assert set(OUTCOMES) == CAN_FAIL


def _states(ec2: Any, *gateways: str) -> list[str]:
    for _ in range(4):
        shown = ec2.describe_nat_gateways(NatGatewayIds=gateways)["NatGateways"]
    return [next(one["State"] for one in shown if one["NatGatewayId"] == gateway) for gateway in gateways]


def _gateway(ec2: Any, subnet: str, **more: Any) -> str:
    return str(ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private", **more)["NatGateway"]["NatGatewayId"])


def test_the_first_one_fails(ec2: Any, subnet: str, going_wrong: GoingWrong) -> None:
    with going_wrong("fail ec2:CreateNatGateway") as injected:
        assert _states(ec2, _gateway(ec2, subnet), _gateway(ec2, subnet, ClientToken="b")) == ["failed", "available"]
    assert injected.counts == {"fail": 1}


def test_a_creation_sent_twice_fails_once(ec2: Any, subnet: str, going_wrong: GoingWrong) -> None:
    with going_wrong("fail ec2:CreateNatGateway 2") as injected:
        first, again = (_gateway(ec2, subnet, ClientToken="a") for _ in range(2))
        assert first == again
        assert _states(ec2, first) == ["failed"]
    assert injected.counts == {"fail": 1}


def test_by_chance_never_two_in_a_row_fail(ec2: Any, subnet: str, going_wrong: GoingWrong) -> None:
    with going_wrong("fail ec2:CreateNatGateway 99%"):
        made = [_gateway(ec2, subnet, ClientToken=token) for token in "abcd"]
        assert _states(ec2, *made) == ["failed", "available", "failed", "available"]


def test_a_refused_creation_does_not_count(ec2: Any, subnet: str, going_wrong: GoingWrong) -> None:
    with going_wrong("fail ec2:CreateNatGateway") as injected:
        try:
            _gateway(ec2, "subnet-0123456789abcdef0")
        except ec2.exceptions.ClientError:
            assert not injected.counts
        assert _states(ec2, _gateway(ec2, subnet)) == ["failed"]
