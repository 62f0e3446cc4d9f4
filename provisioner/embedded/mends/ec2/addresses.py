"""Elastic IPs and internet gateways: guards that moto lacks."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused, Result
from ..mending import Mends

mends = Mends("ec2")


@mends.first("ReleaseAddress")
def not_while_in_use(call: Call, backend: Any) -> None:
    """AWS: an address that is associated cannot be released; a NAT gateway frees its own only when it is deleted."""
    address = backend.address_by_allocation([call.parameters.get("AllocationId")])[0]
    if address.association_id:
        raise Refused("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")


@mends.first("AttachInternetGateway")
def one_gateway_a_vpc(call: Call, backend: Any) -> None:
    """AWS: a VPC has one internet gateway, and an internet gateway one VPC."""
    gateway = backend.get_internet_gateway(call.parameters["InternetGatewayId"])
    vpc = backend.get_vpc(call.parameters["VpcId"])
    if gateway.vpc is not None:
        raise Refused("Resource.AlreadyAssociated", f"resource {gateway.id} is already attached to network {gateway.vpc.id}")
    if any(other.vpc is not None and other.vpc.id == vpc.id for other in backend.internet_gateways.values()):
        raise Refused("Resource.AlreadyAssociated", f"Network {vpc.id} already has an internet gateway attached")


@mends.then("AllocateAddress")
def keep_group(call: Call, backend: Any, result: Result) -> Result:
    address = backend.address_by_allocation([result["AllocationId"]])[0]
    address.network_border_group = call.parameters.get("NetworkBorderGroup", call.region)
    address.public_ipv4_pool = call.parameters.get("PublicIpv4Pool", "amazon")
    shown = {"NetworkBorderGroup": address.network_border_group, "PublicIpv4Pool": address.public_ipv4_pool}
    return {**result, **shown}


@mends.then("DescribeAddresses")
def no_empty_ids(call: Call, backend: Any, result: Result) -> Result:
    """AWS leaves out what an unassociated address does not have; moto shows empty ids."""
    shown = [{name: value for name, value in address.items() if value != ""} for address in result.get("Addresses", [])]
    return {**result, "Addresses": shown}
