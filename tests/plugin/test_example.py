"""The README's example of the plugin, run as its reader would run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def blocks() -> dict[str, str]:
    """The README's blocks of Python by the name of the file that their first line gives."""
    found = re.findall(r"```python\n# (\w+\.py)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return dict(found)


def test_the_example_passes_at_every_level(tmp_path: Path) -> None:
    written = blocks()
    assert set(written) == {"shop.py", "conftest.py", "test_shop.py"}
    for name, text in written.items():
        (tmp_path / name).write_text(text)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(tmp_path)]
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"^3 passed", ended.stdout, re.MULTILINE)
