"""Whether AWS's own services may do what they are asked to: by a resource's policy, or by a role that they assume."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from moto.backends import get_backend

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..call import Call


def lets(policy: str | None, service: str, action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether a resource's policy lets a service do something.

    Of conditions only those on keys of `context` are judged; others are taken for kept where they allow, and not where they
    deny. AWS: "Policy evaluation logic"; a service has no policy of its own, so the resource's must allow.
    """
    fitting = [
        statement
        for statement in _listed(json.loads(policy).get("Statement") if policy else None)
        if _is_about(statement, service, action, resource) and _conditions_hold(statement, context)
    ]
    return bool(fitting) and all(statement["Effect"] == "Allow" for statement in fitting)


def bucket_lets(call: Call, bucket: str, service: str, action: str, key: str, context: Mapping[str, str]) -> bool:
    """Whether a bucket is there, and its policy lets a service do something with it (or with the object of that key)."""
    found = get_backend("s3")[call.account]["aws"].buckets.get(bucket)
    arn = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
    policy = found.policy if found is not None else None
    text = policy.decode() if isinstance(policy, bytes) else policy
    return found is not None and lets(text, service, action, arn, context)


def can_assume(call: Call, role: str, service: str) -> bool:
    """Whether the role of an ARN is there, and trusts the service."""
    found = _role(call, role)
    if found is None:
        return False
    document = found.assume_role_policy_document
    trusts = json.loads(document) if isinstance(document, str) else document
    return any(_speaks_of(statement, service) and statement["Effect"] == "Allow" for statement in _listed(trusts["Statement"]))


def role_lets(call: Call, role: str, action: str, resource: str) -> bool:
    """Whether the policies of the role of an ARN, inline and attached, let it do something; conditions are taken for kept."""
    found = _role(call, role)
    if found is None:
        return False
    attached = [
        version.document
        for policy in found.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
    statements = [entry for text in (*found.policies.values(), *attached) for entry in _listed(json.loads(text)["Statement"])]
    fitting = [statement["Effect"] for statement in statements if _covers(statement, action, resource)]
    return bool(fitting) and set(fitting) == {"Allow"}


def _role(call: Call, arn: str) -> Any:
    roles: Any = get_backend("iam")[call.account]["aws"].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def _is_about(statement: Mapping[str, Any], service: str, action: str, resource: str) -> bool:
    return _speaks_of(statement, service) and _covers(statement, action, resource)


def _covers(statement: Mapping[str, Any], action: str, resource: str) -> bool:
    return any(fnmatchcase(action.lower(), one.lower()) for one in _listed(statement.get("Action", "*"))) and any(
        fnmatchcase(resource, one) for one in _listed(statement.get("Resource", "*"))
    )


def _speaks_of(statement: Mapping[str, Any], service: str) -> bool:
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        # Some services write as an account of their own.
        accounts = {"*", service, f"arn:aws:iam::{service}:root"}
        return service in _listed(principal.get("Service")) or bool(accounts & {*_listed(principal.get("AWS"))})
    return bool(principal == "*")


def _conditions_hold(statement: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    known = {name.lower(): value for name, value in context.items()}
    for test, name, values in _conditions(statement):
        if name not in known:
            if statement["Effect"] == "Deny":
                return False
            continue
        matches = any(fnmatchcase(known[name].lower(), value.lower()) for value in values)
        if matches == ("Not" in test):
            return False
    return True


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for test, given in statement.get("Condition", {}).items():
        for name, values in given.items():
            yield test, name.lower(), [str(value) for value in _listed(values)]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
