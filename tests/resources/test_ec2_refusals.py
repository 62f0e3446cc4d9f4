"""What EC2 refuses in an answer that says 200."""

from __future__ import annotations

import pytest

from provisioner.aws.retry import Meaning
from provisioner.errors import CallFailed
from provisioner.resources.ec2.refusals import succeeded


@pytest.mark.parametrize(
    ("operation", "code", "meaning"),
    [
        ("DeleteFlowLogs", "InternalError", Meaning.LOST),
        ("CreateFlowLogs", "ServiceUnavailable", Meaning.LOST),
        ("CreateFlowLogs", "InvalidParameter", Meaning.FINAL),
        ("CreateFlowLogs", "InvalidVpcId.NotFound", Meaning.GONE),
    ],
)
def test_a_part_that_was_not_done_is_an_error(operation: str, code: str, meaning: Meaning) -> None:
    with pytest.raises(CallFailed) as caught:
        succeeded(operation, _answer(code))
    assert (caught.value.code, caught.value.meaning) == (code, meaning)


def test_what_a_removal_does_not_find_is_gone() -> None:
    succeeded("DeleteFlowLogs", _answer("InvalidFlowLogId.NotFound"))


def _answer(code: str) -> dict[str, object]:
    error = {"Code": code, "Message": "no"}
    request = {"RequestId": "r", "HTTPStatusCode": 200}
    return {"Unsuccessful": [{"ResourceId": "fl-1", "Error": error}], "ResponseMetadata": request}
