"""An identity that services and people assume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...resource import PENDING, READY, Ids, Name, Output, Resource, State, Value, attr
from .instance_profile import InstanceProfile
from .tags import adoption, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...aws.account import Aws
    from ...resource import Changes, Live


class Role(Resource):
    """A role, with its trust policy and all its permissions: inline policies and attached managed ones.

    The step owns both sets of policies whole, so that one which another hand added shows as drift (None: not managed). Roles
    stand under the plan's own path; their names are unique in the account, whatever their letters' case. For up to two minutes
    after a role is made, services may not know it.

    AWS: IAM CreateRole. A role that was deleted and made again is another principal: policies that named it show the dead one's
    id (`AROA…`), which differs from the ARN that is wanted, and so they are put again. AWS lets no two changes of one role
    happen at a time.
    """

    assume_role_policy: Value[Mapping[str, Any]] = attr("AssumeRolePolicyDocument", norm=norm.policy)
    description: str | None = attr("Description", default=None)
    max_session_duration: int = attr("MaxSessionDuration", default=3600)
    permissions_boundary: Value[str | None] = attr("PermissionsBoundary.PermissionsBoundaryArn", default=None)
    managed_policy_arns: Ids[Any] = attr("AttachedPolicies[].PolicyArn", default=(), norm=norm.unordered)
    inline_policies: Value[Mapping[str, Any] | None] = attr("InlinePolicies", factory=dict, norm=norm.policies)

    id = Name("RoleName", longest=64)
    arn = Output("Arn")
    role_id = Output("RoleId")

    regional = False
    since = "CreateDate"

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        pages = aws.iam.get_paginator("list_roles").paginate(PathPrefix=aws.path)
        names = [role["RoleName"] for page in pages for role in page["Roles"]]
        found = aws.together(lambda name: aws.maybe(lambda: _read(aws, name)), names)
        return [role for role in found if role]

    def create(self, aws: Aws) -> Live | None:
        optional = {"Description": self.description, "PermissionsBoundary": self.permissions_boundary}
        sent: dict[str, Any] = {
            "MaxSessionDuration": self.max_session_duration,
            "Tags": listed(self.tags),
            **{name: value for name, value in optional.items() if value},
        }
        made = aws.iam.create_role(
            RoleName=aws.named(self),
            Path=aws.path,
            AssumeRolePolicyDocument=norm.compact(self.assume_role_policy),
            **sent,
        )
        sent["PermissionsBoundary"] = {"PermissionsBoundaryArn": self.permissions_boundary}
        # IAM's answer leaves out some of what it was told.
        return {**sent, "AttachedPolicies": [], "InlinePolicies": {}, **made["Role"]}

    def adoption(self, aws: Aws) -> str:
        return adoption(aws)

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        role = live["RoleName"]
        if "assume_role_policy" in changed:
            aws.iam.update_assume_role_policy(RoleName=role, PolicyDocument=norm.compact(self.assume_role_policy))
        if "description" in changed or "max_session_duration" in changed:
            # What UpdateRole is not told about the duration, it resets.
            text = live.get("Description", "") if self.description is None else self.description
            aws.iam.update_role(RoleName=role, Description=text, MaxSessionDuration=self.max_session_duration)
        if "permissions_boundary" in changed:
            self._bound(aws, role)
        if "managed_policy_arns" in changed:
            _attach(aws, role, *changed["managed_policy_arns"][:2])
        if "inline_policies" in changed:
            _write(aws, role, changed["inline_policies"].before, self.inline_policies or {})
        if "tags" in changed:
            aws.iam.tag_role(RoleName=role, Tags=listed(changed["tags"].after))

    def _bound(self, aws: Aws, role: str) -> None:
        if self.permissions_boundary:
            aws.iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=self.permissions_boundary)
        else:
            aws.iam.delete_role_permissions_boundary(RoleName=role)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        role = live["RoleName"]
        for profile, ours in _profiles(aws, role):
            if ours:
                aws.iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=role)
        for policy in live.get("AttachedPolicies", ()):
            aws.iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
        for name in live.get("InlinePolicies", ()):
            aws.iam.delete_role_policy(RoleName=role, PolicyName=name)
        aws.iam.delete_role(RoleName=role)

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        return [f"instance profile {profile}" for profile, ours in _profiles(aws, live["RoleName"]) if not ours]

    @staticmethod
    def state(live: Live) -> State:
        # In its first seconds IAM may show the role's unique id where its ARN will stand.
        return READY if live["Arn"].startswith("arn:") else PENDING


# One call after the other: IAM refuses two changes of one role at a time. What goes comes first, since both kinds of policies
# are limited in number or size.


def _attach(aws: Aws, role: str, have: Sequence[str] | None, wanted: Sequence[str]) -> None:
    for arn in have or ():
        if arn not in wanted:
            aws.iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    for arn in wanted:
        if arn not in (have or ()):
            aws.iam.attach_role_policy(RoleName=role, PolicyArn=arn)


def _write(aws: Aws, role: str, have: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> None:
    for name in have or ():
        if name not in wanted:
            aws.iam.delete_role_policy(RoleName=role, PolicyName=name)
    for name, document in wanted.items():
        if norm.policy(document) != (have or {}).get(name):
            aws.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=norm.compact(document))


def _profiles(aws: Aws, role: str) -> list[tuple[str, bool]]:
    """The instance profiles that hold a role, and whether they are the plan's."""
    held = aws.maybe(lambda: aws.iam.list_instance_profiles_for_role(RoleName=role, MaxItems=1000)) or {}
    # The list leaves out tags.
    named = ({"InstanceProfileName": profile["InstanceProfileName"]} for profile in held.get("InstanceProfiles", ()))
    read = (aws.maybe(lambda one=one: aws.iam.get_instance_profile(**one)) for one in named)  # type: ignore[misc]
    found = [one["InstanceProfile"] for one in read if one]
    return [(one["InstanceProfileName"], aws.ownership.step_of(InstanceProfile, one) is not None) for one in found]


def _read(aws: Aws, name: str) -> Live:
    parts = aws.together(lambda read: read(aws, name), (_role, _attached, _inline))
    return {key: item for part in parts for key, item in part.items()}


def _role(aws: Aws, name: str) -> Live:
    return aws.iam.get_role(RoleName=name)["Role"]


def _attached(aws: Aws, name: str) -> Live:
    pages = aws.iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
    return {"AttachedPolicies": [policy for page in pages for policy in page["AttachedPolicies"]]}


def _inline(aws: Aws, name: str) -> Live:
    def document(policy: str) -> Live | None:
        return aws.maybe(lambda: aws.iam.get_role_policy(RoleName=name, PolicyName=policy))

    pages = aws.iam.get_paginator("list_role_policies").paginate(RoleName=name)
    found = aws.together(document, [policy for page in pages for policy in page["PolicyNames"]])
    return {"InlinePolicies": {policy["PolicyName"]: policy["PolicyDocument"] for policy in found if policy}}
