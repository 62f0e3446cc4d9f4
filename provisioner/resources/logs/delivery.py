"""The way of vended logs from where they arise to where they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...resource import Id, Output, Resource, attr
from .deliveries import document, named, with_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .delivery_destination import DeliveryDestination
    from .delivery_source import DeliverySource


class Delivery(Resource):
    """The way of vended logs from a source to a destination, in the account and region of the source.

    `record_fields` are the fields of each record, in their order; the source's kind says which there are, and which must be
    there. The S3 fields are for buckets: the path under which the logs stand, with variables such as `{DistributionId}/{yyyy}`,
    and whether it is written so that Hive can read it.

    AWS: Logs CreateDelivery; one for each source and kind of destination. Before the path of a distribution's logs it sets
    `AWSLogs/{account-id}/CloudFront/`, and takes the path as it is when it is changed: so it is put again. Refused where the
    bucket's policy does not let `delivery.logs.amazonaws.com` write.
    """

    delivery_source: Id[DeliverySource] = attr("deliverySourceName", replace=True, norm=named)
    delivery_destination: Id[DeliveryDestination] = attr("deliveryDestinationArn", replace=True)
    record_fields: Sequence[str] | None = attr("recordFields", default=None, norm=list)
    field_delimiter: str | None = attr("fieldDelimiter", default=None)
    s3_suffix_path: str | None = attr("s3DeliveryConfiguration.suffixPath", default=None)
    s3_enable_hive_compatible_path: bool | None = attr("s3DeliveryConfiguration.enableHiveCompatiblePath", default=None)

    id = Output("id")
    arn = Output("arn")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        # They have no names; but there are few.
        pages = aws.logs.get_paginator("describe_deliveries").paginate()
        found = [_whole(one) for page in pages for one in page["deliveries"]]
        return with_tags(aws, found)

    def create(self, aws: Aws) -> Live | None:
        tags = dict(self.tags)
        made = aws.logs.create_delivery(
            deliverySourceName=named(self.delivery_source),
            deliveryDestinationArn=self.delivery_destination,
            tags=tags,
            **self._wishes({}),
        )
        return document(_whole(made["delivery"]), tags)

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if changed.keys() - {"tags"}:
            aws.logs.update_delivery_configuration(id=live["id"], **self._wishes(live))
        if "tags" in changed:
            aws.logs.tag_resource(resourceArn=live["arn"], tags=changed["tags"].after)

    def _wishes(self, live: Live) -> Any:
        """What is wanted, beside what is shown of what the plan does not manage."""
        path = {"suffixPath": self.s3_suffix_path, "enableHiveCompatiblePath": self.s3_enable_hive_compatible_path}
        s3 = {**live.get("s3DeliveryConfiguration", {}), **_said(path)}
        wanted = _said({"recordFields": self.record_fields, "fieldDelimiter": self.field_delimiter})
        shown = {name: live[name] for name in ("recordFields", "fieldDelimiter") if name in live}
        return {**shown, **wanted, **({"s3DeliveryConfiguration": s3} if s3 else {})}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.logs.delete_delivery(id=live["id"])


def _said(wishes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wishes.items() if value is not None}


def _whole(found: Any) -> Any:
    """With the ARN of its source, which it holds: by its name alone it could be taken for anything."""
    source = found["arn"].rpartition(":delivery:")[0] + f":delivery-source:{found['deliverySourceName']}"
    return {**found, "deliverySourceArn": source}
