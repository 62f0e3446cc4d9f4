"""Mends of Systems Manager: the instances whose agents have come to it, which moto knows nothing of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..call import Call, Refused, Result
from .mending import Mends, backend

if TYPE_CHECKING:
    from collections.abc import Iterator

mends = Mends("ssm")

_CORE = "AmazonSSMManagedInstanceCore"
_IDS = "InstanceIds"


@mends.first("DescribeInstanceInformation")
def managed_instances(call: Call, ssm: Any) -> Result:
    """AWS: the agent, which Amazon's images bring along, comes by itself where the instance's role lets it."""
    filters = call.parameters.get("Filters") or call.parameters.get("InstanceInformationFilterList") or ()
    wanted: set[str] = set()
    for one in filters:
        if (key := one.get("Key") or one.get("key")) != _IDS:
            raise Refused("InvalidInstanceInformationFilterValue", f"The embedded AWS filters by {_IDS} only, not by {key}.")
        wanted.update(one.get("Values") or one.get("valueSet"))
    found = [_shown(call, instance) for instance in _managed(call) if not wanted or instance.id in wanted]
    return {"InstanceInformationList": found}


def _managed(call: Call) -> Iterator[Any]:
    for one in backend(call, "ec2").iam_instance_profile_associations.values():
        if one.instance.state == "running" and any(_has_core(role) for role in one.iam_instance_profile.roles):
            yield one.instance


def _has_core(role: Any) -> bool:
    return any(policy.rpartition("/")[2] == _CORE for policy in role.managed_policies)


def _shown(call: Call, instance: Any) -> dict[str, Any]:
    return {
        "InstanceId": instance.id,
        "PingStatus": "Online",
        "LastPingDateTime": instance.launch_time,
        "PlatformType": "Linux",
        "PlatformName": "Amazon Linux",
        "PlatformVersion": "2023",
        "ResourceType": "EC2Instance",
        "IPAddress": instance.private_ip,
        "IsLatestVersion": True,
        "AssociationStatus": "Success",
    }
