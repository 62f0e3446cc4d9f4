"""VPC endpoints: routes and network interfaces follow the endpoint's route tables and subnets."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from moto.ec2.utils import random_private_ip

from ...call import Call, Refused, Result
from ...clock import Delay
from ..mending import Mends
from ..mending import backend as backend_of
from ..under_way import begin, end_otherwise

mends = Mends("ec2")

SHOWN_LOOKS = 20
"""How often one that is gone is shown where no clock goes. AWS shows it for minutes."""
_SEEN_BY = ("ec2:DescribeVpcEndpoints",)


@mends.first("CreateVpcEndpoint")
def can_be_made(call: Call, backend: Any) -> None:
    parameters = call.parameters
    backend.get_vpc(parameters["VpcId"])
    service = parameters["ServiceName"]
    if _is_gateway(parameters):
        prefix_list = _prefix_list(backend, service)
        if prefix_list is None:
            raise Refused("InvalidServiceName", f"The Vpc Endpoint Service '{service}' does not exist")
        for table_id in parameters.get("RouteTableIds", ()):
            _route_is_free(backend.get_route_table(table_id), prefix_list, "")
        return
    known = {entry["ServiceName"] for entry in backend._collect_default_endpoint_services(call.account, call.region)}
    if service.startswith("com.amazonaws.") and service not in known:
        raise Refused("InvalidServiceName", f"The Vpc Endpoint Service '{service}' does not exist")
    vpc = backend.get_vpc(parameters["VpcId"])
    if parameters.get("PrivateDnsEnabled", True) and not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
        needed = "both enableDnsSupport and enableDnsHostnames VPC attributes set to true"
        raise Refused("InvalidParameter", f"Enabling private DNS requires {needed} for {vpc.id}")
    _private_dns_is_free(backend, vpc.id, service, parameters.get("PrivateDnsEnabled", True))


@mends.then("CreateVpcEndpoint")
def as_aws_makes_it(call: Call, backend: Any, result: Result) -> Result:
    shown = result["VpcEndpoint"]
    endpoint = backend.vpc_end_points[shown["VpcEndpointId"]]
    gateway = _is_gateway(call.parameters)
    endpoint.vpc_endpoint_type = "Gateway" if gateway else call.parameters["VpcEndpointType"]
    endpoint.requester_managed = False
    endpoint.ip_address_type = call.parameters.get("IpAddressType", "ipv4")
    endpoint.dns_options = {"DnsRecordIpType": "service-defined" if gateway else endpoint.ip_address_type}
    endpoint.dns_options.update(call.parameters.get("DnsOptions", {}))
    if gateway:
        endpoint.private_dns_enabled = False
    elif not endpoint.security_group_ids:
        endpoint.security_group_ids = [backend.get_security_group_from_name("default", vpc_id=endpoint.vpc_id).id]
    _sync(backend, endpoint)
    endpoint.state = "pending"
    begin(call, endpoint.id, _delay(endpoint), lambda: setattr(endpoint, "state", "available"), seen_by=_SEEN_BY)
    shown.update(
        State=endpoint.state,
        VpcEndpointType=endpoint.vpc_endpoint_type,
        IpAddressType=endpoint.ip_address_type,
        DnsOptions=endpoint.dns_options,
        PrivateDnsEnabled=endpoint.private_dns_enabled,
        NetworkInterfaceIds=endpoint.network_interface_ids,
        Groups=[{"GroupId": group["GroupId"], "GroupName": group["GroupName"]} for group in endpoint.groups],
        RequesterManaged=False,
    )
    return result


def fail(call: Call, endpoint_id: str, code: str, message: str) -> None:
    """A new one ends as `failed`, and stays so until it is deleted."""
    endpoint = backend_of(call).vpc_end_points[endpoint_id]

    def failed() -> None:
        endpoint.state, endpoint.failure = "failed", {"LastError": {"Code": code, "Message": message}}

    end_otherwise(call, endpoint_id, failed)


@mends.then("DescribeVpcEndpoints")
def show_failures(call: Call, backend: Any, result: Result) -> Result:
    shown = result.get("VpcEndpoints", [])
    failures = [getattr(backend.vpc_end_points[one["VpcEndpointId"]], "failure", {}) for one in shown]
    return {**result, "VpcEndpoints": [{**one, **failure} for one, failure in zip(shown, failures, strict=True)]}


@mends.first("ModifyVpcEndpoint")
def can_be_changed(call: Call, backend: Any) -> None:
    endpoint = _alive(backend, call.parameters["VpcEndpointId"])
    for table_id in call.parameters.get("AddRouteTableIds", ()):
        prefix_list = _prefix_list(backend, endpoint.service_name)
        _route_is_free(backend.get_route_table(table_id), prefix_list, endpoint.id)
    if call.parameters.get("PrivateDnsEnabled") and not endpoint.private_dns_enabled:
        _private_dns_is_free(backend, endpoint.vpc_id, endpoint.service_name, True)


@mends.then("ModifyVpcEndpoint")
def change(call: Call, backend: Any, result: Result) -> None:
    endpoint = backend.vpc_end_points[call.parameters["VpcEndpointId"]]
    if call.parameters.get("ResetPolicy"):
        endpoint.policy_document = json.dumps(endpoint.DEFAULT_POLICY)
    if "IpAddressType" in call.parameters:
        endpoint.ip_address_type = call.parameters["IpAddressType"]
    if "DnsOptions" in call.parameters:
        endpoint.dns_options = {**endpoint.dns_options, **call.parameters["DnsOptions"]}
    if "PrivateDnsEnabled" in call.parameters:
        endpoint.private_dns_enabled = call.parameters["PrivateDnsEnabled"]
    _sync(backend, endpoint)


@mends.first("DeleteVpcEndpoints")
def delete(call: Call, backend: Any) -> Result:
    unsuccessful = []
    for endpoint_id in call.parameters["VpcEndpointIds"]:
        endpoint = backend.vpc_end_points.get(endpoint_id)
        if endpoint is None:
            message = f"The Vpc Endpoint Id '{endpoint_id}' does not exist"
            error = {"Code": "InvalidVpcEndpoint.NotFound", "Message": message}
            unsuccessful.append({"ResourceId": endpoint_id, "Error": error})
        elif endpoint.state not in ("deleting", "deleted"):
            endpoint.state = "deleting"
            begin(call, endpoint.id, _delay(endpoint), partial(_end, call, backend, endpoint), seen_by=_SEEN_BY)
    return {"Unsuccessful": unsuccessful}


def _delay(endpoint: Any) -> Delay:
    """AWS: what has network interfaces takes minutes; a gateway is a line in route tables."""
    return Delay(5 if endpoint.vpc_endpoint_type == "Gateway" else 120, looks=0)


def _end(call: Call, backend: Any, endpoint: Any) -> None:
    """AWS: until it is gone, its network interfaces hold their subnets and security groups."""
    endpoint.state, endpoint.route_table_ids, endpoint.subnet_ids = "deleted", [], []
    _sync(backend, endpoint)
    begin(call, endpoint.id, Delay(600, looks=SHOWN_LOOKS), lambda: _vanish(backend, endpoint), seen_by=_SEEN_BY)


def _vanish(backend: Any, endpoint: Any) -> None:
    backend.vpc_end_points.pop(endpoint.id)
    backend.tags.pop(endpoint.id, None)


def _sync(backend: Any, endpoint: Any) -> None:
    """Gives each of the endpoint's route tables its route, and each of its subnets an interface; takes away the others."""
    if endpoint.vpc_endpoint_type == "Gateway":
        _sync_routes(backend, endpoint, _prefix_list(backend, endpoint.service_name))
    else:
        _sync_interfaces(backend, endpoint)


