"""What the service counts, published to CloudWatch once a minute."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from .failure import described
from .log import log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_cloudwatch.type_defs import MetricDatumTypeDef

EVERY_SECONDS = 60.0
_MOST_VALUES = 150  # in one datum of PutMetricData


class Metrics:
    """Counts requests, errors (5xx) and latencies of one environment. Threads share it."""

    def __init__(self, client: CloudWatchClient, namespace: str, environment: str) -> None:
        self._client = client
        self._namespace = namespace
        self._environment = environment
        self._lock = threading.Lock()
        self._requests = self._errors = 0
        self._latencies: Counter[int] = Counter()

    def count(self, status: int, milliseconds: float) -> None:
        with self._lock:
            self._requests += 1
            self._errors += status >= 500
            self._latencies[_rounded(milliseconds)] += 1

    def publish(self) -> None:
        """Sends what was counted since the last time. What cannot be sent is dropped: in a later minute it would mislead."""
        with self._lock:
            requests, errors, latencies = self._requests, self._errors, self._latencies
            self._requests, self._errors, self._latencies = 0, 0, Counter()
        try:
            self._client.put_metric_data(
                Namespace=self._namespace,
                MetricData=[
                    self._datum("Requests", Unit="Count", Value=requests),
                    self._datum("Errors", Unit="Count", Value=errors),
                    *self._latency_data(latencies),
                ],
            )
        except Exception as error:  # noqa: BLE001 (whatever it is, the next minute is counted and published again)
            log(logging.WARNING, "metrics were not published", error=described(error), requests=requests, errors=errors)

    def publish_until(self, stop: threading.Event, every_seconds: float = EVERY_SECONDS) -> None:
        while not stop.wait(every_seconds):
            self.publish()
        self.publish()

    def _latency_data(self, latencies: Counter[int]) -> Iterator[MetricDatumTypeDef]:
        pairs = iter(sorted(latencies.items()))
        while some := list(islice(pairs, _MOST_VALUES)):
            values, counts = zip(*some, strict=True)
            yield self._datum("Latency", Unit="Milliseconds", Values=values, Counts=counts)

    def _datum(self, name: str, **value: object) -> MetricDatumTypeDef:
        return {"MetricName": name, "Dimensions": [{"Name": "Environment", "Value": self._environment}], **value}  # type: ignore[typeddict-item]


def _rounded(milliseconds: float) -> int:
    """Two digits tell enough, and keep the number of distinct values small however many requests there are."""
    whole = round(milliseconds)
    step = int(10 ** max(0, len(str(whole)) - 2))
    return whole // step * step
