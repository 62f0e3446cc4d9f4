"""The zip of a function: the same bytes on every machine and at every time, so that only another content is a change."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from ...errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_NOISE = ("__pycache__", "*.pyc", ".*", "*.dist-info", "*.egg-info")
_COMPILED = (".so", ".pyd", ".dll", ".dylib")
# The first moment that a zip can tell.
_ALWAYS = (1980, 1, 1, 0, 0, 0)


def zipped(
    folder: str | Path,
    packages: Sequence[str] = (),
    exclude: Sequence[str] = (),
    *,
    under: str = "",
    beside: Sequence[Path] = (),
) -> bytes:
    """A zip of a folder's files and of installed distributions that are Python alone (`pymysql`).

    `exclude` are patterns for files or folders, by name or by path within the folder. The folder's files stand `under` a path
    in the zip (at its root), the files `beside` it at the root. Raises `PlanError` where the folder has no files, or a
    distribution is not installed, is compiled for this machine, or needs another one that is not named.
    """
    root = Path(folder)
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    contents = {f"{under}{name}": path for name, path in found.items() if not _is_excluded(name, (*_NOISE, *exclude))}
    if not contents:
        raise PlanError(f"{root} has no files to zip")
    contents.update({path.name: path for path in beside})
    for package in packages:
        files = _files(package, packages)
        if doubles := sorted(files.keys() & contents.keys()):
            raise PlanError(f"{package} has {doubles[0]}, and so has what was put into the zip before it")
        contents.update(files)
    return _written(contents)


def _is_excluded(name: str, patterns: Iterable[str]) -> bool:
    path = Path(name)
    return any(fnmatchcase(one, pattern) for pattern in patterns for one in (*path.parts, name, *_folders(path)))


def _folders(path: Path) -> list[str]:
    return [folder.as_posix() for folder in path.parents if folder.parts]


def _files(package: str, packages: Sequence[str]) -> dict[str, Path]:
    try:
        found = distribution(package)
    except PackageNotFoundError as error:
        raise PlanError(f"{package} is not installed here, so it can not be put into a zip: pip install {package}") from error
    named = {_plain(name) for name in packages}
    if missing := sorted(_plain(name) for name in _needed(found) if _plain(name) not in named):
        raise PlanError(f"{package} needs {missing[0]}: name that, too")
    files = {file.as_posix(): Path(str(file.locate())) for file in found.files or ()}
    if compiled := sorted(name for name in files if name.endswith(_COMPILED) or ".so." in name):
        raise PlanError(f"{package} is compiled for this machine ({compiled[0]}), and may not run on Lambda's")
    # What stands outside of where it was installed are commands.
    kept = {name: path for name, path in files.items() if not name.startswith("../") and not _is_excluded(name, _NOISE)}
    if not kept:
        raise PlanError(f"{package} has no list of its files: install it again, not editable")
    return kept


def _needed(found: Distribution) -> list[str]:
    """The names of what a distribution always needs."""
    always = [needed for needed in found.requires or () if ";" not in needed]
    return [match[0] for needed in always if (match := re.match(r"[\w.-]+", needed))]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _written(contents: Mapping[str, Path]) -> bytes:
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_STORED) as target:
        for name in sorted(contents):
            entry = ZipInfo(name, _ALWAYS)
            # As on Unix, whatever this is; not compressed, since compressors differ.
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            target.writestr(entry, contents[name].read_bytes())
    return whole.getvalue()
