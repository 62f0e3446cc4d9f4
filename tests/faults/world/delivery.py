"""What runs between services: Firehose's streams and Lambda's functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .reading import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Reader


def streams(reader: Reader) -> Iterator[Thing]:
    """Delivery streams."""
    for name in reader.all("firehose", "list_delivery_streams", "DeliveryStreamNames"):
        shown = reader.one("firehose", "describe_delivery_stream", "DeliveryStreamDescription", DeliveryStreamName=name)
        tags = reader.one("firehose", "list_tags_for_delivery_stream", "Tags", DeliveryStreamName=name)
        yield Thing("delivery-stream", {**shown, "Tags": tags}, name=name)


def functions(reader: Reader) -> Iterator[Thing]:
    """Functions with who may call them."""
    for name in reader.all("lambda", "list_functions", "Functions[].FunctionName"):
        shown = reader.one("lambda", "get_function", FunctionName=name)
        more = {
            "policy": reader.one("lambda", "get_policy", "Policy", FunctionName=name),
            "concurrency": reader.one("lambda", "get_function_concurrency", FunctionName=name).get(
                "ReservedConcurrentExecutions"
            ),
        }
        yield Thing("function", {"configuration": shown["Configuration"], "Tags": shown.get("Tags"), **more}, name=name)
