"""Which events a trail records: what a plan writes, and how CloudTrail spells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from ... import norm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_cloudtrail.literals import InsightTypeType, ReadWriteTypeType, SourceEventCategoryType

    from ...value import Deferred

    Text: TypeAlias = str | Deferred
    Insights: TypeAlias = Mapping[InsightTypeType, Sequence[SourceEventCategoryType]]

Operator: TypeAlias = Literal["Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith"]


class EventSelector(NamedTuple):
    """Management events, and what happens to things named by their ARNs, or what those begin with, by type.

    The types are `AWS::S3::Object`, `AWS::Lambda::Function` and `AWS::DynamoDB::Table`; for others, and for anything but a
    beginning, there are advanced selectors.
    """

    read_write_type: ReadWriteTypeType = "All"
    include_management_events: bool = True
    data_resources: Mapping[str, Sequence[Text]] = {}
    exclude_management_event_sources: Sequence[str] = ()

    def spelt(self) -> dict[str, Any]:
        """The selector in CloudTrail's spelling."""
        return {
            "ReadWriteType": self.read_write_type,
            "IncludeManagementEvents": self.include_management_events,
            "DataResources": [{"Type": kind, "Values": list(arns)} for kind, arns in self.data_resources.items()],
            "ExcludeManagementEventSources": list(self.exclude_management_event_sources),
        }


class AdvancedEventSelector(NamedTuple):
    """Events of which every field is as said: `{"eventCategory": {"Equals": ["Data"]}, "resources.type": {"Equals": […]}}`."""

    name: str
    field_selectors: Mapping[str, Mapping[Operator, Sequence[Text]]]

    def spelt(self) -> dict[str, Any]:
        """The selector in CloudTrail's spelling."""
        fields = [
            {"Field": field, **{test: list(values) for test, values in tests.items()}}
            for field, tests in self.field_selectors.items()
        ]
        return {"Name": self.name, "FieldSelectors": fields}


def spelt(selectors: Iterable[Any]) -> list[Any]:
    """Selectors in CloudTrail's spelling; a mapping is in it already."""
    return [selector.spelt() if hasattr(selector, "spelt") else selector for selector in selectors]


def unordered(selectors: Iterable[Any]) -> Any:
    """Selectors without an order, nor one in their lists: it means nothing."""
    return _sorted([norm.said(selector) for selector in spelt(selectors)])


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(item) for key, item in sorted(value.items())}
    return sorted(map(_sorted, value), key=str) if isinstance(value, list) else value


def insights(value: Any) -> dict[str, list[str]]:
    """Insights by type, each with the kinds of events that it watches: management events, where AWS does not say."""
    if not isinstance(value, Mapping):
        value = {one["InsightType"]: one.get("EventCategories") or ["Management"] for one in value}
    return {kind: sorted(categories) for kind, categories in value.items()}
