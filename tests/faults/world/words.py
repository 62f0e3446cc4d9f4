"""What is shown of an account, in words that are the same for another account that holds the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from provisioner.resource import as_tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .reading import Thing

STEP = "provisioner:step"

_BY_NATURE = frozenset(
    [
        *("AssociationId", "AvailabilityZoneId", "AvailableIpAddressCount", "CallerReference", "CarrierIp", "ETag"),
        *("DestinationPrefixListId", "DnsEntries", "LockToken", "MainRouteTableAssociationId", "NetworkAclAssociationId"),
        *("NetworkBorderGroup", "NetworkInterfaceIds", "NetworkInterfaceOwnerId", "NextToken", "PrivateIp"),
        *("PrivateIpAddress", "PublicIp", "PublicIpv4Pool", "ResponseMetadata", "RouteTableAssociationId", "VersionId"),
        *("MacAddress", "OwnerId", "RoleLastUsed", "AllocationTime", "storedBytes", "creationTime"),
    ]
)
"""What differs from one account to the next, or with what was only looked at."""

_IDS = re.compile(
    r"\b(?:eni|subnet|vpc|sg|sgr|acl|aclassoc|rtb|rtbassoc|igw|nat|eipalloc|eipassoc|vpce|fl|lt|i|vol|ami|pl)-[0-9a-f]{8,17}\b"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:?00)")


def told(things: Iterable[Thing]) -> list[tuple[str, Any]]:
    """Kind and document of each thing, in an order of their own."""
    known = list(things)
    names = {word: f"<{thing.kind} {_name(thing)}>" for thing in known for word in thing.called if word}
    # The longest first: an ARN holds the id of what it stands for.
    pattern = re.compile("|".join(re.escape(word) for word in sorted(names, key=len, reverse=True)) or "(?!)")
    words = _Words(names, pattern)
    return sorted(((thing.kind, words.of(thing.shown)) for thing in known), key=_text)


def _name(thing: Thing) -> str:
    if thing.name:
        return thing.name
    tags = thing.shown.get("Tags") or thing.shown.get("tags") or thing.shown.get("TagList")
    return as_tags(tags).get(STEP, "untagged")


class _Words:
    def __init__(self, names: Mapping[str, str], pattern: re.Pattern[str]) -> None:
        self._names, self._pattern = names, pattern

    def of(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {self._said(str(key)): self.of(item) for key, item in sorted(value.items()) if key not in _BY_NATURE}
        if isinstance(value, list | tuple):
            return sorted((self.of(item) for item in value), key=_text)
        if isinstance(value, datetime):
            return "<time>"
        if isinstance(value, str):
            document = _document(value)
            return self._said(value) if document is None else self.of(document)
        return value if isinstance(value, bool | int | float) or value is None else str(value)

    def _said(self, text: str) -> str:
        known = self._pattern.sub(lambda found: self._names[found[0]], text)
        return _TIME.sub("<time>", _IDS.sub("<id>", known))


def _document(text: str) -> Any:
    """What a text is as JSON, where it is a document."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
