"""The whole platform, brought up once for all tests that only look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from plans.financial_platform import Settings, build
from provisioner.aws.account import Aws
from provisioner.aws.client import Connection
from provisioner.aws.ownership import Ownership
from provisioner.engine.clock import Clock
from provisioner.engine.options import Options
from provisioner.engine.run import Run
from provisioner.resource import as_tags
from provisioner.resources import every_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.embedded.server import Running
    from provisioner.engine.preview import Preview
    from provisioner.engine.run import Result

REGION, ACCOUNT = "us-east-1", "123456789012"


class Platform:
    """Runs of the platform in one environment, against one embedded AWS."""

    def __init__(self, server: Running, environment: str = "test") -> None:
        self.server, self.environment = server, environment
        self._connection = Connection(region=REGION, endpoint_url=server.url, made_up_credentials=True)

    def client(self, service: str, region: str = REGION) -> Any:
        """A plain client of boto3's."""
        return _client(self.server.url, service, region)

    def close(self) -> None:
        """Ends its connections."""
        self._connection.close()

    def run(self, profile: str, options: Options | None = None, **settings: Any) -> Run:
        """A run of the plan with these settings, on a clock that hurries."""
        plan = build(Settings(environment=self.environment, profile=profile, **settings))  # type: ignore[arg-type]
        ownership = Ownership(plan.name, self.environment, ACCOUNT, plan.prefix, plan.tags)
        region = settings.get("region", REGION)
        return Run(
            plan,
            Aws(self._connection, ownership, region),
            types=every_type(),
            clock=Clock(60.0),
            parallelism=16,
            durations={},
            options=options or Options(),
        )

    def up(self, profile: str, options: Options | None = None, **settings: Any) -> Preview:
        """`up` that must succeed; what its preview said."""
        going = self.run(profile, options, **settings)
        preview = going.preview()
        assert errors(going.up(preview)) == {}
        return preview

    def preview(self, profile: str, **settings: Any) -> Preview:
        """What `up` would do."""
        return self.run(profile, **settings).preview()

    def teardown(self, profile: str, **settings: Any) -> Result:
        """`teardown` that must succeed and leave nothing."""
        going = self.run(profile, Options(lift_protection=True), **settings)
        result = going.teardown(going.preview_teardown())
        assert errors(result) == {}
        assert result.remaining == ()
        return result


def errors(result: Result) -> dict[str, str]:
    """What did not end well, by step."""
    return {key: str(one.error or one.needs) for key, one in result.outcomes.items() if one.outcome not in ("done", "none")}


@dataclass(frozen=True)
class Shown:
    """What stands in the account after an `up`, as any AWS tool sees it; its plan, and the call record of the `up`."""

    server: Running
    run: Run
    environment: str
    vpc: str = ""
    """The id of its VPC, which no other world has."""

    def client(self, service: str, region: str = REGION) -> Any:
        """A plain client of boto3's."""
        return _client(self.server.url, service, region)

    def pages(self, service: str, operation: str, key: str, region: str = REGION, **parameters: Any) -> list[Any]:
        """Everything that a paginated operation lists under a key."""
        pages = self.client(service, region).get_paginator(operation).paginate(**parameters)
        return [one for page in pages for one in page.get(key, ())]

    def named(self, resource: str) -> str:
        """A resource's name by the platform's convention."""
        return f"financial-{resource}-{self.environment}"

    @cached_property
    def live(self) -> dict[str, Any]:
        """The documents of all steps, by their keys."""
        return {action.step: action.live for action in self.run.preview().actions}


_clients: dict[tuple[str, str, str], Any] = {}


def _client(url: str, service: str, region: str) -> Any:
    if (url, service, region) not in _clients:
        made_up = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
        make: Any = boto3.client
        _clients[url, service, region] = make(service, endpoint_url=url, region_name=region, **made_up)
    return _clients[url, service, region]


def tags(document: Any) -> dict[str, str]:
    """A document's tags as a mapping."""
    return as_tags(document.get("Tags") or document.get("TagList") or document.get("tags"))


_up: dict[str, Shown] = {}


def _standing(server: Running, profile: str) -> Shown:
    """The platform in a profile, brought up only where this very one does not stand any more: others use the account, too."""
    shown = _up.get(profile)
    vpcs = {vpc["VpcId"] for vpc in _client(server.url, "ec2", REGION).describe_vpcs()["Vpcs"]}
    if shown is None or shown.vpc not in vpcs:
        server.reset()
        platform = Platform(server, environment=profile)
        platform.up(profile)
        assert list(server.violations) == []
        run = platform.run(profile)
        shown = _up[profile] = Shown(server, run, profile, run.outputs()["vpc_id"])
    return shown


@pytest.fixture
def prod(embedded_server: Running) -> Shown:
    """The platform as `prod` wants it. Only to be looked at."""
    return _standing(embedded_server, "prod")


@pytest.fixture
def local(embedded_server: Running) -> Shown:
    """The platform as `local` wants it. Only to be looked at."""
    return _standing(embedded_server, "local")


@pytest.fixture
def platform(embedded: Running) -> Iterator[Platform]:
    """An empty account, and runs of the platform in it."""
    found = Platform(embedded)
    yield found
    found.close()
