"""What a metric alarm on more than one metric is made of, as a plan writes it: each query by its id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ... import norm

if TYPE_CHECKING:
    from types_boto3_cloudwatch.literals import StandardUnitType

    from ...value import Deferred

    Text: TypeAlias = str | Deferred


class MetricStat(NamedTuple):
    """A statistic of one metric. `return_data` is for what the alarm watches."""

    namespace: str
    metric_name: Text
    stat: str
    period: int = 300
    dimensions: Mapping[str, Text | Any] | None = None
    unit: StandardUnitType | None = None
    label: str | None = None
    account_id: Text | None = None
    return_data: bool = False

    def spelt(self, name: str) -> dict[str, Any]:
        """The query in CloudWatch's spelling."""
        metric = {"Namespace": self.namespace, "MetricName": self.metric_name, "Dimensions": listed(self.dimensions)}
        stat = {"Metric": metric, "Period": self.period, "Stat": self.stat, "Unit": self.unit}
        about = {"Label": self.label, "AccountId": self.account_id, "ReturnData": self.return_data}
        return {"Id": name, "MetricStat": stat, **about}


class Expression(NamedTuple):
    """Metric math over other queries by their ids (`errors / requests * 100`), an anomaly band of one, or Metrics Insights."""

    expression: Text
    label: str | None = None
    period: int | None = None
    account_id: Text | None = None
    return_data: bool = False

    def spelt(self, name: str) -> dict[str, Any]:
        """The query in CloudWatch's spelling."""
        about = {"Label": self.label, "Period": self.period, "AccountId": self.account_id, "ReturnData": self.return_data}
        return {"Id": name, "Expression": self.expression, **about}


def spelt(queries: Any) -> Any:
    """Queries by id in CloudWatch's spelling and in one order; what it shows is in that spelling already."""
    if isinstance(queries, Mapping):
        return [norm.said(query.spelt(name)) for name, query in sorted(queries.items())]
    return sorted((_in_order(query) for query in queries), key=lambda query: str(query["Id"]))


def _in_order(query: Mapping[str, Any]) -> dict[str, Any]:
    # What a query leaves out about its data is that it returns them.
    found = {"ReturnData": True, **query}
    if stat := query.get("MetricStat"):
        metric = {**stat["Metric"], "Dimensions": listed(by_name(stat["Metric"].get("Dimensions")))}
        found["MetricStat"] = {**stat, "Metric": metric}
    return found


def listed(dimensions: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Dimensions as CloudWatch takes them."""
    return [{"Name": name, "Value": value} for name, value in sorted((dimensions or {}).items())]


def by_name(dimensions: Any) -> dict[str, Any]:
    """Dimensions by name, in a plan's spelling or in CloudWatch's."""
    if isinstance(dimensions, Mapping):
        return dict(dimensions)
    return {dimension["Name"]: dimension["Value"] for dimension in dimensions or ()}
