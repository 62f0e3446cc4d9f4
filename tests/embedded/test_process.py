"""The embedded AWS as a background process: real processes, started, lost, found and stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded import process
from provisioner.embedded.conduct import Conduct

from .conftest import make_client

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose server, if a test started one, does not outlive the test."""
    yield tmp_path / "state"
    process.stop(tmp_path / "state")


def _status(url: str) -> Any:
    with urllib.request.urlopen(f"{url}/provisioner/status", timeout=10) as answer:
        return json.load(answer)


def _wait_until_gone(pid: int) -> None:
    """Ends when the process does; it is not our child, so the kernel is asked through a pidfd."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with os.fdopen(descriptor) as watched:
        import select

        assert select.select([watched], [], [], 20)[0], f"process {pid} still lives"


def test_it_starts_serves_is_found_and_stops(folder: Path) -> None:
    running = process.start(folder, idle_minutes=5)
    assert process.find(folder) == running
    assert process.start(folder, idle_minutes=5) == running
    sts = make_client("sts", running.url)
    assert sts.get_caller_identity()["Account"] == "123456789012"
    sts.close()
    status = _status(running.url)
    assert (status["calls"], status["level"]) == (1, "plain")
    assert os.getsid(running.pid) == running.pid
    assert (folder / "embedded.json").stat().st_mode & 0o077 == 0
    assert process.stop(folder) is True
    _wait_until_gone(running.pid)
    assert process.find(folder) is None
    assert process.stop(folder) is False
    assert not (folder / "embedded.json").exists()


def test_it_listens_on_the_loopback_interface_only(folder: Path) -> None:
    running = process.start(folder, idle_minutes=5)
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    wanted = f":{running.port:04X}"
    assert {row[1] for row in listening if row[1].endswith(wanted) and row[3] == "0A"} == {f"0100007F{wanted}"}


def test_starting_does_not_import_moto(folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from provisioner.embedded import process;"
        "process.start(Path(sys.argv[1]), idle_minutes=5); sys.exit('moto' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script, str(folder)], env=environment, check=True, timeout=60)
    assert process.find(folder) is not None, "it outlives the process that started it"


def test_a_killed_server_is_not_found_and_another_starts(folder: Path) -> None:
    first = process.start(folder, idle_minutes=5)
    os.kill(first.pid, signal.SIGKILL)
    _wait_until_gone(first.pid)
    assert (folder / "embedded.json").exists()
    assert process.find(folder) is None
    second = process.start(folder, idle_minutes=5)
    assert second.pid != first.pid
    assert process.find(folder) == second


def test_sigterm_ends_it_tidily(folder: Path) -> None:
    running = process.start(folder, idle_minutes=5)
    os.kill(running.pid, signal.SIGTERM)
    _wait_until_gone(running.pid)
    assert not (folder / "embedded.json").exists()


@pytest.mark.parametrize("change", [{"token": "another"}, {"pid": 2**22 + 1}, {"port": 1}])
def test_a_stale_state_file_is_not_trusted(folder: Path, change: dict[str, Any]) -> None:
    process.start(folder, idle_minutes=5)
    file = folder / "embedded.json"
    good = file.read_text()
    file.write_text(json.dumps({**json.loads(good), **change}))
    assert process.find(folder) is None
    file.write_text("{")
    assert process.find(folder) is None
    file.write_text(good)
    assert process.find(folder) is not None


def test_starts_at_the_same_time_end_in_one_server(folder: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        started = set(pool.map(lambda _: process.start(folder, idle_minutes=5), range(4)))
    assert len(started) == 1


def test_it_ends_by_itself_when_nobody_calls(folder: Path) -> None:
    running = process.start(folder, idle_minutes=0.01)
    _wait_until_gone(running.pid)
    assert process.find(folder) is None
    assert not (folder / "embedded.json").exists()


def test_a_taken_port_is_said(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(process.PortTaken, match=f"port {port} of 127.0.0.1 is taken") as caught:
            process.start(folder, idle_minutes=5, port=port)
        assert caught.value.port == port
    assert process.start(folder, idle_minutes=5, port=port).port == port
    with pytest.raises(process.NotStarted, match="already runs on port"):
        process.start(folder, idle_minutes=5, port=port + 1)


class _Unheard(Conduct):
    """One that asks for a fault that there is not."""

    def arguments(self) -> list[str]:
        return [*super().arguments(), "--fault", "odd *:*"]


def test_a_server_that_cannot_start_says_where_to_look(folder: Path) -> None:
    with pytest.raises(process.NotStarted, match=r"embedded\.log"):
        process.start(folder, idle_minutes=5, conduct=_Unheard("hostile"))
    assert "'odd *:*' is no rule" in (folder / "embedded.log").read_text()


def test_one_that_behaves_otherwise_is_not_taken_for_the_wanted_one(folder: Path) -> None:
    lifelike = Conduct("lifelike", minute_ms=20)
    running = process.start(folder, idle_minutes=5, conduct=lifelike)
    assert (running.level, running.minute_ms) == ("lifelike", 20)
    assert process.start(folder, idle_minutes=5, conduct=lifelike) == running
    assert process.start(folder, idle_minutes=5) == running
    with pytest.raises(process.NotStarted, match="already runs at level lifelike; stop it to have it at level hostile"):
        process.start(folder, idle_minutes=5, conduct=Conduct("hostile"))


def test_control_takes_posts_of_no_browser_only(folder: Path) -> None:
    running = process.start(folder, idle_minutes=5)
    for request in (
        urllib.request.Request(f"{running.url}/provisioner/stop"),
        urllib.request.Request(f"{running.url}/provisioner/stop", method="POST", headers={"Origin": "http://evil.example"}),
    ):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=10)
        caught.value.close()
        assert caught.value.code == 405
    assert process.find(folder) == running
