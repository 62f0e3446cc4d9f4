"""The data of a launch template's version, in EC2's spelling."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from .launch_template_parts import interfaces, metadata
from .tags import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .launch_template import LaunchTemplate

_AS_THEY_ARE = {
    "image_id": "ImageId",
    "instance_type": "InstanceType",
    "instance_requirements": "InstanceRequirements",
    "security_groups": "SecurityGroupIds",
    "key_name": "KeyName",
    "ebs_optimized": "EbsOptimized",
    "instance_initiated_shutdown_behavior": "InstanceInitiatedShutdownBehavior",
    "disable_api_termination": "DisableApiTermination",
    "disable_api_stop": "DisableApiStop",
    "placement": "Placement",
    "cpu_options": "CpuOptions",
    "instance_market_options": "InstanceMarketOptions",
    "capacity_reservation_specification": "CapacityReservationSpecification",
    "private_dns_name_options": "PrivateDnsNameOptions",
    "network_performance_options": "NetworkPerformanceOptions",
}


def _profile(named: str) -> dict[str, str] | None:
    if not named:
        return None
    return {"Arn": named} if named.startswith("arn:") else {"Name": named}


_OTHERWISE: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "iam_instance_profile": ("IamInstanceProfile", _profile),
    "network_interfaces": ("NetworkInterfaces", interfaces),
    "block_device_mappings": ("BlockDeviceMappings", lambda devices: [device.spelt() for device in devices]),
    "metadata_options": ("MetadataOptions", metadata),
    "user_data": ("UserData", lambda text: base64.b64encode(text.encode()).decode()),
    "monitoring": ("Monitoring", lambda on: {"Enabled": on}),
    "tag_specifications": (
        "TagSpecifications",
        lambda kinds: [{"ResourceType": kind, "Tags": listed(tags)} for kind, tags in sorted(kinds.items())],
    ),
    "cpu_credits": ("CreditSpecification", lambda how: how and {"CpuCredits": how}),
    "hibernation_configured": ("HibernationOptions", lambda on: {"Configured": on}),
    "enclave_enabled": ("EnclaveOptions", lambda on: {"Enabled": on}),
    "auto_recovery": ("MaintenanceOptions", lambda how: how and {"AutoRecovery": how}),
    "license_configuration_arns": (
        "LicenseSpecifications",
        lambda arns: [{"LicenseConfigurationArn": arn} for arn in arns],
    ),
}


def spelt(step: LaunchTemplate, before: Mapping[str, Any]) -> Any:
    """What the step wants, and of what it does not manage what was there before."""
    wanted = {}
    for name, said in _AS_THEY_ARE.items():
        if (value := getattr(step, name)) is not None:
            wanted[said] = value
    for name, (said, spell) in _OTHERWISE.items():
        if (value := getattr(step, name)) is not None:
            wanted[said] = spell(value)
    # An empty wish is said by leaving it out.
    return {said: value for said, value in {**before, **wanted}.items() if value not in (None, "", [], (), {})}
