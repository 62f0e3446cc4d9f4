"""What is wrong in moto's own EC2 models and cannot be put right from outside: each override says which fact it rests on."""

from __future__ import annotations

from functools import cache
from typing import Any

import moto.ec2.models.amis
import moto.ec2.utils
from moto.core.base_backend import BaseBackend
from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.models.network_acls import NetworkAcl, NetworkAclBackend
from moto.ec2.models.route_tables import Route, RouteBackend
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES, COVERED_ENDPOINT_SERVICES, VPCBackend, VPCEndPoint
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix
from moto.moto_api._internal import mock_random


@cache
def mend() -> None:
    """Puts the overrides in place, once in a process."""
    overrides: list[tuple[Any, str, Any]] = [
        (TaggedEC2Resource, "get_tags", _tags_of),
        (Route, "state", property(_route_state)),
        # Filters by name fall back to an attribute of that name.
        (NetworkAcl, "network_acl_id", property(_id)),
        (VPCEndPoint, "vpc_endpoint_id", property(_id)),
        (SecurityGroupRule, "__eq__", _is_the_same_rule),
        (VPCBackend, "_collect_default_endpoint_services", staticmethod(_endpoint_services)),
    ]
    for owner, name, override in overrides:
        setattr(owner, name, override)
    images: Any = moto.ec2.models.amis
    images.load_resource = _read_once(images.load_resource)
    ids: Any = moto.ec2.utils
    ids.random_resource_id = _random_hex
    _wrap(VPCBackend, "create_vpc", _with_self_rule)
    _wrap(VPCBackend, "delete_vpc", _with_all_that_is_the_vpcs)
    _wrap(NetworkAclBackend, "create_network_acl", _with_deny_all)
    _wrap(RouteBackend, "delete_route_table", _unless_main)


def _read_once(load: Any) -> Any:
    """Moto reads its list of images anew for each backend, and changes what it has read."""
    read = cache(load)
    return lambda path: [dict(image) for image in read(path)]


def _random_hex(size: int = 8) -> str:
    """Moto draws digit by digit; a new account has some thousand images, snapshots and volumes, each with an id."""
    return f"{mock_random.getrandbits(4 * size):0{size}x}"


@cache
def _endpoint_services(account: str, region: str) -> list[dict[str, Any]]:
    """The services that have VPC endpoints. Moto imports a dozen of its backends to list them, and fails if one cannot be."""
    zones = [zone.name for zones in RegionsAndZonesBackend.zones.values() for zone in zones if zone.name.startswith(region)]
    make = BaseBackend.default_vpc_endpoint_service_factory
    interfaces = {*AWS_ENDPOINT_SERVICES, *COVERED_ENDPOINT_SERVICES}
    found = [make(region, zones, service)[0] for service in sorted(interfaces)]
    return found + [make(region, zones, service, "Gateway")[0] for service in ("dynamodb", "s3")]


def _wrap(owner: Any, name: str, wrapper: Any) -> None:
    original = getattr(owner, name)
    setattr(owner, name, lambda backend, *args, **kwargs: wrapper(original, backend, *args, **kwargs))


def _id(resource: Any) -> str:
    return str(resource.id)


def _tags_of(resource: Any) -> list[dict[str, str]]:
    """A resource's tags by its id. Moto looks through all tags of the region for each resource: quadratic."""
    kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(resource.id), "") if resource.id else ""
    tags = resource.ec2_backend.tags.get(resource.id) or {}
    return [{"resource_id": resource.id, "key": key, "value": tags[key], "resource_type": kind} for key in tags]


def _is_the_same_rule(rule: Any, other: Any) -> bool:
    """AWS: a rule is told from others by protocol, ports and peer; whoever revokes it need not know its description."""
    return _told_by(rule) == _told_by(other)


def _told_by(rule: Any) -> list[Any]:
    ports = [] if rule.ip_protocol == "-1" else [rule.from_port, rule.to_port]
    peers = [(rule.ip_range, "CidrIp"), (rule.ip_range, "CidrIpv6"), (rule.source_group, "GroupId")]
    return [rule.ip_protocol, *ports, rule.prefix_list_id, *((peer or {}).get(name) for peer, name in peers)]


def _route_state(route: Any) -> str:
    """AWS: a route whose target is gone stays, as `blackhole`."""
    backend = route.route_table.ec2_backend
    if route.nat_gateway is not None and route.nat_gateway.state in ("deleting", "deleted", "failed"):
        return "blackhole"
    if route.gateway is not None and str(route.gateway.id).startswith("igw-"):
        attached = route.gateway.vpc is not None and route.gateway.vpc.id == route.route_table.vpc_id
        return "active" if attached and route.gateway.id in backend.internet_gateways else "blackhole"
    if route.interface is not None and route.interface.id not in backend.enis:
        return "blackhole"
    return "active"


def _with_self_rule(original: Any, backend: Any, *args: Any, **kwargs: Any) -> Any:
    """AWS: the default group of a new VPC lets its own members in."""
    vpc = original(backend, *args, **kwargs)
    group = backend.get_security_group_from_name("default", vpc_id=vpc.id)
    if group is not None and not group.ingress_rules:
        source = [{"GroupId": group.id, "UserId": backend.account_id}]
        backend.authorize_security_group_ingress(group.id, "-1", None, None, [], source_groups=source, vpc_id=vpc.id)
    return vpc


def _with_all_that_is_the_vpcs(original: Any, backend: Any, vpc_id: str) -> Any:
    """AWS: main route table, default network ACL and default group go with their VPC."""
    main = [table for table in backend.route_tables.values() if table.vpc_id == vpc_id and table.main_association_id]
    others = [table for table in backend.route_tables.values() if table.vpc_id == vpc_id and table not in main]
    if others:
        raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    associations = {table.id: table.main_association_id for table in main}
    for table in main:
        table.main_association_id = None
    try:
        vpc = original(backend, vpc_id)
    except Exception:
        for table in main:
            table.main_association_id = associations[table.id]
        raise
    acls = [acl.id for acl in backend.network_acls.values() if acl.vpc_id == vpc_id]
    groups = list(backend.groups.pop(vpc_id, {}))
    for acl_id in acls:
        backend.network_acls.pop(acl_id)
    for gone in (vpc_id, *associations, *acls, *groups):
        backend.tags.pop(gone, None)
    return vpc


def _with_deny_all(original: Any, backend: Any, vpc_id: str, tags: Any = None, default: bool = False) -> Any:
    """AWS: each network ACL ends in a rule that denies all, both ways."""
    acl = original(backend, vpc_id, tags=tags, default=default)
    if not default:
        for egress in (True, False):
            backend.create_network_acl_entry(acl.id, 32767, "-1", "deny", egress, "0.0.0.0/0", *[None] * 5)
    return acl


def _unless_main(original: Any, backend: Any, route_table_id: str) -> None:
    """AWS: the main route table cannot be deleted."""
    if backend.get_route_table(route_table_id).main_association_id:
        raise DependencyViolationError(f"The routeTable '{route_table_id}' has dependencies and cannot be deleted.")
    original(backend, route_table_id)
