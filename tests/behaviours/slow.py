"""What AWS makes and deletes in minutes, moto makes and deletes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.embedded.call import Answer, Behaviour, Call
from provisioner.embedded.mends.ec2.nat_gateways import free_what_it_held
from provisioner.embedded.mends.mending import backend

if TYPE_CHECKING:
    from collections.abc import Iterator


class Slow(Behaviour):
    """A NAT gateway is `pending`, and later `deleting`, for so many looks; all that while it has its address and its interface.

    So is an interface endpoint `pending`.
    """

    def __init__(self, looks: int) -> None:
        self._looks = looks

    def before(self, call: Call) -> Answer | None:
        if str(call) in _LOOKS:
            for resource in list(_in(call, _LOOKS[str(call)])):
                self._look_at(resource, call)
        if str(call) == "ec2:DeleteNatGateway":
            gateway = backend(call).nat_gateways.get(call.parameters.get("NatGatewayId"))
            if gateway is not None and gateway.state != "deleted":
                if gateway.state != "deleting":
                    gateway.state, gateway.looks_left = "deleting", self._looks
                return Answer.of({"NatGatewayId": gateway.id})
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        if answer.error or str(call) not in _CREATES:
            return answer
        content: Any = answer.content
        name, collection = _CREATES[str(call)]
        resource = getattr(backend(call), collection)[content[name][f"{name}Id"]]
        if content[name].get("VpcEndpointType") == "Gateway" or hasattr(resource, "looks_left"):
            return answer
        resource.state, resource.looks_left = "pending", self._looks
        return Answer.of({**content, name: {**content[name], "State": "pending"}})

    def _look_at(self, resource: Any, call: Call) -> None:
        resource.looks_left -= 1
        if resource.looks_left >= 0:
            return
        if resource.state == "pending":
            resource.state = "available"
        elif resource.state == "deleting":
            resource.state = "deleted"
            gone = Call("ec2", "DeleteNatGateway", {"NatGatewayId": resource.id}, call.region, call.account)
            free_what_it_held(gone, backend(call), {})


_CREATES = {"ec2:CreateNatGateway": ("NatGateway", "nat_gateways"), "ec2:CreateVpcEndpoint": ("VpcEndpoint", "vpc_end_points")}
_LOOKS = {"ec2:DescribeNatGateways": "nat_gateways", "ec2:DescribeVpcEndpoints": "vpc_end_points"}


def _in(call: Call, collection: str) -> Iterator[Any]:
    """What is on its way."""
    yield from (found for found in getattr(backend(call), collection).values() if found.state in ("pending", "deleting"))
