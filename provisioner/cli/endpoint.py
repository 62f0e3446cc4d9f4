"""Which AWS an environment lives on: the real one, or the embedded one, at an address of this machine only."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botocore.exceptions import ProfileNotFound

from ..aws.account import guard, who_am_i
from ..aws.client import Connection
from ..aws.rates import Limiter
from ..embedded import process
from ..embedded.conduct import Conduct
from ..engine.clock import Clock
from ..errors import CallFailed, EmbeddedError, NoCredentials, Refused, SettingsError

if TYPE_CHECKING:
    from ..settings import Settings
    from ..views.screen import Screen
    from .options import Target

STATE = Path(".provisioner")
"""What this machine keeps, in the current folder: where the embedded AWS listens, and the history of runs."""

EMBEDDED_SPEED = 20.0
"""An AWS that takes no time of its own is asked again so much sooner."""


@dataclass(frozen=True)
class Reached:
    """An AWS that has said which account it is."""

    connection: Connection
    account_id: str
    region: str
    where: str
    speed: float


def reach(settings: Settings, target: Target, user_agent: str, screen: Screen) -> Reached:
    """The AWS of an environment. Raises a `Refused` where it is not the one that is meant; nothing else was asked by then."""
    return _embedded(settings, target, user_agent, screen) if settings.embedded else _real(settings, target, user_agent)


def _real(settings: Settings, target: Target, user_agent: str) -> Reached:
    region = settings.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    clock = Clock()
    limiter = Limiter(clock.now, clock.sleep)
    try:
        connection = Connection(
            region=region, profile=target.profile, user_agent=user_agent, parallelism=target.parallelism, limiter=limiter
        )
        if connection.region is None:
            raise SettingsError(["region: is missing (set it in the environment's file, with --region, or in AWS_REGION)"])
        account_id = who_am_i(connection, connection.region)
    except ProfileNotFound as error:
        raise NoCredentials(f"{error}: name one of `aws configure list-profiles` with --profile or AWS_PROFILE") from error
    assert settings.account_id is not None
    guard(account_id, settings.account_id, settings.environment)
    return Reached(connection, account_id, connection.region, f"account {account_id} · {connection.region}", 1.0)


def _embedded(settings: Settings, target: Target, user_agent: str, screen: Screen) -> Reached:
    region = settings.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    given = os.environ.get("AWS_ENDPOINT_URL")
    url = on_this_machine(given) if given else _started(settings, screen)
    connection = Connection(
        region=region, endpoint_url=url, made_up_credentials=True, user_agent=user_agent, parallelism=target.parallelism
    )
    try:
        account_id = who_am_i(connection, region)
    except (NoCredentials, CallFailed) as error:
        raise EmbeddedError(f"nothing that is like AWS answers at {url}: {error.__cause__ or error}") from error
    # Not faster than the AWS that it waits for, or its patience would end too soon.
    speed = max(1.0, min(EMBEDDED_SPEED, 60_000 / settings.embedded_minute_ms))
    return Reached(connection, account_id, region, f"embedded AWS at {url} · {region}", speed)


def _started(settings: Settings, screen: Screen) -> str:
    if running := process.find(STATE):
        return running.url
    conduct = Conduct(settings.embedded_level, settings.embedded_minute_ms)
    return start(settings.embedded_idle_minutes, screen, conduct).url


def on_this_machine(url: str) -> str:
    """The address, if it is on the loopback interface: an embedded environment is to reach no other machine, ever."""
    try:
        host = urlsplit(url).hostname if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        host = None
    if host is None:
        raise Refused(f"AWS_ENDPOINT_URL={url} is not the address of a server: write it like http://127.0.0.1:4566")
    if not _is_loopback(host):
        raise Refused(
            f"AWS_ENDPOINT_URL={url} is not on this machine, and an environment without account_id is embedded: it uses "
            f"127.0.0.0/8, ::1 or localhost only. Nothing was called. Unset the variable, or set account_id for a real account."
        )
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def start(idle_minutes: float, screen: Screen, conduct: Conduct | None = None, port: int = 0) -> process.Running:
    """The embedded AWS of this folder, found or started (`lifelike`); without a `conduct`, one that is found may be any."""
    try:
        before = process.find(STATE)
        starting = conduct or (None if before else Conduct("lifelike"))
        running = process.start(STATE, idle_minutes=idle_minutes, port=port, conduct=starting)
    except process.NotStarted as error:
        raise EmbeddedError(str(error)) from error
    if before and before.pid == running.pid:
        return running
    screen.say(f"Started an embedded AWS at {running.url}, empty; it ends after {idle_minutes:g} minutes without a call.")
    if starting and starting.seed is not None:
        screen.say(f"What goes wrong in it is drawn with the seed {starting.seed}: --seed {starting.seed} draws it again.")
    return running
