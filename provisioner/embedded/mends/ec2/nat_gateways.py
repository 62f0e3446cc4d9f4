"""NAT gateways: they come and go in minutes, hold what they have until they are gone, and are shown a while longer."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from moto.core.utils import utcnow

from ...call import Call, Refused, Result
from ...clock import Delay
from ..mending import Mends
from ..mending import backend as backend_of
from ..under_way import begin, end_otherwise

mends = Mends("ec2")

SHOWN_LOOKS = 20
"""How often one that is gone is shown where no clock goes. AWS shows it for about an hour."""
_SEEN_BY = ("ec2:DescribeNatGateways",)


@mends.first("CreateNatGateway")
def address_is_free(call: Call, backend: Any) -> None:
    """Refused before moto makes the network interface, which it would leave behind."""
    backend.get_subnet(call.parameters["SubnetId"])
    allocation = call.parameters.get("AllocationId")
    if call.parameters.get("ConnectivityType", "public") == "private":
        if allocation:
            raise Refused("InvalidParameterCombination", "A private NAT gateway takes no AllocationId")
        return
    if not allocation:
        raise Refused("MissingParameter", "The request must contain the parameter AllocationId")
    address = backend.address_by_allocation([allocation])[0]
    if address.association_id:
        raise Refused("Resource.AlreadyAssociated", f"resource {allocation} is already associated")


@mends.then("CreateNatGateway")
def as_aws_shows_it(call: Call, backend: Any, result: Result) -> Result:
    gateway = backend.nat_gateways[result["NatGateway"]["NatGatewayId"]]
    gateway._eni.interface_type = "nat_gateway"
    gateway._eni.description = f"Interface for NAT Gateway {gateway.id}"
    gateway._eni.requester_managed = True
    # AWS: no security group watches it; moto gives it the VPC's default one.
    gateway._eni._group_set = []
    gateway.connectivity_type = gateway.connectivity_type or "public"
    for address in gateway.address_set:
        address.update(isPrimary=True, status="succeeded")
    if wanted := call.parameters.get("PrivateIpAddress"):
        gateway._eni.private_ip_address = gateway.address_set[0]["privateIp"] = wanted
    shown = result["NatGateway"]
    shown["ConnectivityType"] = gateway.connectivity_type
    for address in shown["NatGatewayAddresses"]:
        address.update(IsPrimary=True, Status="succeeded", PrivateIp=gateway.address_set[0]["privateIp"])
    gateway.state = "pending"
    begin(call, gateway.id, Delay(120, looks=0), lambda: setattr(gateway, "state", "available"), seen_by=_SEEN_BY)
    shown["State"] = gateway.state
    return result


def fail(call: Call, gateway_id: str, code: str, message: str) -> None:
    """A new one ends as `failed`. AWS: its address and interface are free again, and it vanishes within the hour."""
    backend = backend_of(call)
    gateway = backend.nat_gateways[gateway_id]

    def failed() -> None:
        gateway.failure = {"FailureCode": code, "FailureMessage": message}
        _end(call, backend, gateway, "failed")

    end_otherwise(call, gateway_id, failed)


@mends.first("DeleteNatGateway", "DescribeNatGateways")
def known(call: Call, backend: Any) -> None:
    named = call.parameters.get("NatGatewayIds") or [call.parameters.get("NatGatewayId")]
    for gateway_id in filter(None, named):
        if gateway_id not in backend.nat_gateways:
            raise Refused("NatGatewayNotFound", f"The Nat Gateway {gateway_id} was not found")


@mends.then("DescribeNatGateways")
def filter_by_tag(call: Call, backend: Any, result: Result) -> Result:
    """Moto filters by four names and lets everything through for the others, tags among them."""
    shown = result.get("NatGateways", [])
    for entry in call.parameters.get("Filter", ()):
        name, values = entry["Name"], entry.get("Values", [])
        if name == "tag-key":
            shown = [gateway for gateway in shown if any(tag["Key"] in values for tag in gateway.get("Tags", ()))]
        elif name.startswith("tag:"):
            key = name.removeprefix("tag:")
            shown = [
                gateway
                for gateway in shown
                if any(tag["Key"] == key and _matches(tag["Value"], values) for tag in gateway.get("Tags", ()))
            ]
        elif name not in ("nat-gateway-id", "vpc-id", "subnet-id", "state"):
            raise Refused("InvalidParameterValue", f"The filter '{name}' is invalid")
    return {**result, "NatGateways": [_with_failure(backend, gateway) for gateway in shown]}


def _with_failure(backend: Any, shown: dict[str, Any]) -> dict[str, Any]:
    return {**shown, **getattr(backend.nat_gateways[shown["NatGatewayId"]], "failure", {})}


def _matches(value: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


@mends.first("DeleteNatGateway")
def delete(call: Call, backend: Any) -> Result:
    """Done here: moto's are gone at once."""
    gateway = backend.nat_gateways[call.parameters["NatGatewayId"]]
    if gateway.state not in ("deleting", "deleted"):
        gateway.state = "deleting"
        begin(call, gateway.id, Delay(120, looks=0), lambda: _end(call, backend, gateway, "deleted"), seen_by=_SEEN_BY)
    return {"NatGatewayId": gateway.id}


def _end(call: Call, backend: Any, gateway: Any, state: str) -> None:
    """AWS: the Elastic IP is disassociated (not released) and the network interface deleted with the NAT gateway."""
    gateway.state, gateway.delete_time = state, utcnow()
    for address in backend.addresses:
        if address.eni is gateway._eni:
            backend.disassociate_address(association_id=address.association_id)
    backend.enis.pop(gateway._eni.id, None)
    begin(call, gateway.id, Delay(3600, looks=SHOWN_LOOKS), lambda: _vanish(backend, gateway), seen_by=_SEEN_BY)


def _vanish(backend: Any, gateway: Any) -> None:
    backend.nat_gateways.pop(gateway.id)
    backend.tags.pop(gateway.id, None)