def _sync_routes(backend: Any, endpoint: Any, prefix_list: Any) -> None:
    for table in backend.route_tables.values():
        ours = [route for route in table.routes if getattr(route.gateway, "id", None) == endpoint.id]
        if table.id not in endpoint.route_table_ids:
            for route in ours:
                table._routes.pop(route.id)
        elif not ours:
            backend.create_route(table.id, None, gateway_id=endpoint.id, destination_prefix_list_id=prefix_list.id)


def _sync_interfaces(backend: Any, endpoint: Any) -> None:
    there = {backend.enis[eni].subnet.id: eni for eni in endpoint.network_interface_ids if eni in backend.enis}
    for subnet_id in there.keys() - set(endpoint.subnet_ids):
        backend.enis.pop(there.pop(subnet_id))
    for subnet_id in endpoint.subnet_ids:
        if subnet_id not in there:
            there[subnet_id] = backend.create_network_interface(subnet_id, random_private_ip()).id
    for eni in there.values():
        interface = backend.enis[eni]
        interface.interface_type, interface.requester_managed = "vpc_endpoint", True
        interface.description = f"VPC Endpoint Interface {endpoint.id}"
        interface._group_set = [backend.get_security_group_from_id(group) for group in endpoint.security_group_ids]
    endpoint.network_interface_ids = [there[subnet_id] for subnet_id in endpoint.subnet_ids]


def _is_gateway(parameters: dict[str, Any]) -> bool:
    return bool(parameters.get("VpcEndpointType", "Gateway") == "Gateway")


def _alive(backend: Any, endpoint_id: str) -> Any:
    endpoint = backend.get_vpc_end_point(endpoint_id)
    if endpoint.state == "deleted":
        raise Refused("InvalidVpcEndpointId.NotFound", f"The VpcEndPoint ID '{endpoint_id}' does not exist")
    return endpoint


def _prefix_list(backend: Any, service: str) -> Any:
    return next((found for found in backend.managed_prefix_lists.values() if found.prefix_list_name == service), None)


def _route_is_free(table: Any, prefix_list: Any, endpoint_id: str) -> None:
    """AWS: one gateway endpoint for a service in a route table."""
    for route in table.routes:
        there = route.destination_prefix_list is not None and route.destination_prefix_list.id == prefix_list.id
        if there and getattr(route.gateway, "id", "") != endpoint_id:
            message = f"route table {table.id} already has a route with destination-prefix-list-id {prefix_list.id}"
            raise Refused("RouteAlreadyExists", message)


def _private_dns_is_free(backend: Any, vpc_id: str, service: str, private_dns: bool) -> None:
    """AWS: one endpoint of a VPC can have a service's private DNS name."""
    for other in backend.vpc_end_points.values():
        taken = other.state != "deleted" and other.vpc_id == vpc_id and other.service_name == service
        if private_dns and taken and other.private_dns_enabled:
            conflict = f"there is already a conflicting DNS domain for {service} in the VPC {vpc_id}"
            raise Refused("InvalidParameter", f"private-dns-enabled cannot be set because {conflict}")
