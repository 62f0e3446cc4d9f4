"""Who holds a subnet, a security group, an address or a VPC: the network interfaces in it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from types_boto3_ec2.type_defs import NetworkInterfaceTypeDef

    from ...aws.account import Aws


def holders_in(aws: Aws, filter_name: str, value: str) -> Sequence[str]:
    """Every network interface that a filter finds, and whose it is: services name themselves in its description."""
    return [_words(interface) for interface in _interfaces(aws, filter_name, value)]


def public_holders_in(aws: Aws, vpc: str) -> Sequence[str]:
    """Every network interface of a VPC that has a public address."""
    return [_words(interface) for interface in _interfaces(aws, "vpc-id", vpc) if interface.get("Association")]


def _interfaces(aws: Aws, filter_name: str, value: str) -> Sequence[NetworkInterfaceTypeDef]:
    pages = aws.ec2.get_paginator("describe_network_interfaces").paginate(Filters=[{"Name": filter_name, "Values": [value]}])
    return [interface for page in pages for interface in page["NetworkInterfaces"]]


def _words(interface: NetworkInterfaceTypeDef) -> str:
    owner = interface.get("RequesterId") or interface.get("OwnerId") or "unknown"
    about = interface.get("Description") or interface.get("InterfaceType") or "no description"
    return f"{interface['NetworkInterfaceId']} ({about}, of {owner})"
