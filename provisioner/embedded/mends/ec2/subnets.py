"""VPCs and subnets: what moto forgets of them, that they come in a second, and what a deleted subnet leaves behind."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...call import Call, Refused, Result
from ...clock import Delay
from ..mending import Mends
from ..under_way import begin

mends = Mends("ec2")

_NAMED = {"EnableDns64": "enable_dns64", "MapCustomerOwnedIpOnLaunch": "map_customer_owned_ip_on_launch"}
_ON_LAUNCH = {
    "EnableResourceNameDnsARecordOnLaunch": "EnableResourceNameDnsARecord",
    "EnableResourceNameDnsAAAARecordOnLaunch": "EnableResourceNameDnsAAAARecord",
}


@mends.then("CreateVpc")
def vpc_is_pending(call: Call, backend: Any, result: Result) -> Result:
    shown = result["Vpc"]
    return {"Vpc": {**shown, "State": _come(call, backend.get_vpc(shown["VpcId"]), "ec2:DescribeVpcs")}}


@mends.then("CreateSubnet")
def subnet_is_pending(call: Call, backend: Any, result: Result) -> Result:
    shown = result["Subnet"]
    return {"Subnet": {**shown, "State": _come(call, backend.get_subnet(shown["SubnetId"]), "ec2:DescribeSubnets")}}


def _come(call: Call, resource: Any, *seen_by: str) -> str:
    resource.state = "pending"
    begin(call, resource.id, Delay(1, looks=0), partial(setattr, resource, "state", "available"), seen_by=seen_by)
    return str(resource.state)


@mends.then("ModifySubnetAttribute")
def keep_attributes(call: Call, backend: Any, result: Result) -> None:
    subnet = backend.get_subnet(call.parameters["SubnetId"])
    for parameter, attribute in _NAMED.items():
        if parameter in call.parameters:
            setattr(subnet, attribute, call.parameters[parameter]["Value"])
    for parameter, option in _ON_LAUNCH.items():
        if parameter in call.parameters:
            subnet.private_dns_name_options_on_launch[option] = call.parameters[parameter]["Value"]
    if hostname := call.parameters.get("PrivateDnsHostnameTypeOnLaunch"):
        subnet.private_dns_name_options_on_launch["HostnameType"] = hostname


@mends.first("ModifySubnetAttribute")
def one_attribute_a_call(call: Call, backend: Any) -> None:
    """AWS: "You can only modify one attribute at a time"."""
    backend.get_subnet(call.parameters["SubnetId"])
    given = [name for name in call.parameters if name not in ("SubnetId", "DryRun")]
    if len(given) != 1:
        raise Refused("InvalidParameterCombination", "Exactly one attribute must be modified in a call")


@mends.first("ModifyVpcAttribute")
def one_vpc_attribute_a_call(call: Call, backend: Any) -> None:
    """AWS: one attribute a call, and DNS host names need DNS support."""
    vpc = backend.get_vpc(call.parameters["VpcId"])
    given = [name for name in call.parameters if name != "VpcId"]
    if len(given) != 1:
        raise Refused("InvalidParameterCombination", "Exactly one attribute must be modified in a call")
    wanted = call.parameters[given[0]].get("Value")
    if given == ["EnableDnsHostnames"] and wanted and not vpc.enable_dns_support:
        raise Refused("InvalidParameterValue", f"{vpc.id} does not support DNS; DNS host names cannot be enabled")


@mends.then("DeleteSubnet")
def leave_nothing(call: Call, backend: Any, result: Result) -> None:
    """AWS: a subnet's associations with its route table and its network ACL go with it."""
    subnet_id = call.parameters["SubnetId"]
    for table in backend.route_tables.values():
        for association in [key for key, target in table._associations.items() if target == subnet_id]:
            table._associations.pop(association)
    for acl in backend.network_acls.values():
        for association in [key for key, value in acl._associations.items() if value.subnet_id == subnet_id]:
            acl._associations.pop(association)
