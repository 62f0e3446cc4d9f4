"""What sends its logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...resource import Output, Resource, Value, attr
from .deliveries import document, ours, refuse_foreign, with_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...aws.account import Aws
    from ...resource import Changes, Live


class DeliverySource(Resource):
    """The logs of one kind that an AWS resource sends: a distribution's `ACCESS_LOGS`, a load balancer's `ALB_ACCESS_LOGS`, …

    A `Delivery` takes them to a `DeliveryDestination`. This is how CloudFront logs to a bucket without access control lists;
    its sources, destinations and deliveries all stand in us-east-1 (`region="us-east-1"`).

    AWS: Logs PutDeliverySource. Resource and kind can not change. Not deleted while a delivery takes from it.
    """

    resource_arn: Value[str] = attr("resourceArns[0]", replace=True)
    log_type: str = attr("logType", replace=True)
    delivery_source_configuration: Mapping[str, str] | None = attr(
        "deliverySourceConfiguration", default=None, same=norm.within
    )

    id = Output("arn")
    arn = Output("arn")
    source_name = Output("name")

    longest_name = 60

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        pages = aws.logs.get_paginator("describe_delivery_sources").paginate()
        return with_tags(aws, ours(aws, [found for page in pages for found in page["deliverySources"]]))

    def create(self, aws: Aws) -> Live | None:
        name, tags = aws.named(self), dict(self.tags)
        standing = aws.maybe(lambda: aws.logs.get_delivery_source(name=name)["deliverySource"])
        refuse_foreign(aws, self, standing)
        # With tags AWS makes only what is not there yet.
        made = aws.logs.put_delivery_source(
            name=name, resourceArn=self.resource_arn, logType=self.log_type, tags=tags, **self._configuration()
        )
        return document(made["deliverySource"], tags)

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if "delivery_source_configuration" in changed:
            aws.logs.put_delivery_source(
                name=live["name"], resourceArn=live["resourceArns"][0], logType=live["logType"], **self._configuration()
            )
        if "tags" in changed:
            aws.logs.tag_resource(resourceArn=live["arn"], tags=changed["tags"].after)

    def _configuration(self) -> Any:
        configuration = self.delivery_source_configuration
        return {"deliverySourceConfiguration": dict(configuration)} if configuration else {}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.logs.delete_delivery_source(name=live["name"])
