"""NAT gateways: what they hold is freed when they are deleted, and deleted ones vanish after a while."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from typing import Any

from moto.core.utils import utcnow

from ...call import Call, Refused, Result
from ..mending import Mends

mends = Mends("ec2")

# AWS shows a deleted NAT gateway for about an hour. Here it is a minute: long enough for a waiter to see it.
SHOWN_SECONDS = 60.0


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
    return result


@mends.first("DeleteNatGateway", "DescribeNatGateways", "CreateRoute", "ReplaceRoute", "DescribeTags")
def vanish(call: Call, backend: Any) -> None:
    now = time.monotonic()
    for gateway in [gateway for gateway in backend.nat_gateways.values() if gateway.state == "deleted"]:
        if now - gateway.deleted_at >= SHOWN_SECONDS:
            backend.nat_gateways.pop(gateway.id)
            backend.tags.pop(gateway.id, None)


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
    return {**result, "NatGateways": shown}


def _matches(value: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


@mends.then("DeleteNatGateway")
def free_what_it_held(call: Call, backend: Any, result: Result) -> None:
    """AWS: the Elastic IP is disassociated (not released) and the network interface deleted with the NAT gateway."""
    gateway = backend.nat_gateways[call.parameters["NatGatewayId"]]
    if hasattr(gateway, "deleted_at"):
        return
    gateway.deleted_at = time.monotonic()
    gateway.delete_time = utcnow()
    for address in backend.addresses:
        if address.eni is gateway._eni:
            backend.disassociate_address(association_id=address.association_id)
    backend.enis.pop(gateway._eni.id, None)
