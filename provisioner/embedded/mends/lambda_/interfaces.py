"""The network interfaces of functions in a VPC: they hold its subnets and groups, and linger when the function is gone."""

from __future__ import annotations

from functools import partial
from typing import Any

from moto.ec2.utils import random_private_ip
from moto.moto_api._internal import mock_random

from ...call import Call, Refused
from ...clock import Delay
from ..mending import Mends
from ..mending import backend as backend_of
from ..under_way import begin, stop

mends = Mends("lambda")

# AWS: 5 to 45 minutes after they were last used.
_LINGER = 1200
_SEEN_BY = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs")


@mends.first("CreateFunction", "UpdateFunctionConfiguration")
def network_is_there(call: Call, backend: Any) -> None:
    config, ec2 = call.parameters.get("VpcConfig") or {}, backend_of(call, "ec2")
    subnets, groups = config.get("SubnetIds") or [], config.get("SecurityGroupIds") or []
    if bool(subnets) != bool(groups):
        raise Refused("InvalidParameterValueException", "SubnetIds and SecurityIds must coexist or be both empty list.")
    vpcs = {_subnet(ec2, subnet).vpc_id for subnet in subnets}
    for group in groups:
        found = ec2.get_security_group_from_id(group)
        if found is None:
            message = f"Error occurred while DescribeSecurityGroups. The security group '{group}' does not exist"
            raise Refused("InvalidParameterValueException", message)
        vpcs.add(found.vpc_id)
    if len(vpcs) > 1:
        raise Refused("InvalidParameterValueException", "Security groups and subnets must belong to the same VPC.")


def _subnet(ec2: Any, subnet: str) -> Any:
    found = next((subnets[subnet] for subnets in ec2.subnets.values() if subnet in subnets), None)
    if found is None:
        message = f"Error occurred while DescribeSubnets. The subnet ID '{subnet}' does not exist"
        raise Refused("InvalidParameterValueException", message)
    return found


def sync(call: Call, function: Any) -> None:
    """Gives the function an interface in each of its subnets, with its groups, and takes away the others."""
    ec2, config = backend_of(call, "ec2"), function._vpc_config or {}
    there: dict[str, str] = getattr(function, "interfaces", {})
    subnets, groups = config.get("SubnetIds") or [], config.get("SecurityGroupIds") or []
    for subnet in there.keys() - set(subnets):
        _leave(call, there.pop(subnet), Delay(_LINGER, looks=0))
    for subnet in subnets:
        if subnet not in there:
            there[subnet] = _made(ec2, subnet, function.function_name)
        ec2.enis[there[subnet]]._group_set = [ec2.get_security_group_from_id(group) for group in groups]
    function.interfaces = there
    function.vpc = _shown(ec2, config)


def _made(ec2: Any, subnet: str, name: str) -> str:
    interface = ec2.create_network_interface(subnet, random_private_ip())
    interface.description = f"AWS Lambda VPC ENI-{name}-{mock_random.uuid4()}"
    interface.interface_type, interface.requester_managed = "lambda", True
    return str(interface.id)


def _shown(ec2: Any, config: dict[str, Any]) -> dict[str, Any]:
    subnets = config.get("SubnetIds") or []
    return {
        "SubnetIds": subnets,
        "SecurityGroupIds": config.get("SecurityGroupIds") or [],
        "VpcId": _subnet(ec2, subnets[0]).vpc_id if subnets else "",
        "Ipv6AllowedForDualStack": config.get("Ipv6AllowedForDualStack", False),
    }


@mends.first("DeleteFunction")
def let_linger(call: Call, backend: Any) -> None:
    for function in backend.list_functions():
        names = (function.function_name, function.function_arn)
        if call.parameters["FunctionName"] in names and not call.parameters.get("Qualifier"):
            stop(call, function.function_arn)
            for interface in function.interfaces.values():
                _leave(call, interface, Delay(_LINGER))


def _leave(call: Call, interface: str, delay: Delay) -> None:
    begin(call, interface, delay, partial(backend_of(call, "ec2").enis.pop, interface, None), seen_by=_SEEN_BY)
