"""VPCs, subnets, route tables, network ACLs, flow logs, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import ACCOUNT, REGION, refusal

if TYPE_CHECKING:
    from ..conftest import Connect


def _in(vpc: str) -> list[dict[str, Any]]:
    return [{"Name": "vpc-id", "Values": [vpc]}]


def _tagged(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "a", "Value": "b"}]}]


def test_a_new_default_group_lets_its_members_in(ec2: Any, vpc: str) -> None:
    for group in ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}])["SecurityGroups"]:
        (rule,) = group["IpPermissions"]
        assert (rule["IpProtocol"], [pair["GroupId"] for pair in rule["UserIdGroupPairs"]]) == ("-1", [group["GroupId"]])
    (group,) = ec2.describe_security_groups(Filters=_in(vpc))["SecurityGroups"]
    ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    (group,) = ec2.describe_security_groups(Filters=_in(vpc))["SecurityGroups"]
    assert group["IpPermissions"] == []


def test_a_deleted_vpc_leaves_nothing(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=_tagged("vpc"))["Vpc"]["VpcId"]
    (main,) = ec2.describe_route_tables(Filters=_in(vpc))["RouteTables"]
    ec2.create_tags(Resources=[main["RouteTableId"]], Tags=[{"Key": "a", "Value": "b"}])
    ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_network_acls(Filters=_in(vpc))["NetworkAcls"] == []
    assert ec2.describe_security_groups(Filters=_in(vpc))["SecurityGroups"] == []
    assert ec2.describe_route_tables(Filters=_in(vpc))["RouteTables"] == []
    assert ec2.describe_tags()["Tags"] == []


def test_a_vpc_with_another_route_table_stays_whole(ec2: Any, vpc: str) -> None:
    ec2.create_route_table(VpcId=vpc)
    assert refusal(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation"
    tables = ec2.describe_route_tables(Filters=[*_in(vpc), {"Name": "association.main", "Values": ["true"]}])["RouteTables"]
    assert len(tables) == 1
    assert refusal(ec2.delete_route_table, RouteTableId=tables[0]["RouteTableId"]) == "DependencyViolation"


def test_vpc_attributes_go_one_by_one_and_names_need_support(ec2: Any, vpc: str) -> None:
    on, off = {"Value": True}, {"Value": False}
    both = {"VpcId": vpc, "EnableDnsHostnames": on, "EnableDnsSupport": on}
    assert refusal(ec2.modify_vpc_attribute, **both) == "InvalidParameterCombination"
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport=off)
    assert refusal(ec2.modify_vpc_attribute, VpcId=vpc, EnableDnsHostnames=on) == "InvalidParameterValue"


def test_subnet_attributes_read_back(ec2: Any, subnet: str) -> None:
    ec2.modify_subnet_attribute(SubnetId=subnet, EnableDns64={"Value": True})
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    ec2.modify_subnet_attribute(SubnetId=subnet, PrivateDnsHostnameTypeOnLaunch="resource-name")
    ec2.modify_subnet_attribute(SubnetId=subnet, EnableResourceNameDnsARecordOnLaunch={"Value": True})
    ec2.modify_subnet_attribute(SubnetId=subnet, EnableResourceNameDnsAAAARecordOnLaunch={"Value": True})
    (shown,) = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"]
    assert (shown["EnableDns64"], shown["MapPublicIpOnLaunch"]) == (True, True)
    assert shown["PrivateDnsNameOptionsOnLaunch"] == {
        "HostnameType": "resource-name",
        "EnableResourceNameDnsARecord": True,
        "EnableResourceNameDnsAAAARecord": True,
    }
    two = {"SubnetId": subnet, "EnableDns64": {"Value": False}, "PrivateDnsHostnameTypeOnLaunch": "ip-name"}
    assert refusal(ec2.modify_subnet_attribute, **two) == "InvalidParameterCombination"


def test_a_subnet_has_one_route_table_and_leaves_it_when_deleted(ec2: Any, vpc: str, subnet: str) -> None:
    first, second = (ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(2))
    ec2.associate_route_table(RouteTableId=first, SubnetId=subnet)
    assert refusal(ec2.associate_route_table, RouteTableId=second, SubnetId=subnet) == "Resource.AlreadyAssociated"
    ec2.delete_subnet(SubnetId=subnet)
    (shown,) = ec2.describe_route_tables(RouteTableIds=[first])["RouteTables"]
    assert shown["Associations"] == []
    ec2.delete_route_table(RouteTableId=first)
    (acl,) = ec2.describe_network_acls(Filters=_in(vpc))["NetworkAcls"]
    assert acl["Associations"] == []


def test_a_subnet_and_its_route_table_are_of_one_vpc(ec2: Any, subnet: str) -> None:
    other = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    table = ec2.create_route_table(VpcId=other)["RouteTable"]["RouteTableId"]
    assert refusal(ec2.associate_route_table, RouteTableId=table, SubnetId=subnet) == "InvalidParameterValue"


def test_a_route_table_token_makes_one_table(ec2: Any, vpc: str) -> None:
    made = {ec2.create_route_table(VpcId=vpc, ClientToken="t")["RouteTable"]["RouteTableId"] for _ in range(2)}
    assert len(made) == 1
    assert len(ec2.describe_route_tables(Filters=_in(vpc))["RouteTables"]) == 2


def test_tags_end_with_their_resource(ec2: Any, vpc: str) -> None:
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", TagSpecifications=_tagged("subnet"))["Subnet"]
    gateway = ec2.create_internet_gateway(TagSpecifications=_tagged("internet-gateway"))["InternetGateway"]
    assert {tag["ResourceType"] for tag in ec2.describe_tags()["Tags"]} == {"subnet", "internet-gateway"}
    (found,) = ec2.describe_subnets(Filters=[{"Name": "tag:a", "Values": ["b"]}])["Subnets"]
    assert found["Tags"] == [{"Key": "a", "Value": "b"}]
    ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    assert ec2.describe_tags()["Tags"] == []


def test_a_new_network_acl_denies_all(ec2: Any, vpc: str) -> None:
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]
    assert sorted((entry["RuleNumber"], entry["RuleAction"], entry["Egress"]) for entry in acl["Entries"]) == [
        (32767, "deny", False),
        (32767, "deny", True),
    ]
    (same,) = ec2.describe_network_acls(Filters=[{"Name": "network-acl-id", "Values": [acl["NetworkAclId"]]}])["NetworkAcls"]
    assert same["NetworkAclId"] == acl["NetworkAclId"]


def test_network_acl_entries_keep_icmp_and_must_exist(ec2: Any, vpc: str) -> None:
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    entry = {"NetworkAclId": acl, "RuleNumber": 100, "Egress": False, "Protocol": "1", "CidrBlock": "0.0.0.0/0"}
    assert refusal(ec2.replace_network_acl_entry, **entry, RuleAction="allow") == "InvalidNetworkAclEntry.NotFound"
    ec2.create_network_acl_entry(**entry, RuleAction="allow", IcmpTypeCode={"Type": 8, "Code": -1})
    (shown,) = ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"]
    assert {"Type": 8, "Code": -1} in [entry.get("IcmpTypeCode") for entry in shown["Entries"]]
    missing = {"NetworkAclId": acl, "RuleNumber": 101, "Egress": False}
    assert refusal(ec2.delete_network_acl_entry, **missing) == "InvalidNetworkAclEntry.NotFound"
    assert refusal(ec2.describe_network_acls, NetworkAclIds=["acl-0123456789abcdef0"]) == "InvalidNetworkAclID.NotFound"


def test_the_default_network_acl_stays(ec2: Any, vpc: str) -> None:
    (acl,) = ec2.describe_network_acls(Filters=_in(vpc))["NetworkAcls"]
    assert refusal(ec2.delete_network_acl, NetworkAclId=acl["NetworkAclId"]) == "InvalidParameterValue"


def test_an_s3_flow_log_keeps_its_prefix_and_options(connect: Connect, ec2: Any, vpc: str) -> None:
    bucket = {"Bucket": "flow-bucket", "CreateBucketConfiguration": {"LocationConstraint": REGION}}
    connect("s3").create_bucket(**bucket)
    wanted: dict[str, Any] = {
        "ResourceIds": [vpc],
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogDestinationType": "s3",
        "LogDestination": "arn:aws:s3:::flow-bucket/some/prefix/",
        "DestinationOptions": {"FileFormat": "parquet", "HiveCompatiblePartitions": True, "PerHourPartition": True},
    }
    first = ec2.create_flow_logs(**wanted, ClientToken="t", TagSpecifications=_tagged("vpc-flow-log"))["FlowLogIds"]
    assert ec2.create_flow_logs(**wanted, ClientToken="t", TagSpecifications=_tagged("vpc-flow-log"))["FlowLogIds"] == first
    (shown,) = ec2.describe_flow_logs(FlowLogIds=first)["FlowLogs"]
    assert (shown["LogDestination"], shown["DestinationOptions"]) == (wanted["LogDestination"], wanted["DestinationOptions"])
    assert (shown["Tags"], shown["MaxAggregationInterval"]) == ([{"Key": "a", "Value": "b"}], 600)
    (error,) = ec2.create_flow_logs(**wanted)["Unsuccessful"]
    assert error["Error"]["Code"] == "FlowLogAlreadyExists"
    (error,) = ec2.create_flow_logs(**{**wanted, "LogDestination": "arn:aws:s3:::missing/x"})["Unsuccessful"]
    assert "does not exist" in error["Error"]["Message"]


@pytest.mark.parametrize(("group", "status"), [("flow", "SUCCESS"), ("other", "FAILED")])
def test_a_log_group_flow_log_delivers_where_the_group_exists(
    connect: Connect, ec2: Any, vpc: str, group: str, status: str
) -> None:
    connect("logs").create_log_group(logGroupName="flow")
    (made,) = ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="REJECT",
        LogDestination=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}",
        DeliverLogsPermissionArn=f"arn:aws:iam::{ACCOUNT}:role/x",
        MaxAggregationInterval=60,
    )["FlowLogIds"]
    (shown,) = ec2.describe_flow_logs(FlowLogIds=[made])["FlowLogs"]
    assert (shown["DeliverLogsStatus"], shown["MaxAggregationInterval"]) == (status, 60)


def test_unknown_flow_logs_are_named(ec2: Any) -> None:
    unknown = "fl-0123456789abcdef0"
    (error,) = ec2.delete_flow_logs(FlowLogIds=[unknown])["Unsuccessful"]
    assert (error["ResourceId"], error["Error"]["Code"]) == (unknown, "InvalidFlowLogId.NotFound")
    assert refusal(ec2.describe_flow_logs, FlowLogIds=[unknown]) == "InvalidFlowLogId.NotFound"


def test_tags_for_another_type_are_refused(ec2: Any) -> None:
    wrong = {"CidrBlock": "10.0.0.0/16", "TagSpecifications": _tagged("subnet")}
    before = len(ec2.describe_vpcs()["Vpcs"])
    assert refusal(ec2.create_vpc, **wrong) == "InvalidParameterValue"
    assert len(ec2.describe_vpcs()["Vpcs"]) == before


def test_tags_are_found_by_their_key(ec2: Any, vpc: str) -> None:
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "b"}])
    (found,) = ec2.describe_tags(Filters=[{"Name": "tag:a", "Values": ["b"]}])["Tags"]
    assert (found["ResourceId"], found["Key"]) == (vpc, "a")
    assert ec2.describe_tags(Filters=[{"Name": "tag:a", "Values": ["other"]}])["Tags"] == []


def test_a_dry_run_changes_nothing(ec2: Any, vpc: str) -> None:
    assert refusal(ec2.delete_vpc, VpcId=vpc, DryRun=True) == "DryRunOperation"
    assert len(ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]) == 1


def test_a_described_rule_is_revoked_by_its_peer_alone(ec2: Any, vpc: str) -> None:
    group, peer = (
        ec2.create_security_group(VpcId=vpc, GroupName=name, Description=name)["GroupId"] for name in ("one", "other")
    )
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    described = {**rule, "UserIdGroupPairs": [{"GroupId": peer, "Description": "The other"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[described])
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[{**rule, "UserIdGroupPairs": [{"GroupId": peer}]}])
    assert ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"] == []
