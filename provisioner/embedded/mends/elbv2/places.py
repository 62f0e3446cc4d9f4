"""Where a load balancer may stand: subnets, security groups, and the hosted zones of its names."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused
from ..mending import backend

# AWS, "Elastic Load Balancing endpoints": the zones of application and of network load balancers' names.
_HOSTED_ZONES = {
    "eu-central-1": ("Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90"),
    "eu-west-1": ("Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F"),
    "us-east-1": ("Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI"),
    "us-east-2": ("Z3AADJGX6KTTL2", "ZLMOA37VPKANP"),
    "us-west-1": ("Z368ELLRRE2KJ0", "Z24FKFUX50B4VW"),
    "us-west-2": ("Z1H1FL5HABSF5", "Z18D5FSROUN65G"),
}


def hosted_zone(region: str, kind: str) -> str:
    """The hosted zone that an alias record for a load balancer names."""
    zones = _HOSTED_ZONES.get(region, (f"ZALB{region.upper().replace('-', '')}", f"ZNLB{region.upper().replace('-', '')}"))
    return zones[0] if kind == "application" else zones[1]


def usable_subnets(call: Call, kind: str, scheme: str) -> list[Any]:
    """The subnets that a call names, if a load balancer of that kind may stand in them.

    AWS: one a zone; an application load balancer needs two zones; an internet-facing one a VPC with an internet gateway.
    """
    ec2 = backend(call, "ec2")
    by_id = {subnet.id: subnet for subnets in ec2.subnets.values() for subnet in subnets.values()}
    mapped = [mapping["SubnetId"] for mapping in call.parameters.get("SubnetMappings", ())]
    named = call.parameters.get("Subnets") or mapped
    if missing := [one for one in named if one not in by_id]:
        raise Refused("SubnetNotFound", f"The subnet ID '{missing[0]}' does not exist")
    subnets = [by_id[one] for one in named]
    zones = {subnet.availability_zone for subnet in subnets}
    if len(zones) < (2 if kind == "application" else 1):
        raise Refused("ValidationError", "At least two subnets in two different Availability Zones must be specified")
    if len(zones) < len(subnets):
        message = "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        raise Refused("InvalidConfigurationRequest", message)
    vpc = subnets[0].vpc_id
    gateways = [one for one in ec2.internet_gateways.values() if one.vpc is not None and one.vpc.id == vpc]
    if scheme == "internet-facing" and not gateways:
        raise Refused("InvalidSubnet", f"VPC {vpc} has no internet gateway")
    return subnets


def usable_groups(call: Call, vpc: str, named: list[str]) -> None:
    """Refuses security groups that are not there, or of another VPC."""
    ec2 = backend(call, "ec2")
    for one in named:
        group = ec2.get_security_group_from_id(one)
        if group is None:
            raise Refused("InvalidSecurityGroup", f"Security group '{one}' does not exist")
        if group.vpc_id != vpc:
            raise Refused("InvalidConfigurationRequest", f"One or more security groups are invalid: {one}")


def zone_of(balancer: Any, subnet: Any) -> dict[str, Any]:
    """A subnet of a load balancer, with the addresses that were chosen for it."""
    mapping = balancer.mappings.get(subnet.id, {})
    names = ("AllocationId", "PrivateIPv4Address", "IPv6Address")
    chosen = {name: mapping[name] for name in names if mapping.get(name)}
    found: dict[str, Any] = {"ZoneName": subnet.availability_zone, "SubnetId": subnet.id}
    if prefix := mapping.get("SourceNatIpv6Prefix"):
        found["SourceNatIpv6Prefixes"] = [prefix]
    return {**found, "LoadBalancerAddresses": [chosen] if chosen else []}
