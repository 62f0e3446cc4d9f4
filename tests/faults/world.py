"""Everything that an account holds, in words that are the same for two accounts that hold the same: ids become the names of
what they stand for, and what differs by nature (times, addresses, association ids) is left out. Read with plain boto3."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import boto3

from provisioner.resource import as_tags

REGION = "us-east-1"
_BY_NATURE = frozenset(
    [
        "AliasArn",
        "AllocationTime",
        "AssociationId",
        "AttachTime",
        "AvailabilityZoneId",
        "AvailableIpAddressCount",
        "CarrierIp",
        "CreateDate",
        "CreateTime",
        "CreationDate",
        "CreationTime",
        "CreationTimestamp",
        "DeletionDate",
        "DestinationPrefixListId",
        "DnsEntries",
        "InstanceId",
        "Ipv6CidrBlockAssociationSet",
        "KeyArn",
        "LastAccessed",
        "LastChangedDate",
        "LastUpdatedDate",
        "LastUpdatedTimestamp",
        "MainRouteTableAssociationId",
        "NetworkAclAssociationId",
        "NetworkBorderGroup",
        "NetworkInterfaceId",
        "NetworkInterfaceIds",
        "NetworkInterfaceOwnerId",
        "NextToken",
        "PrivateIp",
        "PrivateIpAddress",
        "PublicIp",
        "PublicIpv4Pool",
        "ResponseMetadata",
        "RoleId",
        "RoleLastUsed",
        "RouteTableAssociationId",
        "SecurityGroupRuleId",
        "TargetKeyId",
        "creationTime",
        "storedBytes",
    ]
)


def holds(url: str) -> dict[str, list[Any]]:
    """All living things of the account, by kind."""
    ec2, *rest = (_client(service, url) for service in ("ec2", "iam", "kms", "logs", "s3"))
    found = dict((*_network(ec2), *_rest(*rest)))
    names = _names(found)
    return {kind: _canonical(documents, names) for kind, documents in found.items()}


@cache
def _client(service: str, url: str) -> Any:
    session = boto3.Session(aws_access_key_id="embedded", aws_secret_access_key="embedded", region_name=REGION)
    return session.client(service, endpoint_url=url)  # type: ignore[call-overload]


def _network(ec2: Any) -> Iterator[tuple[str, list[Any]]]:
    vpcs = [vpc for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    for vpc in vpcs:
        for attribute in ("enableDnsSupport", "enableDnsHostnames"):
            vpc[attribute] = ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=attribute)
    ours = {vpc["VpcId"] for vpc in vpcs}

    def inside(documents: list[Any]) -> list[Any]:
        return [document for document in documents if document.get("VpcId") in ours]

    def living(documents: list[Any], field: str = "State") -> list[Any]:
        return [document for document in documents if document[field] not in ("deleted", "deleting")]

    yield "vpc", vpcs
    yield "subnet", inside(ec2.describe_subnets()["Subnets"])
    gateways = ec2.describe_internet_gateways()["InternetGateways"]
    yield "internet-gateway", [g for g in gateways if not {a["VpcId"] for a in g["Attachments"]} - ours or not g["Attachments"]]
    yield "address", ec2.describe_addresses()["Addresses"]
    yield "nat-gateway", living(ec2.describe_nat_gateways()["NatGateways"])
    yield "route-table", inside(ec2.describe_route_tables()["RouteTables"])
    yield "security-group", inside(ec2.describe_security_groups()["SecurityGroups"])
    yield "network-acl", inside(ec2.describe_network_acls()["NetworkAcls"])
    yield "vpc-endpoint", living(ec2.describe_vpc_endpoints()["VpcEndpoints"])
    yield "flow-log", ec2.describe_flow_logs()["FlowLogs"]


def _rest(iam: Any, kms: Any, logs: Any, s3: Any) -> Iterator[tuple[str, list[Any]]]:
    yield "role", [_role(iam, role["RoleName"]) for role in iam.list_roles()["Roles"]]
    keys = [_key(kms, key["KeyId"]) for key in kms.list_keys()["Keys"]]
    yield "key", [key for key in keys if key["KeyState"] != "PendingDeletion"]
    aliases = kms.list_aliases()["Aliases"]
    yield "alias", [{**a, "Target": a.get("TargetKeyId")} for a in aliases if not a["AliasName"].startswith("alias/aws/")]
    groups = logs.describe_log_groups()["logGroups"]
    yield "log-group", [{**g, "Tags": logs.list_tags_for_resource(resourceArn=g["logGroupArn"])["tags"]} for g in groups]
    yield "bucket", s3.list_buckets()["Buckets"]


def _role(iam: Any, name: str) -> Any:
    role = iam.get_role(RoleName=name)["Role"]
    inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
    role["Inline"] = {policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in inline}
    role["Attached"] = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return role


def _key(kms: Any, key: str) -> Any:
    document = kms.describe_key(KeyId=key)["KeyMetadata"]
    if document["KeyState"] == "PendingDeletion":
        return document
    document["Policy"] = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    document["Tags"] = kms.list_resource_tags(KeyId=key)["Tags"]
    document["Rotation"] = kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    return document


_IDS: Mapping[str, Callable[[Any], str]] = {
    "vpc": lambda d: str(d["VpcId"]),
    "subnet": lambda d: str(d["SubnetId"]),
    "internet-gateway": lambda d: str(d["InternetGatewayId"]),
    "address": lambda d: str(d["AllocationId"]),
    "nat-gateway": lambda d: str(d["NatGatewayId"]),
    "route-table": lambda d: str(d["RouteTableId"]),
    "security-group": lambda d: str(d["GroupId"]),
    "network-acl": lambda d: str(d["NetworkAclId"]),
    "vpc-endpoint": lambda d: str(d["VpcEndpointId"]),
    "flow-log": lambda d: str(d["FlowLogId"]),
    "key": lambda d: str(d["KeyId"]),
}


def _names(found: Mapping[str, list[Any]]) -> dict[str, str]:
    names = {}
    for kind, identify in _IDS.items():
        for document in found[kind]:
            tags = as_tags(document.get("Tags"))
            names[identify(document)] = f"<{kind} {tags.get('provisioner:step', 'untagged')}>"
    return names


def _canonical(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _canonical(item, names) for key, item in sorted(value.items()) if key not in _BY_NATURE}
    if isinstance(value, list):
        return sorted((_canonical(item, names) for item in value), key=_text)
    if isinstance(value, str):
        for identity, name in names.items():
            value = value.replace(identity, name)
        return value
    return value if isinstance(value, bool | int | float) or value is None else str(value)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
