"""Instances: what they take from a template, of which moto's take little, and that their interfaces go with them."""

from __future__ import annotations

import copy
from functools import cache, partial
from typing import Any

from moto.ec2.exceptions import InvalidAMIIdError
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.utils import convert_tag_spec, filter_iam_instance_profiles

from ...call import Call
from ...clock import Delay
from ..under_way import begin

# Who waits for what it holds looks at that.
_SEEN_BY = ("ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups")


@cache
def mend() -> None:
    """Puts the overrides in place, once in a process."""
    owner: Any = InstanceBackend
    run, terminate = owner.run_instances, owner.terminate_instances
    owner.run_instances = lambda backend, *args, **kwargs: _run(run, backend, *args, **kwargs)
    owner.terminate_instances = lambda backend, instances: _terminate(terminate, backend, instances)


def _run(original: Any, backend: Any, image_id: str, count: int, user_data: Any, group_names: list[str], **kwargs: Any) -> Any:
    if not kwargs.get("launch_template"):
        return _with_interfaces(original(backend, image_id, count, user_data, group_names, **kwargs), kwargs.get("nics", []))
    version = backend._get_template_from_args(kwargs["launch_template"])
    data = {name: value for name, value in version.data.items() if value is not None}
    image = image_id or data.get("ImageId", "")
    if not backend.describe_images(filters={"image-id": image}):
        raise InvalidAMIIdError(image)
    profile = _profile(backend, data.get("IamInstanceProfile"))
    said = {**kwargs, **_settings(data, kwargs), "block_device_mappings": _devices(backend, image, data, kwargs)}
    reservation = _with_interfaces(original(backend, image, count, user_data, group_names, **said), said["nics"])
    for instance in reservation.instances:
        _finish(backend, instance, said["block_device_mappings"])
        if profile is not None and not (kwargs.get("iam_instance_profile_name") or kwargs.get("iam_instance_profile_arn")):
            backend.associate_iam_instance_profile(instance.id, iam_instance_profile_arn=profile.arn)
    return reservation


def _with_interfaces(reservation: Any, wanted: list[dict[str, Any]]) -> Any:
    """AWS: an interface that is made with its instance goes with it, unless it says otherwise."""
    kept = {
        int(nic.get("DeviceIndex", 0))
        for nic in wanted
        if nic.get("DeleteOnTermination") is False or "NetworkInterfaceId" in nic
    }
    for instance in reservation.instances:
        for index, interface in instance.nics.items():
            interface.delete_on_termination = index not in kept
    return reservation


def _profile(backend: Any, wanted: dict[str, str] | None) -> Any:
    if not wanted:
        return None
    return filter_iam_instance_profiles(backend.account_id, backend.partition, wanted.get("Arn"), wanted.get("Name"))


def _settings(data: dict[str, Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    monitored = kwargs.get("monitoring_state") == "enabled" or data.get("Monitoring", {}).get("Enabled")
    tags = dict(kwargs.get("tags") or {})
    for kind, own in convert_tag_spec(data.get("TagSpecifications", [])).items():
        tags[kind] = {**own, **tags.get(kind, {})}
    return {
        "metadata_options": {**data.get("MetadataOptions", {}), **(kwargs.get("metadata_options") or {})},
        "monitoring_state": "enabled" if monitored else "disabled",
        "ebs_optimized": kwargs.get("ebs_optimized") or data.get("EbsOptimized", False),
        "disable_api_stop": kwargs.get("disable_api_stop") or data.get("DisableApiStop", False),
        "disable_api_termination": data.get("DisableApiTermination", False),
        "nics": kwargs.get("nics") or copy.deepcopy(data.get("NetworkInterfaces", [])),
        "tags": tags,
    }


def _devices(backend: Any, image: str, data: dict[str, Any], kwargs: dict[str, Any]) -> list[dict[str, Any]]:
    """The volumes, with the root volume that the image brings; of that a mapping by its name may say more."""
    root = backend.describe_images(filters={"image-id": image})[0].root_device_name
    wanted = kwargs.get("block_device_mappings") or data.get("BlockDeviceMappings", [])
    found = {root: {"VolumeSize": 8, "VolumeType": "gp3", "DeleteOnTermination": True}}
    for device in wanted:
        if "Ebs" in device:
            own = {"VolumeSize": 8, "DeleteOnTermination": device["DeviceName"] == root}
            found[device["DeviceName"]] = {**own, **device["Ebs"]}
    return [{"DeviceName": name, "Ebs": volume} for name, volume in found.items()]


def _finish(backend: Any, instance: Any, devices: list[dict[str, Any]]) -> None:
    """What moto drops on the way: what a volume can do, and the groups that its interfaces have."""
    for device in devices:
        volume = backend.get_volume(instance.block_device_mapping[device["DeviceName"]].volume_id)
        volume.iops = device["Ebs"].get("Iops", volume.iops)
        volume.throughput = device["Ebs"].get("Throughput", volume.throughput)
    if not instance.security_groups and 0 in instance.nics:
        instance.security_groups = list(instance.nics[0].group_set)


def _terminate(original: Any, backend: Any, instances: list[str]) -> Any:
    """AWS: an instance shuts down for a minute, and holds its network interfaces until it is terminated."""
    known = backend.get_multi_instances_by_id(instances) if instances else []
    if locked := [one.id for one in known if one.disable_api_termination is True]:
        # AWS refuses the whole call.
        return original(backend, locked)
    going = [(instance, copy.copy(instance._state)) for instance in known if hasattr(instance, "is_going")]
    leaving = {}
    for instance in [one for one in known if not hasattr(one, "is_going")]:
        leaving[instance] = [nic for nic in instance.nics.values() if nic.delete_on_termination]
        for nic in leaving[instance]:
            nic.delete_on_termination = False
    terminated = original(backend, [one.id for one in leaving]) if leaving or not going else []
    for instance, nics in leaving.items():
        instance.is_going, instance._state.name, instance._state.code = True, "shutting-down", 32
        # An Auto Scaling group that is deleted goes after its instances.
        delay = Delay(0 if hasattr(instance, "has_shut_down") else 60, looks=0)
        place = Call("ec2", "", {}, backend.region_name, backend.account_id)
        begin(place, instance.id, delay, partial(_end, instance, nics), seen_by=_SEEN_BY)
    return [*terminated, *going]


def _end(instance: Any, leaving: list[Any]) -> None:
    instance._state.name, instance._state.code = "terminated", 48
    for nic in leaving:
        nic.delete()
