"""Refusals that AWS does not answer as errors, as the errors that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ...aws.retry import CallKind, Meaning, explain, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...errors import CallFailed


_OWN_FAULTS = ("InternalError", "InternalFailure", "ServiceUnavailable", "Unavailable")


def succeeded(operation: str, answer: Mapping[str, Any]) -> None:
    """Raises the first refusal of a call on several resources, which answers 200 and lists them in `Unsuccessful`.

    What a removing call does not find is gone, as for calls on one resource.
    """
    for item in answer["Unsuccessful"]:
        # What is AWS's own fault passes, also where it stands in an answer with 200.
        status = 500 if item["Error"]["Code"] in _OWN_FAULTS else 400
        request = {**answer["ResponseMetadata"], "HTTPStatusCode": status}
        answered: Any = {"Error": item["Error"], "ResponseMetadata": request}
        said = ClientError(answered, operation)
        failed = explain("ec2", operation, said)
        if failed.meaning is not Meaning.GONE or kind_of(operation) is not CallKind.REMOVE:
            raise failed from said


def not_shown_yet(operation: str, what: str) -> CallFailed:
    """The error of a call that can not be made, because a list does not show what it is about: lists lag behind."""
    said = {"Code": "InvalidID.NotFound", "Message": f"AWS does not show {what} yet"}
    return explain("ec2", operation, ClientError({"Error": said}, operation))  # type: ignore[typeddict-item]
