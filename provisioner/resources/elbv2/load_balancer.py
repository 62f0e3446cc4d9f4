"""What takes requests and spreads them over targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import PENDING, READY, Id, Ids, Output, Resource, State, Value, attr, broken, covers, shown
from ..ec2.parameters import given
from .attributes import by_name, pairs, texts
from .spelling import mappings, sent
from .tags import listed, owned, refuse_foreign, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from types_boto3_elbv2.literals import (
        EnablePrefixForIpv6SourceNatEnumType,
        EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnumType,
        IpAddressTypeType,
        LoadBalancerSchemeEnumType,
        LoadBalancerTypeEnumType,
    )

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..ec2.security_group import SecurityGroup
    from ..ec2.subnet import Subnet
    from .parts import SubnetMapping

_PROTECTED = "deletion_protection.enabled"


class LoadBalancer(Resource):
    """A load balancer: `application` (HTTP, by listeners and rules) or `network` (TCP, UDP and TLS).

    It stands in `subnets`, one a zone (an application one in two zones at least), or in `subnet_mappings` where a network one
    has addresses of the plan's choice. Without `security_groups` an application one gets its VPC's default group. `attributes`
    go by AWS's names (`"access_logs.s3.enabled": True`); those that are not named are left alone. An internet-facing one needs
    its VPC's internet gateway: list that in `after`.

    AWS: ELBv2 CreateLoadBalancer: `active` after two to five minutes, or `failed` for good. Name, scheme and type can not
    change. Access logs are refused until the bucket's policy lets Elastic Load Balancing write, and that is known everywhere.
    Deleted, it is gone at once, but its network interfaces hold subnets and groups for minutes.
    """

    load_balancer_name: str | None = attr("LoadBalancerName", default=None, replace=True)
    type: LoadBalancerTypeEnumType = attr("Type", default="application", replace=True)
    scheme: LoadBalancerSchemeEnumType = attr("Scheme", default="internal", replace=True)
    subnets: Ids[Subnet] = attr("AvailabilityZones[].SubnetId", default=None, norm=norm.unordered)
    subnet_mappings: Sequence[SubnetMapping] | None = attr("AvailabilityZones", default=None, norm=mappings, same=norm.within)
    security_groups: Ids[SecurityGroup] = attr("SecurityGroups", default=None, norm=norm.unordered)
    ip_address_type: IpAddressTypeType = attr("IpAddressType", default="ipv4")
    attributes: Value[Mapping[str, Any]] = attr(  # type: ignore[misc]  # the base class has its own, asked of types only
        "Attributes", factory=dict, norm=texts, same=covers
    )
    customer_owned_ipv4_pool: str | None = attr("CustomerOwnedIpv4Pool", default=None, replace=True)
    ipv4_ipam_pool: Id[Any | None] = attr("IpamPools.Ipv4IpamPoolId", default=None)
    enable_prefix_for_ipv6_source_nat: EnablePrefixForIpv6SourceNatEnumType | None = attr(
        "EnablePrefixForIpv6SourceNat", default=None
    )
    enforce_security_group_inbound_rules_on_private_link_traffic: (
        EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnumType | None
    ) = attr("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", default=None)
    minimum_capacity_units: int | None = attr("MinimumLoadBalancerCapacity.CapacityUnits", default=None)

    id = Output("LoadBalancerArn")
    arn = Output("LoadBalancerArn")
    dns_name = Output("DNSName")
    canonical_hosted_zone_id = Output("CanonicalHostedZoneId")
    full_name = Output("FullName")

    longest_name = 32
    protection = f'Attributes."{_PROTECTED}"'
    usual_seconds = 150.0
    since = "CreatedTime"

    def __post_init__(self) -> None:
        if (self.subnets is None) == (self.subnet_mappings is None):
            raise PlanError(f"{self.key}: give either subnets or subnet_mappings")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        found = aws.together(lambda balancer: aws.maybe(lambda: _read(aws, balancer)), balancers(aws))
        return [balancer for balancer in found if balancer]

    def create(self, aws: Aws) -> Live | None:
        name = self.load_balancer_name or aws.named(self)
        if there := aws.maybe(lambda: aws.elbv2.describe_load_balancers(Names=[name])):
            refuse_foreign(aws, self, there["LoadBalancers"][0]["LoadBalancerArn"], f"called {name}")
        made = aws.elbv2.create_load_balancer(
            Name=name,
            Type=self.type,
            Scheme=self.scheme,
            IpAddressType=self.ip_address_type,
            Tags=listed(self.tags),
            **self._subnets(),
            **given(
                SecurityGroups=None if self.security_groups is None else list(self.security_groups),
                CustomerOwnedIpv4Pool=self.customer_owned_ipv4_pool,
                IpamPools={"Ipv4IpamPoolId": self.ipv4_ipam_pool} if self.ipv4_ipam_pool else None,
            ),
        )
        return {**_named(made["LoadBalancers"][0]), "Tags": dict(self.tags)}

    def _subnets(self) -> dict[str, Any]:
        return given(
            Subnets=None if self.subnets is None else list(self.subnets),
            SubnetMappings=None if self.subnet_mappings is None else sent(self.subnet_mappings),
            EnablePrefixForIpv6SourceNat=self.enable_prefix_for_ipv6_source_nat,
        )

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        arn = live["LoadBalancerArn"]
        if changed.keys() & {"subnets", "subnet_mappings", "enable_prefix_for_ipv6_source_nat"}:
            aws.elbv2.set_subnets(LoadBalancerArn=arn, **self._subnets())
        if "ip_address_type" in changed:
            aws.elbv2.set_ip_address_type(LoadBalancerArn=arn, IpAddressType=self.ip_address_type)
        if changed.keys() & {"security_groups", "enforce_security_group_inbound_rules_on_private_link_traffic"}:
            self._guard(aws, live)
        if "ipv4_ipam_pool" in changed:
            pool: Any = self.ipv4_ipam_pool
            wanted: Any = {"IpamPools": {"Ipv4IpamPoolId": pool}} if pool else {"RemoveIpamPools": ["ipv4"]}
            aws.elbv2.modify_ip_pools(LoadBalancerArn=arn, **wanted)
        if "minimum_capacity_units" in changed:
            self._reserve(aws, arn)
        if "attributes" in changed:
            aws.elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=pairs(changed["attributes"].after))
        retag(aws, arn, changed)

    def _guard(self, aws: Aws, live: Live) -> None:
        groups = live.get("SecurityGroups", ()) if self.security_groups is None else self.security_groups
        enforce = self.enforce_security_group_inbound_rules_on_private_link_traffic
        aws.elbv2.set_security_groups(
            LoadBalancerArn=live["LoadBalancerArn"],
            SecurityGroups=list(groups),
            **given(EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic=enforce),
        )

    def _reserve(self, aws: Aws, arn: str) -> None:
        units = self.minimum_capacity_units
        wanted: Any = {"MinimumLoadBalancerCapacity": {"CapacityUnits": units}} if units else {"ResetCapacityReservation": True}
        aws.elbv2.modify_capacity_reservation(LoadBalancerArn=arn, **wanted)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        arn = live["LoadBalancerArn"]
        if shown(cls.protection, live) == "true":
            off = pairs({_PROTECTED: "false"})
            aws.maybe(lambda: aws.elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=off))
        aws.elbv2.delete_load_balancer(LoadBalancerArn=arn)

    @staticmethod
    def state(live: Live) -> State:
        code, reason = live["State"]["Code"], live["State"].get("Reason", "")
        if code == "failed":
            return broken(reason)
        return {"active": READY, "active_impaired": State(READY.name, f"impaired: {reason}")}.get(code, PENDING)


def balancers(aws: Aws) -> list[Live]:
    """The plan's load balancers, with their tags."""
    pages = aws.elbv2.get_paginator("describe_load_balancers").paginate()
    return owned(aws, LoadBalancer, [balancer for page in pages for balancer in page["LoadBalancers"]])


def _read(aws: Aws, balancer: Live) -> Live:
    arn = balancer["LoadBalancerArn"]

    def attributes(arn: str) -> Live:
        found = aws.elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)
        return {"Attributes": by_name(found["Attributes"])}

    def capacity(arn: str) -> Live:
        found: Any = aws.elbv2.describe_capacity_reservation(LoadBalancerArn=arn)
        return {"MinimumLoadBalancerCapacity": found.get("MinimumLoadBalancerCapacity")}

    parts = aws.together(lambda read: read(arn), (attributes, capacity))
    return {key: value for part in (_named(balancer), *parts) for key, value in part.items()}


def _named(balancer: Any) -> Live:
    # What CloudWatch calls it.
    return {**balancer, "FullName": balancer["LoadBalancerArn"].partition(":loadbalancer/")[2]}
