"""Load balancers: what AWS refuses, what it shows of a new one, and that it takes a while."""

from __future__ import annotations

import re
from typing import Any

from moto.moto_api._internal import mock_random

from ...call import Call, Refused, Result
from ...clock import Delay
from ..mending import Mends, backend
from ..under_way import begin, end_otherwise, stop
from . import interfaces
from .defaults import of_balancer
from .models import note_users
from .places import hosted_zone, usable_groups, usable_subnets, zone_of

mends = Mends("elbv2")

_NAME = re.compile(r"(?!-|internal-)[A-Za-z0-9-]{1,32}(?<!-)")
_SEEN_BY = ("elbv2:DescribeLoadBalancers",)
_SHORT = {"application": "app", "network": "net", "gateway": "gwy"}


@mends.first("CreateLoadBalancer")
def can_be_made(call: Call, elbv2: Any) -> Result | None:
    parameters = call.parameters
    name, kind = parameters["Name"], parameters.get("Type", "application")
    if not _NAME.fullmatch(name):
        rules = "at most 32 letters, digits and hyphens, none first or last, and not internal- first"
        raise Refused("ValidationError", f"The load balancer name '{name}' is not valid: {rules}")
    subnets = usable_subnets(call, kind, parameters.get("Scheme", "internet-facing"))
    usable_groups(call, subnets[0].vpc_id, parameters.get("SecurityGroups", []))
    there = next((one for one in elbv2.load_balancers.values() if one.name == name), None)
    if there is None:
        _dual(parameters.get("IpAddressType", "ipv4"), subnets)
        return None
    # AWS: idempotent, by name and settings; of tags nothing is said.
    if not _alike(there, parameters, subnets):
        message = f"A load balancer with the same name '{name}' exists, but with different settings"
        raise Refused("DuplicateLoadBalancerName", message)
    return {"LoadBalancers": [_shown(there)]}


def _alike(there: Any, parameters: dict[str, Any], subnets: list[Any]) -> bool:
    wanted_groups = set(parameters.get("SecurityGroups") or there.security_groups)
    return bool(
        there.type == parameters.get("Type", "application")
        and there.scheme == parameters.get("Scheme", "internet-facing")
        and there.ip_address_type == parameters.get("IpAddressType", "ipv4")
        and {subnet.id for subnet in there.subnets} == {subnet.id for subnet in subnets}
        and set(there.security_groups) == wanted_groups
    )


