"""Parts of a launch template. What a part does not say (None) is left as EC2 has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ... import norm

if TYPE_CHECKING:
    from types_boto3_ec2.literals import (
        InstanceMetadataEndpointStateType,
        InstanceMetadataProtocolStateType,
        InstanceMetadataTagsStateType,
        LaunchTemplateHttpTokensStateType,
        VolumeTypeType,
    )

    from ...value import Deferred, Referable

    Step: TypeAlias = Referable | Deferred | str


class MetadataOptions(NamedTuple):
    """How an instance asks who and where it is. By default only by a session's token (IMDSv2), and from itself."""

    http_tokens: LaunchTemplateHttpTokensStateType | None = "required"
    http_put_response_hop_limit: int | None = 1
    http_endpoint: InstanceMetadataEndpointStateType | None = "enabled"
    http_protocol_ipv6: InstanceMetadataProtocolStateType | None = None
    instance_metadata_tags: InstanceMetadataTagsStateType | None = None


class BlockDevice(NamedTuple):
    """A volume of each instance: encrypted, and gone with the instance, unless it says otherwise.

    Without a key of its own it is encrypted by the account's default one. The root volume has the name that its image gives it
    (`/dev/xvda` for Amazon Linux). `no_device` is a wish for none, `virtual_name` for an instance's own disk (`ephemeral0`).
    """

    device_name: str
    volume_size: int | None = None
    volume_type: VolumeTypeType | None = "gp3"
    encrypted: bool | None = True
    kms_key: Step | None = None
    iops: int | None = None
    throughput: int | None = None
    snapshot_id: Step | None = None
    delete_on_termination: bool | None = True
    volume_initialization_rate: int | None = None
    virtual_name: str | None = None
    no_device: bool = False

    def spelt(self) -> dict[str, Any]:
        """The device in EC2's spelling."""
        if self.no_device:
            return {"DeviceName": self.device_name, "NoDevice": ""}
        if self.virtual_name:
            return {"DeviceName": self.device_name, "VirtualName": self.virtual_name}
        volume = {
            "VolumeSize": self.volume_size,
            "VolumeType": self.volume_type,
            "Encrypted": self.encrypted,
            "KmsKeyId": self.kms_key,
            "Iops": self.iops,
            "Throughput": self.throughput,
            "SnapshotId": self.snapshot_id,
            "DeleteOnTermination": self.delete_on_termination,
            "VolumeInitializationRate": self.volume_initialization_rate,
        }
        return {"DeviceName": self.device_name, "Ebs": norm.said(volume)}


class NetworkInterface(NamedTuple):
    """A network interface of each instance, where security groups alone do not say enough.

    A list of addresses or prefixes, or how many of them AWS is to choose; never both.
    """

    device_index: int = 0
    security_groups: Sequence[Step] | None = None
    subnet: Step | None = None
    associate_public_ip_address: bool | None = None
    delete_on_termination: bool | None = True
    description: str | None = None
    interface_type: str | None = None
    network_card_index: int | None = None
    network_interface_id: Step | None = None
    private_ip_address: str | None = None
    secondary_private_ip_address_count: int | None = None
    ipv6_address_count: int | None = None
    primary_ipv6: bool | None = None
    ipv4_prefix_count: int | None = None
    ipv6_prefix_count: int | None = None
    associate_carrier_ip_address: bool | None = None
    ena_queue_count: int | None = None
    more: Mapping[str, Any] | None = None
    """What is rarely said, in EC2's spelling: Ipv6Addresses, Ipv4Prefixes, ConnectionTrackingSpecification, …"""

    def spelt(self) -> dict[str, Any]:
        """The interface in EC2's spelling."""
        said = {
            "DeviceIndex": self.device_index,
            "Groups": None if self.security_groups is None else sorted(self.security_groups, key=str),
            "SubnetId": self.subnet,
            "AssociatePublicIpAddress": self.associate_public_ip_address,
            "DeleteOnTermination": self.delete_on_termination,
            "Description": self.description,
            "InterfaceType": self.interface_type,
            "NetworkCardIndex": self.network_card_index,
            "NetworkInterfaceId": self.network_interface_id,
            "PrivateIpAddress": self.private_ip_address,
            "SecondaryPrivateIpAddressCount": self.secondary_private_ip_address_count,
            "Ipv6AddressCount": self.ipv6_address_count,
            "PrimaryIpv6": self.primary_ipv6,
            "Ipv4PrefixCount": self.ipv4_prefix_count,
            "Ipv6PrefixCount": self.ipv6_prefix_count,
            "AssociateCarrierIpAddress": self.associate_carrier_ip_address,
            "EnaQueueCount": self.ena_queue_count,
        }
        return dict(norm.said({**said, **(self.more or {})}))


def metadata(value: Any) -> dict[str, Any]:
    """Metadata options, as wanted or as shown, in EC2's spelling."""
    if not isinstance(value, MetadataOptions):
        return dict(value)
    names = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "HttpProtocolIpv6", "InstanceMetadataTags")
    return {name: one for name, one in zip(names, value, strict=True) if one is not None}


def devices(value: Any) -> list[dict[str, Any]]:
    """Block devices, as wanted or as shown, by name; a key by its id."""
    return sorted(map(_device, value), key=lambda device: str(device["DeviceName"]))


def _device(value: Any) -> dict[str, Any]:
    device = value.spelt() if isinstance(value, BlockDevice) else dict(value)
    volume = device.get("Ebs", {})
    if isinstance(volume.get("KmsKeyId"), str):
        device["Ebs"] = {**volume, "KmsKeyId": norm.kms_key(volume["KmsKeyId"])}
    return device


def interfaces(value: Any) -> list[dict[str, Any]]:
    """Network interfaces, as wanted or as shown, by their place."""
    return sorted(map(_interface, value), key=lambda one: (one.get("NetworkCardIndex", 0), one["DeviceIndex"]))


def _interface(value: Any) -> dict[str, Any]:
    interface = value.spelt() if isinstance(value, NetworkInterface) else dict(value)
    return {**interface, "Groups": sorted(interface["Groups"], key=str)} if "Groups" in interface else interface
