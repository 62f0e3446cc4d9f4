"""The log: one JSON object a line, made of words that the service chose. No body, header or message of an error gets in."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LOGGER = logging.getLogger("financial")
_LOGGER.propagate = False


def log(level: int, message: str, **fields: object) -> None:
    _LOGGER.log(level, message, extra={"fields": fields})


def log_to(path: Path | None) -> None:
    """Writes to a file, opened again whenever it was moved away by a rotation of logs; without one, to stdout."""
    handler = WatchedFileHandler(path, encoding="utf-8") if path else logging.StreamHandler(sys.stdout)
    handler.setFormatter(_JsonLine())
    for former in tuple(_LOGGER.handlers):
        _LOGGER.removeHandler(former)
        former.close()
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.INFO)


class _JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fields: dict[str, object] = getattr(record, "fields", {})
        return json.dumps({"time": time, "level": record.levelname.lower(), "message": record.getMessage(), **fields})
