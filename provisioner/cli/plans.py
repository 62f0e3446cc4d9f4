"""Finds a plan by the name of a module or the path of a file, and builds it; mistakes in it are shown with their line."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from .. import settings
from ..errors import PlanError, SettingsError
from ..plan import Plan


class NoEnvironment(SettingsError):
    """The plan has no environment of that name."""


@dataclass(frozen=True)
class Source:
    """Where a plan comes from: what builds it, the settings that it takes, and where its environments are."""

    name: str
    build: Callable[[Any], Plan]
    settings_class: type[settings.Settings]
    environments: Path

    def settings_file(self, environment: str, given: Path | None) -> Path | None:
        """The file of an environment's settings; None for `local` where the plan has none, since that one needs none."""
        if given is not None:
            return given
        path = self.environments / f"{environment}.toml"
        if path.is_file():
            return path
        known = sorted(file.stem for file in self.environments.glob("*.toml"))
        if environment == "local":
            return None
        there_are = f"there are {', '.join(known)}" if known else f"make {_near(path)}, or name a file with --settings"
        raise NoEnvironment([f"{self.name} has no environment {environment!r} ({there_are})"])


def find(name: str) -> Source:
    """The plan of that name. Raises `PlanError` where there is none, or where it can not be imported."""
    module, home = _from_file(Path(name)) if name.endswith(".py") or "/" in name else _from_module(name)
    settings_class = getattr(module, "Settings", settings.Settings)
    if not (isinstance(settings_class, type) and issubclass(settings_class, settings.Settings)):
        raise PlanError(f"{name}: Settings must derive from provisioner.settings.Settings")
    build = getattr(module, "build", None) or _of_plan(getattr(module, "plan", None))
    if build is None:
        raise PlanError(f"{name} is no plan: it must define `build(settings)`, which returns a Plan, or `plan = Plan(…)`")

    def guarded(given: settings.Settings) -> Plan:
        with _mistakes_of(name, home):
            plan = build(given)
        if not isinstance(plan, Plan):
            raise PlanError(f"{name}: build(settings) must return a Plan, not {type(plan).__name__}")
        return plan

    return Source(name, guarded, settings_class, home / "environments")


def _of_plan(plan: object) -> Callable[[settings.Settings], Plan] | None:
    return (lambda _: plan) if isinstance(plan, Plan) else None


def _from_module(name: str) -> tuple[ModuleType, Path]:
    # `python -m` looks in the current folder, the console script does not: a plan must be found by both.
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        found = None
    except ValueError:
        found = None
    if found is None or found.origin is None:
        raise PlanError(f"there is no plan {name!r}{_instead(name)}")
    home = Path(found.origin).parent
    with _mistakes_of(name, home):
        return importlib.import_module(name), home


def _instead(name: str) -> str:
    try:
        known = [f"plans.{module.name}" for module in pkgutil.iter_modules(importlib.import_module("plans").__path__)]
    except ModuleNotFoundError:
        return ": name a module, or the path of a .py file"
    near = get_close_matches(name, known, n=1, cutoff=0.7)
    return f" (did you mean {near[0]}?)" if near else f" (there are {', '.join(known)}; or the path of a .py file)"


def _from_file(path: Path) -> tuple[ModuleType, Path]:
    if path.is_dir():
        raise PlanError(f"{path} is a folder: name its module with dots, or a .py file in it")
    if not path.is_file():
        raise PlanError(f"there is no file {path}")
    home = path.resolve().parent
    # What stands beside the file can be imported, as for any script.
    sys.path.insert(0, str(home))
    spec = importlib.util.spec_from_file_location(f"provisioner_plan_{path.stem}", path.resolve())
    if spec is None or spec.loader is None:
        raise PlanError(f"{path} is not a Python file: its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    with _mistakes_of(str(path), home):
        spec.loader.exec_module(module)
    return module, home


@contextmanager
def _mistakes_of(name: str, home: Path) -> Iterator[None]:
    """Whatever a plan's own code raises, as a `PlanError` that says where."""
    try:
        yield
    except Exception as error:
        raise PlanError(_told(name, home, error)) from error


def _told(name: str, home: Path, error: Exception) -> str:
    what = str(error) if isinstance(error, PlanError) else f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_near(Path(error.filename))}, line {error.lineno}: {error.msg}\n    {(error.text or '').strip()}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(home)]
    if not frames:
        return f"{name}: {what}"
    where = frames[-1]
    return f"{_near(Path(where.filename))}, line {where.lineno}: {what}\n    {where.line}"


def _near(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
