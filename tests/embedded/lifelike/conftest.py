"""The embedded AWS in which what was just made is not usable at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from botocore.exceptions import ClientError

from provisioner.embedded.lifelike import newcomers

from ..conftest import behaving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.embedded.server import Running

    from ..conftest import Connect


class MakeRole(Protocol):
    """Makes a role that a service may assume; its ARN."""

    def __call__(self, service: str, name: str = "role", *policies: str) -> str: ...


@pytest.fixture
def newly(server: Running) -> Iterator[None]:
    """Where the clock stands, each user's first look comes too early, and its second does not."""
    with behaving(server, *newcomers()):
        yield


@pytest.fixture
def make_role(connect: Connect, newly: None) -> MakeRole:
    def make(service: str, name: str = "role", *policies: str) -> str:
        trust = policy(allow("sts:AssumeRole", Principal={"Service": service}))
        made = connect("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        for one in policies:
            connect("iam").attach_role_policy(RoleName=name, PolicyArn=one)
        return str(made["Role"]["Arn"])

    return make


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str, resource: str | None = None, **more: Any) -> dict[str, Any]:
    about = {"Resource": resource} if resource else {}
    return {"Effect": "Allow", "Action": action, **about, **more}


def said(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """The code and the words of the error that a call must end in."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def refused_once(code: str, words: str, call: Callable[..., Any], **parameters: Any) -> Any:
    """The answer of a call whose first attempt comes too early."""
    told = said(call, **parameters)
    assert told[0] == code
    assert words in told[1]
    return call(**parameters)
