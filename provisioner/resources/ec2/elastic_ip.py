"""A public address that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resource import Output, Resource, attr
from .network_interfaces import holders_in
from .parameters import given
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...aws.account import Aws
    from ...resource import Changes, Live


class ElasticIp(Resource):
    """A public address that stays; it costs money from the moment that it exists.

    AWS: EC2 AllocateAddress, which takes no client token; five a region by default. `address` asks for a certain one of a pool
    (or for one that was released a moment ago). Its NAT gateway holds it until minutes after it is gone.
    """

    address: str | None = attr("PublicIp", default=None, replace=True)
    public_ipv4_pool: str | None = attr("PublicIpv4Pool", default=None, replace=True)
    network_border_group: str | None = attr("NetworkBorderGroup", default=None, replace=True)

    id = Output("AllocationId")
    public_ip = Output("PublicIp")

    may_double = True

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        return aws.ec2.describe_addresses(Filters=aws.owned)["Addresses"]

    def create(self, aws: Aws) -> Live | None:
        made = aws.ec2.allocate_address(
            Domain="vpc",
            TagSpecifications=born_with("elastic-ip", self),
            **given(
                Address=self.address,
                PublicIpv4Pool=self.public_ipv4_pool,
                NetworkBorderGroup=self.network_border_group,
            ),
        )
        return {**made, "Tags": dict(self.tags)}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        retag(aws, live["AllocationId"], changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.ec2.release_address(AllocationId=live["AllocationId"])

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        interface = live.get("NetworkInterfaceId")
        return holders_in(aws, "network-interface-id", interface) if interface else ()
