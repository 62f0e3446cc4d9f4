"""No secret of the platform is anywhere but in AWS and in memory: not in what is printed, logged, kept, saved or refused.

One life of the platform through the real command line, with AWS and ourselves failing in words that repeat what was sent.
"""

from __future__ import annotations

import html
import json
import logging
import signal
import subprocess
import tempfile
import urllib.request
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pytest

from provisioner.cli.main import main
from provisioner.embedded.call import Behaviour, Call, Refused
from provisioner.engine.run import Run
from tests.cli.conftest import started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.embedded.server import Running

    from .conftest import Platform

DATABASE, HEADER = "financial-database-local", "financial-origin-header-local"


def spellings(value: str) -> set[str]:
    """A value as it stands in text, in URLs, in JSON, in XML and in base64."""
    encoded = value.encode()
    return {
        *(value, repr(value)[1:-1], json.dumps(value)[1:-1], html.escape(value)),
        *(quote(value), quote(value, safe=""), quote_plus(value)),
        *(b64encode(encoded).decode(), urlsafe_b64encode(encoded).decode()),
    }


class Repeating(Behaviour):
    """An AWS that refuses operations with words that repeat what was sent, spelt in every way."""

    def __init__(self) -> None:
        self.operations: set[str] = set()
        self.heard: list[Call] = []

    def before(self, call: Call) -> None:
        if call.operation in self.operations:
            self.heard.append(call)
            words = {spelt for leaf in leaves(call.parameters) for spelt in spellings(leaf)}
            sent = json.dumps(call.parameters, default=str)
            raise Refused("ValidationError", " ".join(["not this:", sent, quote(sent), *sorted(words)]))


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from leaves(one)
    elif isinstance(value, str):
        yield value


