"""Where vended logs go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import Output, Resource, Value, attr
from .deliveries import document, ours, refuse_foreign, with_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from types_boto3_logs.literals import DeliveryDestinationTypeType, OutputFormatType

    from ...aws.account import Aws
    from ...resource import Changes, Live

_TYPES = {"s3": "S3", "logs": "CWL", "firehose": "FH"}


def _plain(arn: str) -> str:
    return arn.removesuffix(":*")


class DeliveryDestination(Resource):
    """Where vended logs go: a bucket (`bucket.arn`, with a path behind it if wished), a log group or a delivery stream.

    `delivery_destination_type` follows from the ARN; only X-Ray, which has none, must be said (`XRAY`), with the role by which
    Logs writes there. The policy of a bucket must let `delivery.logs.amazonaws.com` write; `policy` is the destination's own,
    for deliveries from other accounts, and an empty one is a wish for none.

    AWS: Logs PutDeliveryDestination. Type and format can not change. Not deleted while a delivery goes there.
    """

    # A delivery is refused until the bucket's policy lets Logs in.
    destination_resource_arn: Value[str | None] = attr(
        "deliveryDestinationConfiguration.destinationResourceArn", default=None, ready=True, norm=_plain
    )
    delivery_destination_type: DeliveryDestinationTypeType | None = attr("deliveryDestinationType", default=None, replace=True)
    output_format: OutputFormatType | None = attr("outputFormat", default=None, replace=True)
    role_arn: Value[str | None] = attr("roleArn", default=None)
    policy: Value[Mapping[str, Any] | None] = attr("Policy", default=None, norm=norm.policy)

    id = Output("arn")
    arn = Output("arn")

    longest_name = 60

    def __post_init__(self) -> None:
        arn: Any = self.destination_resource_arn
        if arn is None and self.delivery_destination_type != "XRAY":
            raise PlanError(f"{self.key}: only X-Ray goes without destination_resource_arn")
        if not isinstance(arn, str):
            return
        follows = _TYPES.get(arn.split(":")[2] if arn.count(":") > 2 else "")
        if follows is None or self.delivery_destination_type not in (None, follows):
            raise PlanError(f"{self.key}: {arn} is not the ARN of {self.delivery_destination_type or 'what takes logs'}")
        object.__setattr__(self, "delivery_destination_type", follows)

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        pages = aws.logs.get_paginator("describe_delivery_destinations").paginate()
        found = with_tags(aws, ours(aws, [one for page in pages for one in page["deliveryDestinations"]]))
        return aws.together(lambda one: {**one, "Policy": _policy(aws, one["name"])}, found)

    def create(self, aws: Aws) -> Live | None:
        name, tags = aws.named(self), dict(self.tags)
        standing = aws.maybe(lambda: aws.logs.get_delivery_destination(name=name)["deliveryDestination"])
        refuse_foreign(aws, self, standing)
        # With tags AWS makes only what is not there yet.
        made = aws.logs.put_delivery_destination(name=name, tags=tags, **self._wishes())
        return document(made["deliveryDestination"], tags)

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        name = live["name"]
        if "destination_resource_arn" in changed or "role_arn" in changed:
            aws.logs.put_delivery_destination(name=name, **self._wishes())
        if "policy" in changed and self.policy:
            aws.logs.put_delivery_destination_policy(
                deliveryDestinationName=name, deliveryDestinationPolicy=norm.compact(self.policy)
            )
        elif "policy" in changed:
            aws.logs.delete_delivery_destination_policy(deliveryDestinationName=name)
        if "tags" in changed:
            aws.logs.tag_resource(resourceArn=live["arn"], tags=changed["tags"].after)

    def _wishes(self) -> Any:
        arn = self.destination_resource_arn
        sent = {
            "deliveryDestinationType": self.delivery_destination_type,
            "deliveryDestinationConfiguration": {"destinationResourceArn": arn} if arn else None,
            "outputFormat": self.output_format,
            "roleArn": self.role_arn,
        }
        return {name: value for name, value in sent.items() if value}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.logs.delete_delivery_destination(name=live["name"])


def _policy(aws: Aws, name: str) -> Any:
    found = aws.maybe(lambda: aws.logs.get_delivery_destination_policy(deliveryDestinationName=name))
    return ((found or {}).get("policy") or {}).get("deliveryDestinationPolicy")
