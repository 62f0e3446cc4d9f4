"""The secondary addresses of public NAT gateways, of which moto knows nothing."""

from __future__ import annotations

from typing import Any

from moto.ec2.utils import random_eip_association_id, random_private_ip

from ...call import Call, Refused, Result
from ..mending import Mends

mends = Mends("ec2")


@mends.first("CreateNatGateway", "AssociateNatGatewayAddress")
def addresses_are_free(call: Call, backend: Any) -> None:
    wanted = call.parameters.get("SecondaryAllocationIds") or call.parameters.get("AllocationIds") or []
    for address in backend.address_by_allocation(wanted) if wanted else ():
        if address.association_id:
            raise Refused("Resource.AlreadyAssociated", f"resource {address.allocation_id} is already associated")


@mends.then("CreateNatGateway")
def associate_at_birth(call: Call, backend: Any, result: Result) -> None:
    if wanted := call.parameters.get("SecondaryAllocationIds"):
        gateway = backend.nat_gateways[result["NatGateway"]["NatGatewayId"]]
        result["NatGateway"]["NatGatewayAddresses"] += _associate(backend, gateway, wanted)


@mends.first("AssociateNatGatewayAddress")
def associate(call: Call, backend: Any) -> Result:
    gateway = _alive(call, backend)
    made = _associate(backend, gateway, call.parameters["AllocationIds"])
    return {"NatGatewayId": gateway.id, "NatGatewayAddresses": made}


@mends.first("DisassociateNatGatewayAddress")
def disassociate(call: Call, backend: Any) -> Result:
    gateway = _alive(call, backend)
    wanted = call.parameters["AssociationIds"]
    leaving = [address for address in gateway.address_set if address.get("associationId") in wanted]
    for association in wanted:
        if association not in {address["associationId"] for address in leaving}:
            raise Refused("InvalidAssociationID.NotFound", f"The association ID '{association}' does not exist")
    if any(address["isPrimary"] for address in leaving):
        raise Refused("InvalidParameter", "The primary address of a NAT gateway can not be disassociated")
    for address in leaving:
        gateway.address_set.remove(address)
        held = backend.address_by_allocation([address["allocationId"]])[0]
        held.association_id = held.eni = None
    return {"NatGatewayId": gateway.id, "NatGatewayAddresses": [_shown(address, "disassociating") for address in leaving]}


def _alive(call: Call, backend: Any) -> Any:
    gateway = backend.nat_gateways.get(call.parameters["NatGatewayId"])
    if gateway is None or gateway.state != "available":
        raise Refused("NatGatewayNotFound", f"The Nat Gateway {call.parameters['NatGatewayId']} was not found")
    return gateway


def _associate(backend: Any, gateway: Any, allocations: list[str]) -> list[dict[str, Any]]:
    made = []
    for address in backend.address_by_allocation(allocations):
        address.association_id, address.eni = random_eip_association_id(), gateway._eni
        about = {
            "allocationId": address.allocation_id,
            "associationId": address.association_id,
            "publicIp": address.public_ip,
            "privateIp": random_private_ip(),
            "networkInterfaceId": gateway._eni.id,
            "isPrimary": False,
            "status": "succeeded",
        }
        gateway.address_set.append(about)
        made.append(about)
    return [_shown(about, "associating") for about in made]


def _shown(about: dict[str, Any], status: str) -> dict[str, Any]:
    return {name[0].upper() + name[1:]: value for name, value in about.items()} | {"Status": status}
