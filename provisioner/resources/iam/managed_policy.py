"""Permissions that several identities share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...resource import Output, Resource, Value, attr
from .role import Role
from .tags import adoption, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...aws.account import Aws
    from ...resource import Changes, Live

_MOST_VERSIONS = 5


class ManagedPolicy(Resource):
    """A policy of one's own that roles, users and groups are given (`Role.managed_policy_arns`), or bounded by.

    Policies stand under the plan's own path, which is a part of their ARN.

    AWS: IAM CreatePolicy. A document of up to 6,144 characters, white space not counted; another document is another version,
    of which AWS keeps five: the oldest makes room. Deleted, it is first taken from the plan's own roles; who else has it,
    holds it.
    """

    policy_document: Value[Mapping[str, Any]] = attr("PolicyDocument", norm=norm.policy)
    description: str = attr("Description", default="", replace=True)

    id = Output("Arn")
    arn = Output("Arn")

    regional = False
    since = "CreateDate"
    longest_name = 128

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        pages = aws.iam.get_paginator("list_policies").paginate(Scope="Local", PathPrefix=aws.path)
        listed_ones = [policy["Arn"] for page in pages for policy in page["Policies"]]
        found = aws.together(lambda arn: aws.maybe(lambda: _read(aws, arn)), listed_ones)
        return [policy for policy in found if policy]

    def create(self, aws: Aws) -> Live | None:
        document, tags = norm.compact(self.policy_document), listed(self.tags)
        # IAM takes no empty description.
        about = {"Description": self.description} if self.description else {}
        made = aws.iam.create_policy(
            PolicyName=aws.named(self),
            Path=aws.path,
            PolicyDocument=document,
            Tags=tags,
            **about,
        )
        return {"Description": "", **made["Policy"], **about, "PolicyDocument": document, "Tags": tags}

    def adoption(self, aws: Aws) -> str:
        return adoption(aws)

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        arn = live["Arn"]
        if "policy_document" in changed:
            _make_room(aws, arn)
            document = norm.compact(self.policy_document)
            aws.iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
        if "tags" in changed:
            aws.iam.tag_policy(PolicyArn=arn, Tags=listed(changed["tags"].after))

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        arn = live["Arn"]
        for name in _roles(aws, arn, PathPrefix=aws.path, PolicyUsageFilter="PermissionsPolicy"):
            found = aws.maybe(lambda name=name: aws.iam.get_role(RoleName=name))  # type: ignore[misc]
            if found and aws.ownership.step_of(Role, found["Role"]):
                aws.iam.detach_role_policy(RoleName=name, PolicyArn=arn)
        for version in _spare_versions(aws, arn):
            aws.iam.delete_policy_version(PolicyArn=arn, VersionId=version)
        aws.iam.delete_policy(PolicyArn=arn)

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        found = list(_entities(aws, live["Arn"]))
        kinds = (("PolicyRoles", "RoleName"), ("PolicyUsers", "UserName"), ("PolicyGroups", "GroupName"))
        return [
            f"{name.removesuffix('Name').lower()} {one[name]}" for kind, name in kinds for page in found for one in page[kind]
        ]


def _read(aws: Aws, arn: str) -> Live:
    policy = aws.iam.get_policy(PolicyArn=arn)["Policy"]
    version = aws.iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    return {"Description": "", **policy, "PolicyDocument": version["Document"]}


def _spare_versions(aws: Aws, arn: str) -> list[str]:
    """The versions that may go, the oldest first."""
    pages = aws.iam.get_paginator("list_policy_versions").paginate(PolicyArn=arn)
    found = aws.maybe(lambda: {"Versions": [version for page in pages for version in page["Versions"]]}) or {"Versions": []}
    spare = [version for version in found["Versions"] if not version["IsDefaultVersion"]]
    return [version["VersionId"] for version in sorted(spare, key=lambda version: int(version["VersionId"][1:]))]


def _make_room(aws: Aws, arn: str) -> None:
    spare = _spare_versions(aws, arn)
    # The default one counts too, and so does the one to come.
    for version in spare[: max(0, len(spare) + 2 - _MOST_VERSIONS)]:
        aws.iam.delete_policy_version(PolicyArn=arn, VersionId=version)


def _entities(aws: Aws, arn: str, **only: Any) -> Iterable[Mapping[str, Any]]:
    return aws.iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=arn, **only)


def _roles(aws: Aws, arn: str, **only: Any) -> list[str]:
    pages = aws.maybe(lambda: {"Pages": list(_entities(aws, arn, EntityFilter="Role", **only))}) or {"Pages": []}
    return [role["RoleName"] for page in pages["Pages"] for role in page["PolicyRoles"]]
