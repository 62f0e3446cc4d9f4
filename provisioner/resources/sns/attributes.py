"""SNS's attributes: flat names and texts, whatever they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from ... import norm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...value import Deferred

    Text: TypeAlias = str | Deferred

Protocol = Literal["Application", "Firehose", "HTTP", "Lambda", "SQS"]
_PROTOCOLS: tuple[Protocol, ...] = ("Application", "Firehose", "HTTP", "Lambda", "SQS")
_SUCCESS, _RATE, _FAILURE = "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn"


class DeliveryStatusLogging(NamedTuple):
    """Roles by which SNS logs what it delivered over a protocol, and what it could not; of 100 successes it logs the rate."""

    success_feedback_role_arn: Text = ""
    failure_feedback_role_arn: Text = ""
    success_feedback_sample_rate: int | None = None

    def spelt(self) -> dict[str, str]:
        """The logging in SNS's spelling."""
        roles: dict[str, Any] = {_SUCCESS: self.success_feedback_role_arn, _FAILURE: self.failure_feedback_role_arn}
        rate = self.success_feedback_sample_rate
        return roles if rate is None else {**roles, _RATE: str(rate)}


def spelt(document: Mapping[str, Any] | None) -> str | None:
    """A JSON document as SNS takes it; an empty one is a wish for none, None is not managed."""
    if document is None:
        return None
    return norm.compact(document) if document else ""


def logging_by_protocol(logging: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The logging of all protocols that have any, in SNS's spelling."""
    found = {protocol: one.spelt() if hasattr(one, "spelt") else dict(one) for protocol, one in logging.items()}
    return {protocol: one for protocol, one in found.items() if one.get(_SUCCESS) or one.get(_FAILURE)}


def same_logging(wanted: Mapping[str, Mapping[str, str]], have: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether all protocols log as wanted, and no other does. A sample rate that the plan does not say is SNS's."""
    return wanted.keys() == have.keys() and norm.within(wanted, have)


def logging_shown(attributes: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The logging that a topic's attributes show, by protocol."""
    return {
        protocol: {
            name: attributes[f"{protocol}{name}"] for name in (_SUCCESS, _RATE, _FAILURE) if f"{protocol}{name}" in attributes
        }
        for protocol in _PROTOCOLS
        if any(attributes.get(f"{protocol}{name}") for name in (_SUCCESS, _FAILURE))
    }


def changes(shown: Mapping[str, Any] | None, wanted: Mapping[Any, Any]) -> dict[str, str]:
    """The attributes to set, so that what is shown becomes what is wanted; an empty role is none."""
    before, after = logging_by_protocol(shown or {}), logging_by_protocol(wanted)
    none = {_SUCCESS: "", _FAILURE: ""}
    return {
        f"{protocol}{name}": value
        for protocol in _PROTOCOLS
        for name, value in (none | after.get(protocol, {})).items()
        if value != before.get(protocol, {}).get(name, "")
    }
