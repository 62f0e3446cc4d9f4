from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.resources.iam.instance_profile import InstanceProfile
from provisioner.resources.iam.role import Role

from .in_aws import teardown, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

NAME = "shop-app-test"
PRINCIPAL = {"Service": "ec2.amazonaws.com"}
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": PRINCIPAL, "Action": "sts:AssumeRole"}]}
ROLE, OTHER = (Role(name, assume_role_policy=TRUST) for name in ("app", "other"))


def test_a_profile_stands_under_the_plans_path_and_holds_its_role(aws: Aws, embedded: Running) -> None:
    profile = up(aws, ROLE, InstanceProfile("app", role=ROLE))["app"]
    assert (profile["Path"], profile["InstanceProfileName"]) == ("/shop/test/", NAME)
    assert [role["RoleName"] for role in profile["Roles"]] == [NAME]
    assert writes(embedded)[-2:] == ["CreateInstanceProfile", "AddRoleToInstanceProfile"]


def test_a_role_is_swapped_where_one_is_held_and_taken_away_where_none_is_wanted(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, OTHER, InstanceProfile("app", role=ROLE))
    before = len(embedded.calls)
    up(aws, ROLE, OTHER, InstanceProfile("app", role=OTHER))
    assert writes(embedded, before) == ["RemoveRoleFromInstanceProfile", "AddRoleToInstanceProfile"]
    assert to_do(aws, ROLE, OTHER, InstanceProfile("app")) == {}
    assert up(aws, ROLE, OTHER, InstanceProfile("app", role=""))["app"]["Roles"] == []


def test_a_role_that_is_not_known_yet_is_waited_for(aws: Aws, embedded: Running) -> None:
    missing = "The role with name shop-app-test cannot be found."
    with refusing(embedded, "AddRoleToInstanceProfile", "NoSuchEntity", missing, status=404, times=2):
        assert up(aws, ROLE, InstanceProfile("app", role=ROLE))["app"]["Roles"]


def test_a_role_that_another_hand_put_in_meanwhile_makes_room(aws: Aws, embedded: Running) -> None:
    with refusing(embedded, "AddRoleToInstanceProfile", "LimitExceeded", status=409, times=1):
        assert up(aws, ROLE, InstanceProfile("app", role=ROLE))["app"]["Roles"]


def test_profiles_go_before_the_roles_that_they_hold(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, InstanceProfile("app", role=ROLE))
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before) == ["RemoveRoleFromInstanceProfile", "DeleteInstanceProfile", "DeleteRole"]


def test_tags_are_read_although_the_list_leaves_them_out(aws: Aws) -> None:
    up(aws, InstanceProfile("app", tags={"colour": "red"}))
    [listed] = aws.iam.list_instance_profiles(PathPrefix="/shop/")["InstanceProfiles"]
    assert "Tags" not in listed
    changed: Any = to_do(aws, InstanceProfile("app", tags={"colour": "blue"}))["InstanceProfile/app"]["tags"]
    assert (changed.before, changed.after) == ({"colour": "red"}, {"colour": "blue"})
