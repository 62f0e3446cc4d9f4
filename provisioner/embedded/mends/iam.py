"""Mends of IAM: guards of managed policies, and trust policies that must be policies."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

from ..call import Call, Refused, Result
from .mending import Mends
from .policies import refuse_malformed

mends = Mends("iam")


@cache
def load_managed_policies_once() -> None:
    """Lets moto read the 1,500 policies that AWS manages once in a process; it does so for each partition and each reset."""
    owner: Any = IAMBackend
    owner._init_aws_policies = _managed_policies


def _managed_policies(backend: Any) -> list[Any]:
    if backend.partition != "aws":
        return []
    return [_copied(policy) for policy in _read_managed_policies(backend.account_id, backend.region_name)]


def _copied(policy: Any) -> Any:
    """A copy, made without moto's own bookkeeping of every object: there are 1,500, and each reset needs them."""
    owner: Any = AWSManagedPolicy
    copied = object.__new__(owner)
    copied.__dict__.update(policy.__dict__)
    return copied


@cache
def _read_managed_policies(account: str, region: str) -> list[Any]:
    documents = json.loads(aws_managed_policies_data).items()
    return [AWSManagedPolicy.from_data(name, account, region, document) for name, document in documents]


_ATTACH = {"AttachRolePolicy": "RoleName", "AttachUserPolicy": "UserName", "AttachGroupPolicy": "GroupName"}


@mends.first("CreateRole", "UpdateAssumeRolePolicy")
def trust_is_a_policy(call: Call, backend: Any) -> None:
    """AWS: a trust policy names principals, allows sts actions and names no resource."""
    document = call.parameters.get("AssumeRolePolicyDocument") or call.parameters.get("PolicyDocument") or ""
    refuse_malformed(document, "MalformedPolicyDocument")
    statements = json.loads(document)["Statement"]
    for statement in [statements] if isinstance(statements, dict) else statements:
        if "Resource" in statement:
            raise Refused("MalformedPolicyDocument", "Has prohibited field Resource")
        if not (statement.get("Principal") or statement.get("NotPrincipal")):
            raise Refused("MalformedPolicyDocument", "Missing required field Principal")
        actions = statement.get("Action") or []
        if any(not action.startswith("sts:") for action in ([actions] if isinstance(actions, str) else actions)):
            raise Refused("MalformedPolicyDocument", "AssumeRole policy may only specify STS AssumeRole actions.")


@mends.first("PutRolePolicy")
def inline_policies_fit(call: Call, backend: Any) -> None:
    """AWS: 10,240 characters for all inline policies of a role, white space not counted."""
    role = backend.get_role(call.parameters["RoleName"])
    others = (text for name, text in role.policies.items() if name != call.parameters["PolicyName"])
    size = sum(len("".join(text.split())) for text in (*others, call.parameters["PolicyDocument"]))
    if size > 10_240:
        raise Refused("LimitExceeded", f"Maximum policy size of 10240 bytes exceeded for role {role.name}", 409)


@mends.first("CreatePolicy", "CreatePolicyVersion")
def managed_policies_fit(call: Call, backend: Any) -> None:
    """AWS: a policy, of at most 6,144 characters, white space not counted."""
    refuse_malformed(call.parameters["PolicyDocument"], "MalformedPolicyDocument")
    if len("".join(call.parameters["PolicyDocument"].split())) > 6_144:
        raise Refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", 409)


@mends.first("CreatePolicy", "CreateInstanceProfile")
def names_differ_in_more_than_case(call: Call, backend: Any) -> None:
    """AWS: names are unique in the account, whatever their letters' case, and under whichever path."""
    if call.operation == "CreatePolicy":
        wanted = call.parameters["PolicyName"]
        taken = [policy.name for policy in backend.managed_policies.values() if f":iam::{call.account}:" in policy.arn]
    else:
        wanted, taken = call.parameters["InstanceProfileName"], [one.name for one in backend.instance_profiles.values()]
    if wanted.lower() in map(str.lower, taken):
        raise Refused("EntityAlreadyExists", f"{wanted} already exists.", 409)


@mends.first("DeletePolicy")
def not_while_used(call: Call, backend: Any) -> None:
    """AWS: DeleteConflict while the policy is attached, or has versions besides its default one."""
    policy = backend.managed_policies.get(call.parameters["PolicyArn"])
    if policy is None:
        return
    holders = (*backend.roles.values(), *backend.users.values(), *backend.groups.values())
    if any(policy.arn in holder.managed_policies for holder in holders):
        raise Refused("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
    if len(policy.versions) > 1:
        message = "This policy has more than one version. Before you delete a policy, you must delete the policy's versions."
        raise Refused("DeleteConflict", f"{message} The default version is deleted with the policy.", 409)


@mends.first(*_ATTACH)
def attach_once(call: Call, backend: Any) -> Result | None:
    """AWS: attaching again changes nothing. Moto counts each attachment."""
    kind = _ATTACH[call.operation]
    holders = {"RoleName": backend.roles.values(), "UserName": backend.users.values(), "GroupName": backend.groups.values()}
    holder = next((holder for holder in holders[kind] if holder.name == call.parameters[kind]), None)
    return {} if holder is not None and call.parameters["PolicyArn"] in holder.managed_policies else None


@mends.first("RemoveRoleFromInstanceProfile")
def remove_once(call: Call, backend: Any) -> None:
    """Moto crashes where the profile does not hold the role."""
    name = call.parameters["RoleName"]
    if all(role.name != name for role in backend.get_instance_profile(call.parameters["InstanceProfileName"]).roles):
        raise Refused("NoSuchEntity", f"The role with name {name} cannot be found.", 404)


@mends.first("ListInstanceProfileTags")
def list_profile_tags(call: Call, backend: Any) -> Result:
    """Moto shows them with the profile only."""
    return {"Tags": backend.get_instance_profile(call.parameters["InstanceProfileName"]).tags, "IsTruncated": False}


@mends.then("ListInstanceProfiles", "ListPolicies")
def lists_leave_out_tags(call: Call, backend: Any, result: Result) -> Result:
    """AWS: only a call for one resource shows its tags, and a policy's description."""
    for name in ("InstanceProfiles", "Policies"):
        for one in result.get(name, ()):
            one.pop("Tags", None)
            if name == "Policies":
                one.pop("Description", None)
    return result
