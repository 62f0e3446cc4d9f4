"""Another hand in the account, with plain boto3."""

from __future__ import annotations

import random
from typing import Any

from ..world.reading import REGION, Reader


class NothingThere(Exception):
    """The account has nothing that this could be done to."""


class Hand:
    """Takes things by chance, and the same ones again by the same seed."""

    def __init__(self, seed: int) -> None:
        self._reader, self._random = Reader(REGION), random.Random(seed)

    def client(self, service: str) -> Any:
        """boto3's."""
        return self._reader.client(service)

    def all(self, service: str, operation: str, path: str, **parameters: Any) -> list[Any]:
        """What all pages have under a JMESPath."""
        return self._reader.all(service, operation, path, **parameters)

    def take(self, service: str, operation: str, path: str, **parameters: Any) -> Any:
        """One of them. Raises `NothingThere`."""
        return self.one_of(self.all(service, operation, path, **parameters))

    def one_of(self, found: list[Any]) -> Any:
        """One of these. Raises `NothingThere`."""
        if not found:
            raise NothingThere
        return self._random.choice(sorted(found, key=str))
