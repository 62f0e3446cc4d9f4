"""Instances: what they take from a template, of which moto's take little, and that their interfaces go with them."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from moto.ec2.exceptions import InvalidAMIIdError
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.utils import convert_tag_spec, filter_iam_instance_profiles


@cache
def mend() -> None:
    """Puts the override in place, once in a process."""
    owner: Any = InstanceBackend
    original = owner.run_instances
    owner.run_instances = lambda backend, *args, **kwargs: _run(original, backend, *args, **kwargs)


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
