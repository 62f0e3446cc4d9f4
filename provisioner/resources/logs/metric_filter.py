"""A metric made of what is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from ... import norm
from ...errors import PlanError
from ...resource import Id, Name, Resource, Value, attr
from .groups import inside, marked, put, refuse_foreign

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from types_boto3_logs.literals import StandardUnitType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ...value import Deferred
    from .log_group import LogGroup

    Text: TypeAlias = str | Deferred


class MetricTransformation(NamedTuple):
    """What an event that fits counts for: a number, or a field of the event (`$.latency`); and what is given while none fits.

    Dimensions are fields of the event (`{"Method": "$.method"}`), three at most; with them there is no default.
    """

    metric_name: Text
    metric_namespace: Text
    metric_value: str = "1"
    default_value: float | None = None
    unit: StandardUnitType | None = None
    dimensions: Mapping[str, str] | None = None

    def spelt(self) -> dict[str, Any]:
        """The transformation in Logs' spelling."""
        return {
            "metricName": self.metric_name,
            "metricNamespace": self.metric_namespace,
            "metricValue": self.metric_value,
            "defaultValue": self.default_value,
            "unit": self.unit,
            "dimensions": self.dimensions,
        }


def _shown(transformations: Sequence[Any]) -> list[dict[str, Any]]:
    """Transformations in Logs' spelling; what it shows is in that spelling already. What has no unit has the unit None."""
    listed = [one.spelt() if hasattr(one, "spelt") else {"unit": "None", **one} for one in transformations]
    return [{name: value for name, value in one.items() if value is not None} for one in listed]


class MetricFilter(Resource):
    """What of one log group's events counts for a metric: those that fit `filter_pattern`, by exactly one transformation.

    AWS: Logs PutMetricFilter, which replaces a filter whole. A filter takes no tags: it is known by its name, inside a group of
    the plan. Logs takes the changes of one group's filters one after the other only. A group has up to 100.
    """

    log_group: Id[LogGroup] = attr("logGroupName", replace=True)
    filter_pattern: str = attr("filterPattern")
    metric_transformations: Sequence[MetricTransformation] = attr("metricTransformations", norm=_shown, same=norm.within)
    apply_on_transformed_logs: bool = attr("applyOnTransformedLogs", default=False)
    field_selection_criteria: Value[str | None] = attr("fieldSelectionCriteria", default=None)
    emit_system_field_dimensions: Sequence[Literal["@aws.account", "@aws.region"]] | None = attr(
        "emitSystemFieldDimensions", default=None, norm=norm.unordered
    )

    id = Name("filterName", longest=512)
    mark = "Mark"

    def __post_init__(self) -> None:
        if len(self.metric_transformations) != 1:
            raise PlanError(f"{self.key}: Logs takes exactly one of metric_transformations")
        if any(one.dimensions and one.default_value is not None for one in self.metric_transformations):
            raise PlanError(f"{self.key}: a metric with dimensions has no default_value")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        pages = aws.logs.get_paginator("describe_metric_filters").paginate()
        return inside(aws, cls, (found for page in pages for found in page["metricFilters"]))

    def create(self, aws: Aws) -> Live | None:
        refuse_foreign(aws, self, self.log_group)
        new: Any = {"logGroupName": self.log_group, "filterName": aws.named(self), **self._whole({})}
        aws.logs.put_metric_filter(**new)
        return marked(aws, type(self), new)

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        aws.logs.put_metric_filter(logGroupName=live["logGroupName"], filterName=live["filterName"], **self._whole(live))

    def _whole(self, live: Live) -> dict[str, Any]:
        wanted = {
            "filterPattern": self.filter_pattern,
            "applyOnTransformedLogs": self.apply_on_transformed_logs,
            "fieldSelectionCriteria": self.field_selection_criteria,
            "emitSystemFieldDimensions": self.emit_system_field_dimensions and list(self.emit_system_field_dimensions),
        }
        [metric], [shown] = self.metric_transformations, live.get("metricTransformations", [{}])
        # The two exclude each other, also where one of them is somebody else's.
        one: Any = {"defaultValue": ""} if metric.dimensions else {"dimensions": {}} if metric.default_value is not None else {}
        return {**put(live, wanted), "metricTransformations": [put(shown, {**metric.spelt(), **one})]}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.logs.delete_metric_filter(logGroupName=live["logGroupName"], filterName=live["filterName"])
