"""The record of a network's traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resource import READY, Id, Output, Resource, State, Value, attr
from .parameters import given
from .refusals import succeeded
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_ec2.literals import (
        DestinationFileFormatType,
        FlowLogsResourceTypeType,
        LogDestinationTypeType,
        TrafficTypeType,
    )

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..logs.log_group import LogGroup
    from .subnet import Subnet
    from .vpc import Vpc

# The longer beginning first: an attachment's id begins as its transit gateway's does.
_KINDS: dict[str, FlowLogsResourceTypeType] = {
    "vpc-": "VPC",
    "subnet-": "Subnet",
    "eni-": "NetworkInterface",
    "tgw-attach-": "TransitGatewayAttachment",
    "tgw-": "TransitGateway",
    "nat-": "RegionalNatGateway",
}


class FlowLog(Resource):
    """The record of a VPC's, subnet's or network interface's traffic.

    AWS: EC2 CreateFlowLogs, which answers 200 even where it refuses. Goes to a `log_group` by a role
    (`deliver_logs_permission_arn`), or to the bucket or stream of `log_destination`. Only its tags can change. What it can not
    deliver it tells only minutes later, and it mends itself once it can.
    """

    resource: Id[Vpc | Subnet] = attr("ResourceId", replace=True)
    traffic_type: TrafficTypeType = attr("TrafficType", default="ALL", replace=True)
    log_destination_type: LogDestinationTypeType = attr("LogDestinationType", default="cloud-watch-logs", replace=True)
    # Where the group is missing, the service makes one of its own: without retention, key or tags.
    log_group: Id[LogGroup | None] = attr("LogGroupName", default=None, replace=True, ready=True)
    log_destination: Value[str | None] = attr("LogDestination", default=None, replace=True, ready=True)
    deliver_logs_permission_arn: Value[str | None] = attr("DeliverLogsPermissionArn", default=None, replace=True, ready=True)
    log_format: str | None = attr("LogFormat", default=None, replace=True)
    max_aggregation_interval: int = attr("MaxAggregationInterval", default=600, replace=True)
    file_format: DestinationFileFormatType | None = attr("DestinationOptions.FileFormat", default=None, replace=True)
    hive_compatible_partitions: bool | None = attr("DestinationOptions.HiveCompatiblePartitions", default=None, replace=True)
    per_hour_partition: bool | None = attr("DestinationOptions.PerHourPartition", default=None, replace=True)

    id = Output("FlowLogId")

    since = "CreationTime"

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for page in aws.ec2.get_paginator("describe_flow_logs").paginate(Filters=aws.owned):
            yield from page["FlowLogs"]

    def create(self, aws: Aws) -> Live | None:
        options = given(
            FileFormat=self.file_format,
            HiveCompatiblePartitions=self.hive_compatible_partitions,
            PerHourPartition=self.per_hour_partition,
        )
        answer = aws.ec2.create_flow_logs(
            ResourceIds=[self.resource],
            ResourceType=next(kind for beginning, kind in _KINDS.items() if self.resource.startswith(beginning)),
            TrafficType=self.traffic_type,
            LogDestinationType=self.log_destination_type,
            MaxAggregationInterval=self.max_aggregation_interval,
            ClientToken=aws.token(self),
            TagSpecifications=born_with("vpc-flow-log", self),
            **given(
                LogGroupName=self.log_group,
                LogDestination=self.log_destination,
                DeliverLogsPermissionArn=self.deliver_logs_permission_arn,
                LogFormat=self.log_format,
                DestinationOptions=options or None,
            ),
        )
        succeeded("CreateFlowLogs", answer)
        return None

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        retag(aws, live["FlowLogId"], changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        succeeded("DeleteFlowLogs", aws.ec2.delete_flow_logs(FlowLogIds=[live["FlowLogId"]]))

    @staticmethod
    def state(live: Live) -> State:
        if live.get("DeliverLogsStatus") != "FAILED":
            return READY
        return State(READY.name, f"it can not deliver: {live.get('DeliverLogsErrorMessage')}")
