"""What other hands do to the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .hand import Hand

_OURS = "Tags[?Key=='provisioner:step']"


def route_deleted(hand: Hand) -> None:
    table = hand.take(
        "ec2", "describe_route_tables", f"RouteTables[?{_OURS}][] | [?Routes[?DestinationCidrBlock=='0.0.0.0/0']]"
    )
    hand.client("ec2").delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")


def route_table_let_go(hand: Hand) -> None:
    path = f"RouteTables[?{_OURS}][].Associations[].RouteTableAssociationId"
    hand.client("ec2").disassociate_route_table(AssociationId=hand.take("ec2", "describe_route_tables", path))


def network_acl_entry_deleted(hand: Hand) -> None:
    acl = hand.take("ec2", "describe_network_acls", f"NetworkAcls[?!IsDefault && {_OURS}]")
    entry = {"NetworkAclId": acl["NetworkAclId"], "RuleNumber": 100, "Egress": True}
    hand.client("ec2").delete_network_acl_entry(**entry)


def security_group_opened(hand: Hand) -> None:
    group = hand.take("ec2", "describe_security_groups", f"SecurityGroups[?{_OURS}].GroupId")
    world = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    hand.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[world])


def security_group_rule_revoked(hand: Hand) -> None:
    groups = hand.all("ec2", "describe_security_groups", f"SecurityGroups[?{_OURS}].GroupId")
    ours = {"Filters": [{"Name": "group-id", "Values": groups or ["sg-00000000"]}]}
    rule = hand.take("ec2", "describe_security_group_rules", "SecurityGroupRules[?!IsEgress]", **ours)
    hand.client("ec2").revoke_security_group_ingress(
        GroupId=rule["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]]
    )


def endpoint_deleted(hand: Hand) -> None:
    endpoint = hand.take("ec2", "describe_vpc_endpoints", "VpcEndpoints[?State=='available'].VpcEndpointId")
    hand.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[endpoint])


def flow_log_deleted(hand: Hand) -> None:
    hand.client("ec2").delete_flow_logs(FlowLogIds=[hand.take("ec2", "describe_flow_logs", "FlowLogs[].FlowLogId")])


def nat_gateway_deleted(hand: Hand) -> None:
    gateway = hand.take("ec2", "describe_nat_gateways", "NatGateways[?State=='available'].NatGatewayId")
    hand.client("ec2").delete_nat_gateway(NatGatewayId=gateway)


def name_tag_changed(hand: Hand) -> None:
    subnet = hand.take("ec2", "describe_subnets", f"Subnets[?{_OURS}].SubnetId")
    hand.client("ec2").create_tags(Resources=[subnet], Tags=[{"Key": "Name", "Value": "mine"}])


def tag_taken(hand: Hand) -> None:
    vpc = hand.take("ec2", "describe_vpcs", f"Vpcs[?{_OURS}].VpcId")
    hand.client("ec2").delete_tags(Resources=[vpc], Tags=[{"Key": "CostCenter"}])


def host_names_turned_off(hand: Hand) -> None:
    vpc = hand.take("ec2", "describe_vpcs", f"Vpcs[?{_OURS}].VpcId")
    hand.client("ec2").modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": False})


DRIFTS = (
    *(route_deleted, route_table_let_go, network_acl_entry_deleted, security_group_opened, security_group_rule_revoked),
    *(endpoint_deleted, flow_log_deleted, nat_gateway_deleted, name_tag_changed, tag_taken, host_names_turned_off),
)
