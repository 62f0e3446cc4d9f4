"""What EC2 has for a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .reading import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Reader

_IN_A_VPC = (
    ("subnet", "describe_subnets", "Subnets", "SubnetId"),
    ("route-table", "describe_route_tables", "RouteTables", "RouteTableId"),
    ("security-group", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("network-acl", "describe_network_acls", "NetworkAcls", "NetworkAclId"),
    ("vpc-endpoint", "describe_vpc_endpoints", "VpcEndpoints[?State!='deleted']", "VpcEndpointId"),
    ("nat-gateway", "describe_nat_gateways", "NatGateways[?State!='deleted']", "NatGatewayId"),
)

_INTERFACE = ("Description", "Groups", "InterfaceType", "Status", "TagSet")


def network(reader: Reader) -> Iterator[Thing]:
    """All but the account's default VPC and what stands in it."""
    vpcs = reader.all("ec2", "describe_vpcs", "Vpcs[?!IsDefault]")
    ours = {vpc["VpcId"] for vpc in vpcs}
    for vpc in vpcs:
        for attribute in ("enableDnsSupport", "enableDnsHostnames"):
            vpc[attribute] = reader.one("ec2", "describe_vpc_attribute", VpcId=vpc["VpcId"], Attribute=attribute)
        yield Thing("vpc", vpc, (vpc["VpcId"],))
    for kind, operation, path, known in _IN_A_VPC:
        for one in reader.all("ec2", operation, path):
            if one["VpcId"] in ours:
                yield Thing(kind, one, (one[known],), _born_with_its_vpc(kind, one))
    for gateway in reader.all("ec2", "describe_internet_gateways", "InternetGateways"):
        if not gateway["Attachments"] or {one["VpcId"] for one in gateway["Attachments"]} & ours:
            yield Thing("internet-gateway", gateway, (gateway["InternetGatewayId"],))
    for address in reader.all("ec2", "describe_addresses", "Addresses"):
        yield Thing("address", address, (address["AllocationId"], address["PublicIp"]))
    for flow_log in reader.all("ec2", "describe_flow_logs", "FlowLogs"):
        yield Thing("flow-log", flow_log, (flow_log["FlowLogId"],))
    yield from _parts(reader, ours)


def _born_with_its_vpc(kind: str, shown: Any) -> str:
    if shown.get("IsDefault") or shown.get("GroupName") == "default":
        return "default"
    return "main" if any(one.get("Main") for one in shown.get("Associations", ())) else ""


def _parts(reader: Reader, vpcs: set[str]) -> Iterator[Thing]:
    groups = reader.all("ec2", "describe_security_groups", "SecurityGroups")
    ours = {group["GroupId"] for group in groups if group["VpcId"] in vpcs}
    for rule in reader.all("ec2", "describe_security_group_rules", "SecurityGroupRules"):
        if rule["GroupId"] in ours:
            yield Thing("security-group-rule", {**rule, "SecurityGroupRuleId": None}, name="rule")
    for interface in reader.all("ec2", "describe_network_interfaces", "NetworkInterfaces"):
        shown = {name: interface.get(name) for name in _INTERFACE}
        if not interface.get("Attachment", {}).get("InstanceId") and interface["Description"] != "RDSNetworkInterface":
            # In which zone an instance or a database stands is AWS's choice.
            shown["SubnetId"] = interface["SubnetId"]
        yield Thing("network-interface", shown, name="interface")