class Life:
    """The platform's life on the command line, in one folder, and all that was seen of it."""

    def __init__(self, server: Running, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.server, self.folder, self._capture = server, folder, capture
        self.seen: dict[str, str] = {}
        self.repeating = Repeating()

    def run(self, *arguments: str, code: int = 0, refusing: tuple[str, ...] = ()) -> str:
        """A command in this process."""
        self.repeating.operations = set(refusing)
        self._capture.readouterr()
        ended = main(arguments)
        captured = self._capture.readouterr()
        name = f"{len(self.seen)}. {' '.join(arguments)}"
        self.seen[name] = f"{captured.out}\n{captured.err}"
        assert ended == code, f"{name} ended with {ended}: {captured.err[-6000:]}"
        assert set(refusing) <= {call.operation for call in self.repeating.heard}
        return captured.out

    def run_apart(self, *arguments: str) -> None:
        """A command in a process of its own, watched from outside as any other user of the machine could."""
        self.repeating.operations = set()
        process = started(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        lines: set[str] = set()
        done = Event()
        watch = Thread(target=_watch, args=(process.pid, lines, done), daemon=True)
        watch.start()
        out, err = process.communicate(timeout=120)
        done.set()
        watch.join()
        assert process.returncode == 0, err.decode()[-3000:]
        assert any(arguments[0] in line for line in lines)
        self.seen[f"{len(self.seen)}. {' '.join(arguments)}, apart"] = out.decode() + err.decode()
        self.seen["process arguments and environments"] = "\n".join(sorted(lines))

    def files(self) -> dict[str, str]:
        """Everything that was written, by its path, which counts as well."""
        found = [path for path in self.folder.rglob("*") if path.is_file()]
        return {str(path): f"{path}\n{path.read_bytes().decode(errors='replace')}" for path in found}


def _watch(process: int, lines: set[str], done: Event) -> None:
    while not done.wait(0.03):
        for pid in (process, *_children(process)):
            for what in ("cmdline", "environ"):
                try:
                    lines.add(Path(f"/proc/{pid}/{what}").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue


def _children(process: int) -> list[int]:
    """The processes below one; all that ends meanwhile is none any more."""
    try:
        found = [int(pid) for path in Path(f"/proc/{process}/task").glob("*/children") for pid in path.read_text().split()]
    except OSError:
        return []
    return found + [below for child in found for below in _children(child)]


@pytest.fixture
def life(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Life]:
    folder, temporary = tmp_path / "work", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", platform.server.url)
    before = signal.getsignal(signal.SIGTERM)
    found = Life(platform.server, tmp_path, capfd)
    platform.server.behaviours.insert(0, found.repeating)
    yield found
    platform.server.behaviours.remove(found.repeating)
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def values(platform: Platform) -> Any:
    """Reads all secret values that there are by now."""
    client = platform.client("secretsmanager")

    def read() -> dict[str, str]:
        database, header = (client.get_secret_value(SecretId=name)["SecretString"] for name in (DATABASE, HEADER))
        return {"the password": json.loads(database)["password"], "the origin's word": header}

    return read


def test_the_secrets_of_the_platform_are_nowhere(
    life: Life, values: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = _brought_up(life, values)
    _looked_at(life)
    secret |= _moved(life, platform, values)
    _broken(life, monkeypatch, secret["the password"])
    document = json.loads(life.run("teardown", "--yes", "--output", "json", "--log-level", "debug"))
    assert (document["ok"], document["remaining"]) == (True, [])

    places = {**life.seen, **life.files(), **_record(life.server)}
    journals = [name for name in places if name.endswith(".jsonl")]
    assert len(journals) >= 4
    assert {Path(name).name for name in places} >= {"first.json", "moved.json"}
    assert sorted(len(value) for value in secret.values()) == [32, 32, 32, 64, 64, 64]
    leaks = {
        (what, place, spelt == value)
        for what, value in secret.items()
        for spelt in spellings(value)
        for place, text in places.items()
        if spelt in text
    }
    assert leaks == set()
    assert not logging.getLogger("botocore").isEnabledFor(logging.DEBUG)


def _brought_up(life: Life, values: Any) -> dict[str, str]:
    """`up`, refused at each call that carries a secret, and gone on with until all is there."""
    life.run("plan", "--save", "first.json", "--output", "markdown")
    both = ("--only", "Secret/database", "--only", "Secret/origin-header")
    life.run("up", "--yes", *both, "--log-level", "debug", code=1, refusing=("CreateSecret",))
    refused = [call.parameters["SecretString"] for call in life.repeating.heard]
    carrying = ("CreateDBCluster", "CreateDistributionWithTags", "CreateRule")
    life.run("up", "--yes", "--log-format", "json", "--log-level", "debug", code=1, refusing=carrying)
    life.run("up", "--yes", "--output", "json", "--log-level", "debug", code=1, refusing=("PutSecretValue",))
    life.run_apart("up", "--yes", "--log-level", "debug")
    found: dict[str, str] = values()
    # What was refused did carry them, so the words of the refusals held them.
    sent = {leaf for call in life.repeating.heard for leaf in leaves(call.parameters)}
    assert all(any(value in leaf for leaf in sent) for value in found.values())
    never_used = [json.loads(one)["password"] if one.startswith("{") else one for one in refused]
    return {**found, **{f"one of the first values, which was refused ({len(one)})": one for one in never_used}}


def _looked_at(life: Life) -> None:
    for command in (
        ("status", "--log-level", "debug"),
        ("status", "--output", "json"),
        ("outputs",),
        ("outputs", "--output", "json", "--log-format", "json", "--log-level", "debug"),
    ):
        life.run(*command)


def _moved(life: Life, platform: Platform, values: Any) -> dict[str, str]:
    """Another hand rotates the password and the origin's word; `plan` shows, and `up` brings, what follows."""
    client = platform.client("secretsmanager")
    current = json.loads(client.get_secret_value(SecretId=DATABASE)["SecretString"])
    rotated = client.get_random_password(PasswordLength=32, ExcludeCharacters="'\"/\\@ `")["RandomPassword"]
    client.put_secret_value(SecretId=DATABASE, SecretString=json.dumps({**current, "password": rotated}))
    word = client.get_random_password(PasswordLength=64, ExcludePunctuation=True)["RandomPassword"]
    client.put_secret_value(SecretId=HEADER, SecretString=word)
    life.run("plan", "--save", "moved.json", "--log-level", "debug")
    document = json.loads(life.run("plan", "--output", "json", "--log-format", "json", "--log-level", "debug"))
    assert document["summary"]["update"] == 2, document["summary"]
    life.run("plan", "--output", "markdown")
    life.run("up", "--saved", "moved.json", "--log-level", "debug")
    assert values() == {"the password": rotated, "the origin's word": word}
    return {"the rotated password": rotated, "the other word": word}


def _broken(life: Life, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    """A bug of ours, whose words hold a secret; its traceback is printed."""

    def fail(*_: Any) -> None:
        raise ValueError(" ".join(["not this:", *sorted(spellings(password))]))

    with monkeypatch.context() as patched:
        patched.setattr(Run, "outputs", fail)
        for form in ("console", "json"):
            life.run("outputs", "--log-level", "debug", "--log-format", form, code=255)


def _record(server: Running) -> dict[str, str]:
    """What the embedded AWS remembers of the calls, as it serves it."""
    found = {}
    for what in ("calls", "violations", "status"):
        with urllib.request.urlopen(f"{server.url}/provisioner/{what}", timeout=10) as answer:
            found[f"the embedded AWS's {what}"] = answer.read().decode()
    assert "MasterUserPassword" in found["the embedded AWS's calls"]
    return found
