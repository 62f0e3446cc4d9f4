"""Secrets: names that stay taken, resource policies, and what AWS refuses to do to some."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ...call import Call, Refused, Result
from ...clock import Delay
from ..mending import Mends, kept
from ..mending import backend as backend_of
from ..policies import is_public, refuse_malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

mends = Mends("secretsmanager")

# AWS: a delete without recovery is done after a short delay.
_SECONDS = 60

_ON_A_LIVING_ONE = (
    "UpdateSecret",
    "PutSecretValue",
    "UpdateSecretVersionStage",
    "RotateSecret",
    "CancelRotateSecret",
    "TagResource",
    "UntagResource",
    "PutResourcePolicy",
    "ReplicateSecretToRegions",
    "RemoveRegionsFromReplication",
)
_NOT_ON_A_MANAGED_ONE = ("UpdateSecret", "PutSecretValue", "DeleteSecret", "RotateSecret", "CancelRotateSecret")


@mends.first(*_ON_A_LIVING_ONE)
def lives(call: Call, backend: Any) -> None:
    if getattr(find(backend, call.parameters["SecretId"]), "deleted_date", None):
        message = "You can't perform this operation on the secret because it was marked for deletion."
        raise Refused("InvalidRequestException", message)


@mends.first(*_NOT_ON_A_MANAGED_ONE)
def is_not_managed(call: Call, backend: Any) -> None:
    """AWS: a secret that a service made (a cluster's master password) is the service's to change and delete."""
    named = call.parameters["SecretId"]
    if named in backend.secrets and (owner := backend.secrets[named].owning_service):
        raise Refused("InvalidRequestException", f"You can't perform this operation: the secret is managed by {owner}.")


@mends.first("CreateSecret")
def name_is_free(call: Call, backend: Any) -> None:
    name = call.parameters["Name"]
    if not re.fullmatch(r"[A-Za-z0-9/_+=.@!-]+", name):
        message = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
        raise Refused("ValidationException", message)
    freed = kept(backend, "freed").get(name)
    dying = name in backend.secrets and getattr(backend.secrets[name], "deleted_date", None)
    if dying or (freed and not freed.is_over() and freed.goes_on()):
        message = "You can't create this secret because a secret with this name is already scheduled for deletion."
        raise Refused("InvalidRequestException", message)


@mends.first("DeleteSecret")
def remember_its_name(call: Call, backend: Any) -> None:
    named = call.parameters["SecretId"]
    if call.parameters.get("ForceDeleteWithoutRecovery") and named in backend.secrets:
        kept(backend, "going")[named] = backend.secrets[named].name


@mends.then("DeleteSecret")
def keep_its_name(call: Call, backend: Any, result: Result) -> None:
    if name := kept(backend, "going").pop(call.parameters["SecretId"], None):
        kept(backend, "freed")[name] = Delay(_SECONDS)


@mends.first("PutResourcePolicy")
def policy_is_one(call: Call, backend: Any) -> None:
    document = call.parameters["ResourcePolicy"]
    refuse_malformed(document, "MalformedPolicyDocumentException")
    if any(_is_unknown(call, principal) for principal in _principals(document)):
        raise Refused("MalformedPolicyDocumentException", "This resource policy contains an unsupported principal.")
    if call.parameters.get("BlockPublicPolicy") and is_public(document):
        raise Refused("PublicPolicyException", "The BlockPublicPolicy parameter is set to true, and the policy is public.")


@mends.first("ValidateResourcePolicy")
def judge(call: Call, backend: Any) -> Result:
    document = call.parameters["ResourcePolicy"]
    refuse_malformed(document, "MalformedPolicyDocumentException")
    if not is_public(document):
        return {"PolicyValidationPassed": True, "ValidationErrors": []}
    error = {"CheckName": "BlockPublicPolicy", "ErrorMessage": "The policy lets everybody in."}
    return {"PolicyValidationPassed": False, "ValidationErrors": [error]}


def _principals(document: str) -> Iterator[str]:
    statements = json.loads(document)["Statement"]
    for statement in [statements] if isinstance(statements, dict) else statements:
        named = statement.get("Principal") or statement.get("NotPrincipal") or {}
        accounts = named.get("AWS", []) if isinstance(named, dict) else []
        yield from [accounts] if isinstance(accounts, str) else accounts


def _is_unknown(call: Call, principal: str) -> bool:
    """Whether it names a role or a user that this account does not have."""
    found = re.fullmatch(rf"arn:[a-z-]+:iam::{call.account}:(role|user)/.+", principal)
    iam = backend_of(call, "iam")
    holders = {"role": iam.roles, "user": iam.users}[found[1]] if found else {}
    return bool(found) and not any(holder.arn == principal for holder in holders.values())


def find(backend: Any, named: str) -> Any:
    """A secret by its name or ARN."""
    if named not in backend.secrets:
        raise Refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    return backend.secrets[named]
