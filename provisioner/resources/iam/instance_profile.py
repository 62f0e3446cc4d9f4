"""What hands a role to instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resource import Id, Name, Output, Resource, attr
from .tags import adoption, listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .role import Role


class InstanceProfile(Resource):
    """What hands a role to instances: it holds one role, or none (an empty `role`).

    Profiles stand under the plan's own path; their names are unique in the account, whatever their letters' case.

    AWS: IAM CreateInstanceProfile, AddRoleToInstanceProfile. For up to two minutes EC2 and Auto Scaling may not know a new
    profile. Another role reaches instances that run already when EC2 next renews their credentials.
    """

    role: Id[Role | None] = attr("Roles[0].RoleName", default=None)

    id = Name("InstanceProfileName", longest=128)
    arn = Output("Arn")

    regional = False
    since = "CreateDate"

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        pages = aws.iam.get_paginator("list_instance_profiles").paginate(PathPrefix=aws.path)
        names = [profile["InstanceProfileName"] for page in pages for profile in page["InstanceProfiles"]]
        # The list leaves out tags.
        found = aws.together(lambda name: aws.maybe(lambda: _read(aws, name)), names)
        return [profile for profile in found if profile]

    def create(self, aws: Aws) -> Live | None:
        tags = listed(self.tags)
        made = aws.iam.create_instance_profile(InstanceProfileName=aws.named(self), Path=aws.path, Tags=tags)
        return {"Tags": tags, **made["InstanceProfile"]}

    def adoption(self, aws: Aws) -> str:
        return adoption(aws)

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        profile = live["InstanceProfileName"]
        if "role" in changed:
            # It holds one role at a time.
            _empty(aws, live)
            if self.role:
                aws.iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=self.role)
        if "tags" in changed:
            aws.iam.tag_instance_profile(InstanceProfileName=profile, Tags=listed(changed["tags"].after))

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        _empty(aws, live)
        aws.iam.delete_instance_profile(InstanceProfileName=live["InstanceProfileName"])


def _read(aws: Aws, name: str) -> Live:
    return aws.iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]


def _empty(aws: Aws, live: Live) -> None:
    profile = live["InstanceProfileName"]
    for role in live["Roles"]:
        aws.iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=role["RoleName"])
