"""Tags end with their resource; in moto they stay in DescribeTags, and in filters, for ever."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused, Result
from ..mending import Mends

mends = Mends("ec2")

# What is deleted by an operation, by the parameter that names it. NAT gateways and endpoints stay visible for a while, with
# their tags; the VPC's own parts are in `models`.
DELETED_BY = {
    "DeleteSubnet": "SubnetId",
    "DeleteInternetGateway": "InternetGatewayId",
    "ReleaseAddress": "AllocationId",
    "DeleteRouteTable": "RouteTableId",
    "DeleteSecurityGroup": "GroupId",
    "DeleteNetworkAcl": "NetworkAclId",
    "DeleteFlowLogs": "FlowLogIds",
    "DeleteNetworkInterface": "NetworkInterfaceId",
    "DeleteManagedPrefixList": "PrefixListId",
    "DeleteLaunchTemplate": "LaunchTemplateId",
    "DeleteEgressOnlyInternetGateway": "EgressOnlyInternetGatewayId",
    "DeleteDhcpOptions": "DhcpOptionsId",
    "DeleteVolume": "VolumeId",
}

# What is tagged in its create, by the type that the call must name.
TAGGED_AS = {
    "CreateVpc": "vpc",
    "CreateSubnet": "subnet",
    "CreateInternetGateway": "internet-gateway",
    "AllocateAddress": "elastic-ip",
    "CreateNatGateway": "natgateway",
    "CreateRouteTable": "route-table",
    "CreateVpcEndpoint": "vpc-endpoint",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateNetworkAcl": "network-acl",
    "CreateSecurityGroup": "security-group",
    "CreateLaunchTemplate": "launch-template",
}


@mends.first(*TAGGED_AS)
def tags_are_meant_for_it(call: Call, backend: Any) -> None:
    """AWS refuses tags for another type of resource; moto makes the resource without them."""
    for specification in call.parameters.get("TagSpecifications", ()):
        kind = specification.get("ResourceType")
        if kind != TAGGED_AS[call.operation]:
            raise Refused("InvalidParameterValue", f"'{kind}' is not a valid taggable resource type for this operation.")


@mends.then("DescribeTags")
def filter_by_tag(call: Call, backend: Any, result: Result) -> Result:
    """AWS: `tag:KEY` as a filter. Moto does not know it and shows every tag."""
    wanted = {
        entry["Name"].removeprefix("tag:"): entry.get("Values", [])
        for entry in call.parameters.get("Filters", ())
        if entry["Name"].startswith("tag:")
    }
    shown = [tag for tag in result.get("Tags", []) if not wanted or tag["Value"] in wanted.get(tag["Key"], ())]
    return {**result, "Tags": shown}


@mends.then(*DELETED_BY)
def forget_tags(call: Call, backend: Any, result: Result) -> None:
    named = call.parameters.get(DELETED_BY[call.operation]) or []
    refused = {entry.get("ResourceId") for entry in result.get("Unsuccessful", ())}
    for resource_id in [named] if isinstance(named, str) else named:
        if resource_id not in refused:
            backend.tags.pop(resource_id, None)
