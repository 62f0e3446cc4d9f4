"""Instances of a group: launched as the template's version says, over all subnets, and why that failed.

Moto launches all in the first subnet, on the template's default version, and never fails.
"""

from __future__ import annotations

import copy
import uuid
from functools import cache
from typing import Any

from moto.autoscaling.models import ASG_NAME_TAG, FakeAutoScalingGroup, InstanceState
from moto.core.exceptions import ServiceException
from moto.core.utils import utcnow

from ...clock import Delay
from ..mending import kept


@cache
def mend() -> None:
    """Puts the overrides in place, once in a process."""
    group: Any = FakeAutoScalingGroup
    state: Any = InstanceState
    _wrap(group, "replace_autoscaling_group_instances", _launch)
    _wrap(group, "update", _keeping_what_is_launched)
    _show_one(group)
    state.launch_template = property(lambda state: getattr(state, "launched_on", None))


def _wrap(owner: Any, name: str, wrapper: Any) -> None:
    original = getattr(owner, name)
    setattr(owner, name, lambda group, *args, **kwargs: wrapper(original, group, *args, **kwargs))


def _show_one(group: Any) -> None:
    """AWS shows a template, or a mixed instances policy; moto shows both, and of the first the version it once had."""
    single = group.launch_template.fget
    group.launch_template = property(lambda group: None if group.mixed_instances_policy else single(group))


def _keeping_what_is_launched(original: Any, group: Any, **wanted: Any) -> None:
    """AWS: an update that does not say what is launched leaves it as it is; in moto the mixed instances policy goes."""
    if not (wanted.get("launch_template") or wanted.get("mixed_instances_policy") or wanted.get("launch_config_name")):
        wanted["mixed_instances_policy"] = copy.deepcopy(group.mixed_instances_policy)
        if wanted["mixed_instances_policy"]:
            # Moto shows a template's id and its name, and takes one of them.
            del wanted["mixed_instances_policy"]["LaunchTemplate"]["LaunchTemplateSpecification"]["LaunchTemplateName"]
    original(group, **wanted)


def _launch(original: Any, group: Any, count: int, tags: dict[str, str]) -> None:
    if group.ec2_launch_template is None:
        original(group, count, tags)
    elif "Launch" not in group._suspended_processes:
        for _ in range(count):
            if not launch_one(group, tags):
                break


def launch_one(group: Any, tags: dict[str, str]) -> bool:
    """Launches an instance where the group has fewest; whether that was possible."""
    try:
        state = InstanceState(_run(group, tags), protected_from_scale_in=group.new_instances_protected_from_scale_in)
    except ServiceException as error:
        _record(group, "Failed", "Launching a new EC2 instance", f"{error.message}. Launching EC2 instance failed.")
        return False
    shown: Any = state
    shown.launching, shown.is_pending, shown.launched_on = Delay(120), True, spec_of(group)
    group.instance_states.append(state)
    _record(group, "Successful", f"Launching a new EC2 instance: {state.instance_id}")
    return True


def _run(group: Any, tags: dict[str, str]) -> Any:
    spec, ec2 = spec_of(group), group.autoscaling_backend.ec2_backend
    subnets = group.vpc_zone_identifier.split(",") if group.vpc_zone_identifier else [None]
    there = [state.instance.subnet_id for state in group.instance_states]
    subnet = min(subnets, key=there.count)
    overrides = ((group.mixed_instances_policy or {}).get("LaunchTemplate") or {}).get("Overrides") or [{}]
    own = {"instance_type": overrides[0]["InstanceType"]} if "InstanceType" in overrides[0] else {}
    reservation = ec2.run_instances(
        "",
        1,
        None,
        [],
        **{"instance_type": "m1.small", **own},
        is_instance_type_default=not own,
        tags={"instance": {**tags, ASG_NAME_TAG: group.name}},
        placement=None if subnet else group.availability_zones[0],
        subnet_id=subnet,
        launch_template={"LaunchTemplateId": spec["LaunchTemplateId"], "Version": spec["Version"]},
        associate_public_ip=None,
        region_name=group.region,
    )
    instance = reservation.instances[0]
    instance.autoscaling_group = group
    return instance


def spec_of(group: Any) -> dict[str, str]:
    """The template and the number of the version that the group would launch now."""
    template = group.ec2_launch_template
    version = template.get_version(group.launch_template_version)
    return {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Version": str(version.number)}


def activities(group: Any) -> list[dict[str, Any]]:
    """What the group did, the oldest first."""
    found: list[dict[str, Any]] = kept(group, "activities").setdefault("all", [])
    return found


def _record(group: Any, status: str, description: str, message: str = "") -> None:
    now = utcnow()
    activities(group).append(
        {
            "ActivityId": str(uuid.uuid4()),
            "AutoScalingGroupName": group.name,
            "Description": description,
            "Cause": f"At {now:%Y-%m-%dT%H:%M:%SZ} the difference between desired and actual capacity was noticed.",
            "StartTime": now,
            "EndTime": now,
            "StatusCode": status,
            **({"StatusMessage": message} if message else {}),
            "Progress": 100,
        }
    )
