"""A private way from a VPC to a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...resource import GONE, LEAVING, PENDING, READY, Id, Ids, Output, Resource, State, Value, attr, broken
from .parameters import given
from .refusals import succeeded
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from types_boto3_ec2.literals import DnsRecordIpTypeType, IpAddressTypeType, VpcEndpointTypeType

    from ...aws.account import Aws
    from ...resource import Change, Changes, Live
    from .route_table import RouteTable
    from .security_group import SecurityGroup
    from .subnet import Subnet
    from .vpc import Vpc

_FULL_ACCESS = norm.policy({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})


def _policy(value: Any) -> dict[str, Any]:
    # Services spell their default policy with different versions of the policy language, or none.
    found = norm.policy(value) or _FULL_ACCESS
    return _FULL_ACCESS if found["Statement"] == _FULL_ACCESS["Statement"] else found


class VpcEndpoint(Resource):
    """A private way from a VPC to a service: a gateway in route tables (S3, DynamoDB), or network interfaces in subnets.

    AWS: EC2 CreateVpcEndpoint, ModifyVpcEndpoint (very few a second: one call carries all changes). An interface endpoint is
    `available` after minutes; its private DNS name needs both DNS attributes of the VPC, and can be one endpoint's only.
    Without `security_groups` it gets the VPC's default one; an empty `policy_document` asks for the service's own, full access.
    """

    vpc: Id[Vpc] = attr("VpcId", replace=True, ready=True)
    service_name: Value[str] = attr("ServiceName", replace=True)
    service_region: str | None = attr("ServiceRegion", default=None, replace=True)
    vpc_endpoint_type: VpcEndpointTypeType = attr("VpcEndpointType", default="Gateway", replace=True)
    route_tables: Ids[RouteTable] = attr("RouteTableIds", default=(), norm=norm.unordered)
    subnets: Ids[Subnet] = attr("SubnetIds", default=(), norm=norm.unordered)
    security_groups: Ids[SecurityGroup] = attr("Groups[].GroupId", default=None, norm=norm.unordered)
    policy_document: Value[Mapping[str, Any] | str | None] = attr("PolicyDocument", default=None, norm=_policy)
    private_dns_enabled: bool | None = attr("PrivateDnsEnabled", default=None)
    ip_address_type: IpAddressTypeType | None = attr("IpAddressType", default=None)
    dns_record_ip_type: DnsRecordIpTypeType | None = attr("DnsOptions.DnsRecordIpType", default=None)
    private_dns_only_for_inbound_resolver_endpoint: bool | None = attr(
        "DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint", default=None
    )

    id = Output("VpcEndpointId")
    dns_name = Output("DnsEntries[0].DnsName")

    usual_seconds = 90.0
    since = "CreationTimestamp"

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for page in aws.ec2.get_paginator("describe_vpc_endpoints").paginate(Filters=aws.owned):
            yield from page["VpcEndpoints"]

    def create(self, aws: Aws) -> Live | None:
        made = aws.ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            ServiceName=self.service_name,
            VpcEndpointType=self.vpc_endpoint_type,
            ClientToken=aws.token(self),
            TagSpecifications=born_with("vpc-endpoint", self),
            **given(
                ServiceRegion=self.service_region,
                RouteTableIds=list(self.route_tables) or None,
                SubnetIds=list(self.subnets) or None,
                SecurityGroupIds=list(self.security_groups or ()) or None,
                PolicyDocument=norm.compact(self.policy_document) if self.policy_document else None,
                PrivateDnsEnabled=self.private_dns_enabled,
                IpAddressType=self.ip_address_type,
                DnsOptions=self._dns_options(),
            ),
        )
        return made["VpcEndpoint"]

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        wishes: dict[str, Any] = {}
        for field, parameter in (("route_tables", "RouteTable"), ("subnets", "Subnet"), ("security_groups", "SecurityGroup")):
            if field in changed:
                wishes |= _difference(parameter, changed[field])
        if "policy_document" in changed:
            policy = self.policy_document
            wishes |= {"PolicyDocument": norm.compact(policy)} if policy else {"ResetPolicy": True}
        if "private_dns_enabled" in changed:
            wishes["PrivateDnsEnabled"] = self.private_dns_enabled
        if "ip_address_type" in changed:
            wishes["IpAddressType"] = self.ip_address_type
        if "dns_record_ip_type" in changed or "private_dns_only_for_inbound_resolver_endpoint" in changed:
            wishes["DnsOptions"] = self._dns_options()
        if wishes:
            aws.ec2.modify_vpc_endpoint(VpcEndpointId=live["VpcEndpointId"], **wishes)
        retag(aws, live["VpcEndpointId"], changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        if cls.state(live) not in (LEAVING, GONE):
            succeeded("DeleteVpcEndpoints", aws.ec2.delete_vpc_endpoints(VpcEndpointIds=[live["VpcEndpointId"]]))

    @staticmethod
    def state(live: Live) -> State:
        # AWS writes states in lower case, whatever its model says.
        now = live["State"].lower()
        if now in ("failed", "rejected", "expired"):
            return broken(live.get("LastError", {}).get("Message") or live.get("FailureReason") or now)
        if now == "pendingacceptance":
            return State(PENDING.name, "the service's owner has to accept it")
        return {"available": READY, "deleting": LEAVING, "deleted": GONE}.get(now, PENDING)

    def _dns_options(self) -> dict[str, Any] | None:
        options = given(
            DnsRecordIpType=self.dns_record_ip_type,
            PrivateDnsOnlyForInboundResolverEndpoint=self.private_dns_only_for_inbound_resolver_endpoint,
        )
        return options or None


def _difference(parameter: str, change: Change) -> dict[str, list[str]]:
    have, wanted = set(change.before or ()), set(change.after)
    lists = {f"Add{parameter}Ids": sorted(wanted - have), f"Remove{parameter}Ids": sorted(have - wanted)}
    return {name: ids for name, ids in lists.items() if ids}
