"""What IAM has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .reading import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Reader


def roles(reader: Reader) -> Iterator[Thing]:
    """Roles with their policies, and instance profiles."""
    for name in reader.all("iam", "list_roles", "Roles[?!starts_with(Path, '/aws-')].RoleName"):
        shown = reader.one("iam", "get_role", "Role", RoleName=name)
        inline = {
            policy: reader.one("iam", "get_role_policy", "PolicyDocument", RoleName=name, PolicyName=policy)
            for policy in reader.all("iam", "list_role_policies", "PolicyNames", RoleName=name)
        }
        attached = reader.all("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name)
        yield Thing("role", {**shown, "inline": inline, "attached": attached}, (shown["RoleId"],), name)
    for profile in reader.all("iam", "list_instance_profiles", "InstanceProfiles"):
        tags = reader.all("iam", "list_instance_profile_tags", "Tags", InstanceProfileName=profile["InstanceProfileName"])
        yield Thing("instance-profile", {**profile, "Tags": tags}, (profile["InstanceProfileId"],))


def policies(reader: Reader) -> Iterator[Thing]:
    """The account's own managed policies with the document in force."""
    for policy in reader.all("iam", "list_policies", "Policies", Scope="Local"):
        known = policy["Arn"]
        where = {"PolicyArn": known, "VersionId": policy["DefaultVersionId"]}
        document = reader.one("iam", "get_policy_version", "PolicyVersion.Document", **where)
        versions = reader.all("iam", "list_policy_versions", "Versions[].VersionId", PolicyArn=known)
        more = {"document": document, "versions": len(versions), "DefaultVersionId": None}
        yield Thing("policy", {**policy, **more}, (policy["PolicyId"],), policy["PolicyName"])
