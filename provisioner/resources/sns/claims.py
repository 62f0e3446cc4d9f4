"""Which subscriptions of a topic are the plan's: those that it claimed by a tag on the topic."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from ...errors import PlanError
from ...resource import as_tags

if TYPE_CHECKING:
    from ...resource import Live

_KEY = "provisioner:subscription:"
_LONGEST = 256


class Claim(NamedTuple):
    """What a tag on a topic claims. The key tells claims apart, and the value says in clear what is claimed.

    AWS: a tag's value has at most 256 letters, digits, spaces and `_.:/=+-@`; what else stands in an endpoint is `=` and its
    code.
    """

    protocol: str
    endpoint: str

    def __str__(self) -> str:
        return f"{self.protocol} {self.endpoint}"

    @property
    def key(self) -> str:
        return f"{_KEY}{sha256(str(self).encode()).hexdigest()[:16]}"

    @property
    def value(self) -> str:
        return quote(str(self), safe=" :/+@").replace("~", "%7E").replace("%", "=")

    def must_fit(self, step: str) -> None:
        """Raises `PlanError` where a tag has no room for it."""
        if len(self.value) > _LONGEST:
            raise PlanError(
                f"{step}: a tag of the topic is to say that the plan has this endpoint, and has room for {_LONGEST} "
                f"characters, where this takes {len(self.value)}: choose a shorter endpoint"
            )


def claims_on(topic: Live) -> list[Claim]:
    """The claims among a topic's tags. A tag whose key and value do not agree is none of ours."""
    claims = [(key, _said(value)) for key, value in as_tags(topic["Tags"]).items() if key.startswith(_KEY)]
    return [claim for key, claim in claims if claim.key == key]


def _said(value: str) -> Claim:
    protocol, _, endpoint = unquote(value.replace("=", "%")).partition(" ")
    return Claim(protocol, endpoint)
