"""The log's form, and that it follows its file when that is moved away."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from plans.financial_platform.app.failure import described
from plans.financial_platform.app.log import log, log_to

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_was_moved_away_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "moved.log"
    log_to(path)
    log(logging.INFO, "before")
    path.rename(tmp_path / "moved.log.1")
    log(logging.INFO, "after", status=200)
    assert [json.loads(line)["message"] for line in (tmp_path / "moved.log.1").read_text().splitlines()] == ["before"]
    [line] = [json.loads(line) for line in path.read_text().splitlines()]
    assert (line["level"], line["message"], line["status"]) == ("info", "after", 200)


def test_without_a_file_it_goes_to_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    log_to(None)
    log(logging.ERROR, "two\nlines")
    log(logging.DEBUG, "not of interest")
    [line] = capfd.readouterr().out.splitlines()
    assert json.loads(line)["message"] == "two\nlines"


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ValueError("tok3n"), "ValueError"),
        (OSError(2, "tok3n"), "FileNotFoundError 2"),
        (ClientError({"Error": {"Code": "Denied", "Message": "tok3n"}}, "GetSecretValue"), "ClientError Denied"),
    ],
)
def test_an_error_is_described_without_its_message(error: Exception, shown: str) -> None:
    with pytest.raises(type(error)) as caught:
        raise error
    assert described(caught.value).startswith(f"{shown} at test_log.py:")
