from __future__ import annotations

import os
from hashlib import sha256
from importlib.metadata import Distribution
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest

from provisioner.errors import PlanError
from provisioner.resources.lambda_.zip import zipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "rotation"
    for name, text in {"index.py": "import helpers", "helpers/__init__.py": "", "helpers/steps.py": "x = 1"}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def names(content: bytes) -> list[str]:
    return ZipFile(BytesIO(content)).namelist()


def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], **metadata: list[str]) -> None:
    """A distribution `driver` with these files, as if it were installed."""
    lines = [f"{key.replace('_', '-')}: {value}" for key, values in metadata.items() for value in values]
    record = "\n".join(f"{name},," for name in files)
    about = {"METADATA": "\n".join(["Metadata-Version: 2.1", "Name: driver", "Version: 1", *lines]), "RECORD": record}
    site = tmp_path / "site"
    for name, text in {**files, **{f"driver-1.dist-info/{name}": text for name, text in about.items()}}.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    monkeypatch.syspath_prepend(site)


def test_it_holds_the_folder_and_the_driver_and_no_noise(folder: Path) -> None:
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "index.cpython-311.pyc").write_bytes(b"x")
    (folder / ".DS_Store").write_bytes(b"x")
    found = names(zipped(folder, packages=("pymysql",)))
    assert {"index.py", "helpers/steps.py", "pymysql/__init__.py", "pymysql/constants/COMMAND.py"} <= set(found)
    assert [name for name in found if "__pycache__" in name or "dist-info" in name or name.startswith(".")] == []
    assert found == sorted(found)


def test_it_is_the_same_whatever_the_clock_and_the_rights(folder: Path, tmp_path: Path) -> None:
    first = zipped(folder, packages=("pymysql",))
    os.utime(folder / "index.py", (0, 0))
    (folder / "index.py").chmod(0o600)
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    for path in sorted(folder.rglob("*.py"), reverse=True):
        (copy / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
        (copy / path.relative_to(folder)).write_bytes(path.read_bytes())
    assert zipped(folder, packages=("pymysql",)) == first == zipped(str(copy), packages=("PyMySQL",))
    (folder / "index.py").write_text("other")
    assert zipped(folder, packages=("pymysql",)) != first


def test_its_bytes_are_these_on_every_machine(folder: Path) -> None:
    content = zipped(folder)
    entries = ZipFile(BytesIO(content)).infolist()
    assert {(entry.date_time, entry.external_attr >> 16, entry.create_system, entry.compress_type) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), 0o100644, 3, ZIP_STORED)
    }
    assert sha256(content).hexdigest() == "eb77ccaf23930a4b34fcde9dd1f2c8a1d9813105294f2247ff2d7cd4fc06c525"


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("*.md", ["helpers/__init__.py", "helpers/steps.py", "index.py"]),
        ("helpers", ["index.py"]),
        ("helpers/steps.py", ["helpers/__init__.py", "index.py"]),
    ],
)
def test_what_is_excluded_stays_out(folder: Path, pattern: str, left: list[str]) -> None:
    assert names(zipped(folder, exclude=(pattern,))) == left


@pytest.mark.parametrize("name", ["nothing", "rotation"])
def test_a_folder_without_files_is_a_wrong_plan(folder: Path, name: str) -> None:
    with pytest.raises(PlanError, match=r"has no files to zip"):
        zipped(folder.parent / name, exclude=("*",))


def test_a_distribution_that_is_not_installed_is_a_wrong_plan(folder: Path) -> None:
    with pytest.raises(PlanError, match=r"no-such-driver is not installed here.*pip install no-such-driver"):
        zipped(folder, packages=("no-such-driver",))


def test_compiled_code_is_a_wrong_plan(folder: Path) -> None:
    with pytest.raises(PlanError, match=r"cffi is compiled for this machine \(.*\.so\)"):
        zipped(folder, packages=("cffi", "pycparser"))


def test_what_a_distribution_needs_must_be_named(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = ["Py.MySQL >=1", "other; extra == 'more'"]
    installed(tmp_path, monkeypatch, {"driver.py": ""}, Requires_Dist=needed)
    with pytest.raises(PlanError, match="driver needs py-mysql: name that, too"):
        zipped(folder, packages=("driver",))


def test_commands_stay_out(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, {"driver.py": "", "../bin/driver": ""})
    assert names(zipped(folder, packages=("driver",))) == ["driver.py", "helpers/__init__.py", "helpers/steps.py", "index.py"]


def test_two_files_of_one_name_are_a_wrong_plan(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, {"index.py": ""})
    with pytest.raises(PlanError, match=r"driver has index\.py, and so has"):
        zipped(folder, packages=("driver",))


def test_a_distribution_that_does_not_know_its_files_is_a_wrong_plan(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without: Any = property(lambda _: None)
    monkeypatch.setattr(Distribution, "files", without)
    with pytest.raises(PlanError, match="pymysql has no list of its files"):
        zipped(folder, packages=("pymysql",))