@mends.then("CreateLoadBalancer")
def as_aws_makes_it(call: Call, elbv2: Any, result: Result) -> Result:
    parameters = call.parameters
    balancer = elbv2.load_balancers.pop(result["LoadBalancers"][0]["LoadBalancerArn"])
    tags = elbv2.tagging_service.tags.pop(balancer.arn, None)
    balancer.scheme = parameters.get("Scheme", "internet-facing")
    balancer.arn = balancer.arn.replace("/app/", f"/{_SHORT[balancer.type]}/")
    elbv2.load_balancers[balancer.arn] = balancer
    elbv2.tagging_service.tags[balancer.arn] = tags or {}
    balancer.attrs = of_balancer(balancer.type, balancer.scheme)
    balancer.dns_name = _dns_name(balancer, call.region)
    balancer.canonical_hosted_zone_id = hosted_zone(call.region, balancer.type)
    balancer.mappings = {one["SubnetId"]: one for one in parameters.get("SubnetMappings", ())}
    balancer.more = {name: parameters[name] for name in ("CustomerOwnedIpv4Pool", "IpamPools") if name in parameters}
    if balancer.type == "application" and not balancer.security_groups:
        balancer.security_groups = [backend(call, "ec2").get_default_security_group(balancer.vpc_id).id]
    if balancer.type == "network":
        balancer.more["EnablePrefixForIpv6SourceNat"] = parameters.get("EnablePrefixForIpv6SourceNat", "off")
        if balancer.security_groups:
            balancer.more["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] = "on"
    interfaces.sync(call, balancer)
    begin(call, balancer.arn, Delay(150), lambda: setattr(balancer, "state", "active"), seen_by=_SEEN_BY)
    return {"LoadBalancers": [_shown(balancer)]}


def fail(call: Call, arn: str, code: str, message: str) -> None:
    """A new one ends as `failed`; it keeps its network interfaces until it is deleted."""
    balancer = backend(call).load_balancers[arn]

    def failed() -> None:
        balancer.state, balancer.failure = code, {"Reason": message}

    end_otherwise(call, arn, failed)


def _dns_name(balancer: Any, region: str) -> str:
    number, internal = mock_random.get_random_hex(10), "internal-" if balancer.scheme == "internal" else ""
    host = f"{internal}{balancer.name}-{number}"
    return f"{host}.{region}.elb.amazonaws.com" if balancer.type == "application" else f"{host}.elb.{region}.amazonaws.com"


@mends.first("DescribeLoadBalancers")
def named_ones_exist(call: Call, elbv2: Any) -> None:
    known = {word for balancer in elbv2.load_balancers.values() for word in (balancer.name, balancer.arn)}
    asked = [*call.parameters.get("LoadBalancerArns", ()), *call.parameters.get("Names", ())]
    if missing := [one for one in asked if one not in known]:
        raise Refused("LoadBalancerNotFound", f"Load balancers '{missing}' not found")


@mends.then("DescribeLoadBalancers")
def show(call: Call, elbv2: Any, result: Result) -> Result:
    found = result.get("LoadBalancers", [])
    return {**result, "LoadBalancers": [_shown(elbv2.load_balancers[one["LoadBalancerArn"]]) for one in found]}


@mends.first("SetSubnets")
def set_subnets(call: Call, elbv2: Any) -> Result:
    """Done here: moto wants two zones of a network load balancer, too."""
    balancer = balancer_of(call, elbv2)
    subnets = usable_subnets(call, balancer.type, balancer.scheme)
    kind = call.parameters.get("IpAddressType", balancer.ip_address_type)
    _dual(kind, subnets)
    balancer.subnets, balancer.ip_address_type = subnets, kind
    balancer.mappings = {one["SubnetId"]: one for one in call.parameters.get("SubnetMappings", ())}
    if "EnablePrefixForIpv6SourceNat" in call.parameters:
        balancer.more["EnablePrefixForIpv6SourceNat"] = call.parameters["EnablePrefixForIpv6SourceNat"]
    interfaces.sync(call, balancer)
    return {"AvailabilityZones": _zones(balancer), "IpAddressType": kind}


@mends.first("SetSecurityGroups")
def set_groups(call: Call, elbv2: Any) -> Result:
    balancer, groups = balancer_of(call, elbv2), call.parameters["SecurityGroups"]
    usable_groups(call, balancer.vpc_id, groups)
    if balancer.type == "network" and not balancer.security_groups:
        words = "You cannot set security groups of a Network Load Balancer that was created without"
        raise Refused("InvalidConfigurationRequest", words)
    balancer.security_groups, enforce = list(groups), "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
    if enforce in call.parameters:
        balancer.more[enforce] = call.parameters[enforce]
    interfaces.sync(call, balancer)
    return {"SecurityGroupIds": list(groups), **{key: balancer.more[key] for key in (enforce,) if key in balancer.more}}


@mends.first("SetIpAddressType")
def set_address_type(call: Call, elbv2: Any) -> Result:
    balancer, kind = balancer_of(call, elbv2), call.parameters["IpAddressType"]
    _dual(kind, balancer.subnets)
    balancer.ip_address_type = kind
    return {"IpAddressType": kind}


@mends.first("ModifyIpPools")
def set_pool(call: Call, elbv2: Any) -> Result:
    balancer = balancer_of(call, elbv2)
    balancer.more.pop("IpamPools", None)
    if "IpamPools" in call.parameters:
        balancer.more["IpamPools"] = call.parameters["IpamPools"]
    return {"IpamPools": balancer.more.get("IpamPools", {})}


@mends.first("ModifyCapacityReservation")
def reserve(call: Call, elbv2: Any) -> Result:
    balancer = balancer_of(call, elbv2)
    reset = call.parameters.get("ResetCapacityReservation")
    balancer.capacity = None if reset else call.parameters["MinimumLoadBalancerCapacity"]
    return _capacity(balancer)


@mends.first("DescribeCapacityReservation")
def show_capacity(call: Call, elbv2: Any) -> Result:
    return _capacity(balancer_of(call, elbv2))


def _capacity(balancer: Any) -> Result:
    if balancer.capacity is None:
        return {"CapacityReservationState": []}
    zone = {"State": {"Code": "provisioned"}, "EffectiveCapacityUnits": balancer.capacity["CapacityUnits"]}
    return {"CapacityReservationState": [zone], "MinimumLoadBalancerCapacity": balancer.capacity}


@mends.first("DeleteLoadBalancer")
def delete(call: Call, elbv2: Any) -> Result:
    """AWS: not while it is protected; what was never there is deleted as well. Listeners and rules go with it."""
    balancer = elbv2.load_balancers.get(call.parameters["LoadBalancerArn"])
    if balancer is None:
        return {}
    if balancer.attrs["deletion_protection.enabled"] == "true":
        message = f"Load balancer '{balancer.arn}' cannot be deleted because deletion protection is enabled"
        raise Refused("OperationNotPermitted", message)
    stop(call, balancer.arn)
    interfaces.leave(call, balancer)
    elbv2.load_balancers.pop(balancer.arn)
    for listener in balancer.listeners.values():
        for gone in (listener.arn, *listener.rules):
            elbv2.tagging_service.delete_all_tags_for_resource(gone)
    elbv2.tagging_service.delete_all_tags_for_resource(balancer.arn)
    note_users(elbv2)
    return {}


def balancer_of(call: Call, elbv2: Any) -> Any:
    """The load balancer that a call names."""
    balancer = elbv2.load_balancers.get(call.parameters["LoadBalancerArn"])
    if balancer is None:
        raise Refused("LoadBalancerNotFound", f"Load balancers '[{call.parameters['LoadBalancerArn']}]' not found")
    return balancer


def _dual(kind: str, subnets: list[Any]) -> None:
    if kind != "ipv4" and not all(subnet.ipv6_cidr_block_associations for subnet in subnets):
        raise Refused("ValidationError", "You must specify subnets with an associated IPv6 CIDR block.")


def _zones(balancer: Any) -> list[dict[str, Any]]:
    return [zone_of(balancer, subnet) for subnet in balancer.subnets]


def _shown(balancer: Any) -> dict[str, Any]:
    return {
        "LoadBalancerArn": balancer.arn,
        "DNSName": balancer.dns_name,
        "CanonicalHostedZoneId": balancer.canonical_hosted_zone_id,
        "CreatedTime": balancer.created_time,
        "LoadBalancerName": balancer.name,
        "Scheme": balancer.scheme,
        "VpcId": balancer.vpc_id,
        "State": {"Code": balancer.state, **balancer.failure},
        "Type": balancer.type,
        "AvailabilityZones": _zones(balancer),
        "SecurityGroups": list(balancer.security_groups),
        "IpAddressType": balancer.ip_address_type,
        **balancer.more,
    }
