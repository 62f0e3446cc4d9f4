"""One spelling for what AWS respells: CIDRs, policies, lists without an order, letters' case."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from .value import Unknown


def cidr(block: str) -> str:
    """A CIDR block as AWS stores it, without host bits: `10.0.0.1/8` is `10.0.0.0/8`."""
    return str(ipaddress.ip_network(block, strict=False))


def unordered(values: Iterable[Any] | None) -> list[Any]:
    """A list whose order means nothing, without doubles."""
    return sorted(dict.fromkeys(values or ()), key=str)


def said(value: Any) -> Any:
    """A nested value without the parts that say nothing (None, empty text, empty lists and mappings), however deep."""
    if isinstance(value, Mapping):
        kept = {key: said(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if not _says_nothing(item)}
    if isinstance(value, list | tuple):
        return [said(item) for item in value]
    return value


def _says_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str | Mapping | list | tuple) and not value)


def within(wanted: Any, have: Any) -> bool:
    """Whether `have` shows all that `wanted` says, however deep; what it shows beside that is somebody else's or a default.

    Empty says "nothing there", as missing does. Lists must have the same length and order.
    """
    if isinstance(wanted, Mapping):
        return all(within(item, have.get(key) if isinstance(have, Mapping) else None) for key, item in wanted.items())
    if isinstance(wanted, list | tuple):
        shown = have or ()
        return len(wanted) == len(shown) and all(within(one, other) for one, other in zip(wanted, shown, strict=True))
    return bool(wanted == have) or (_says_nothing(wanted) and _says_nothing(have)) or (wanted is False and have is None)


def wished(wanted: Any, have: Any) -> bool:
    """`within`; but as a whole, empty is a wish for nothing there."""
    return within(wanted, have) if wanted else _says_nothing(said(have))


def lower(text: str) -> str:
    """A name that AWS stores in lower case (RDS identifiers)."""
    return text.lower()


def kms_key(named: str) -> str:
    """A KMS key by its id: some services take the id and show the ARN. Aliases stay as they are."""
    return named.rpartition(":key/")[2]


def document(value: Any) -> Any:
    """A JSON document, which services give as an object, as text, or URL-encoded (IAM)."""
    if not isinstance(value, str):
        return value
    text = value if value.lstrip().startswith(("{", "[")) else unquote(value)
    return json.loads(text)


def compact(value: Any) -> str:
    """A JSON document as text to send, without white space: services limit its size."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def policies(value: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Policies by name, each by meaning."""
    return {name: policy(item) for name, item in value.items()}


def policy(value: Any) -> dict[str, Any]:
    """A policy by meaning: one spelling for lists of one, order, principals, booleans, and the version that AWS assumes.

    A principal that reads `AROA…` or `AIDA…` is a deleted role or user, which AWS keeps by its unique id: it stays as it
    is, and so differs from the ARN that is wanted. Rests on the IAM user guide, "Grammar of the IAM JSON policy language".
    """
    found = document(value) if value else {}
    if not found:
        return {}
    statements = [_statement(statement) for statement in _listed(found.get("Statement"))]
    rest = {key: item for key, item in found.items() if key != "Statement" and item}
    return {"Version": "2008-10-17"} | rest | {"Statement": sorted(statements, key=_sort_key)}


def _statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    normal: dict[str, Any] = {}
    for key, value in statement.items():
        if key in ("Principal", "NotPrincipal"):
            normal[key] = _principals(value)
        elif key == "Condition" and value:
            normal[key] = {test: {name: _texts(values) for name, values in given.items()} for test, given in value.items()}
        elif key in ("Action", "NotAction", "Resource", "NotResource"):
            normal[key] = _texts(value)
        elif value:
            normal[key] = value
    return {key: normal[key] for key in sorted(normal)}


def _principals(value: Any) -> dict[str, list[Any]]:
    if value == "*":
        return {"AWS": ["*"]}
    return {kind: sorted({_account(one) for one in _listed(names)}, key=str) for kind, names in sorted(value.items())}


def _account(principal: Any) -> Any:
    # AWS turns a bare account id into the ARN of that account's root, in the partition's spelling.
    root = re.fullmatch(r"arn:[a-z-]+:iam::(\d{12}):root", principal) if isinstance(principal, str) else None
    return root[1] if root else principal


def _texts(value: Any) -> list[Any]:
    return sorted({_text(one) for one in _listed(value)}, key=str)


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, Unknown) else str(value)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def _sort_key(statement: Mapping[str, Any]) -> str:
    return json.dumps(statement, sort_keys=True, default=str)
