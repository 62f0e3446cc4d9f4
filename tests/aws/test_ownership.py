from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.aws.account import Aws
from provisioner.aws.ownership import Ownership, fitted
from provisioner.errors import ForeignOwner, PlanError
from provisioner.resource import Name, Output, Resource, attr, part_of
from tests.resources.otherwise import answering

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

OWNERSHIP = Ownership(plan="shop", environment="dev", account_id="123456789012", prefix="shop", plan_tags={"CostCenter": "x"})


class Tagged(Resource):
    id = Output("Id")
    size: int = attr("Size", default=1)


class Named(Resource):
    id = Name("Id", longest=24, given="given")
    given: str | None = attr("Id", default=None)


class Global(Resource):
    id = Name("Id", longest=63, unique_in_the_world=True)


class Short(Resource):
    id = Output("Id")
    longest_name = 24


class Marked(Resource):
    id = Output("Id")
    mark = "Description"


def test_a_resource_carries_the_plans_tags_the_steps_and_ours() -> None:
    assert OWNERSHIP.tags(Tagged("a", tags={"team": "pay", "CostCenter": "y"})) == {
        "CostCenter": "y",
        "Name": "shop-a-dev",
        "team": "pay",
        "provisioner:plan": "shop",
        "provisioner:environment": "dev",
        "provisioner:step": "Tagged/a",
    }


def test_names_follow_the_convention_and_the_services_limit() -> None:
    assert OWNERSHIP.name(Named("logs")) == "shop-logs-dev"
    assert OWNERSHIP.name(Named("logs", given="/shop/own")) == "/shop/own"
    assert OWNERSHIP.name(Global("logs")) == "shop-logs-dev-123456789012"
    long, longer = (OWNERSHIP.name(Named(f"a-name-that-is-much-too-long{ending}")) for ending in ("", "er"))
    assert len(long) <= 24
    assert long != longer
    assert long.endswith("-dev")


@given(st.text("abc-", min_size=1, max_size=80), st.text("abc-", min_size=1, max_size=80))
def test_cut_names_do_not_meet(one: str, other: str) -> None:
    names = {fitted(name, "-dev", 32) for name in (one, other)}
    assert len(names) == len({one, other})
    assert all(len(name) <= 32 for name in names)


@pytest.mark.parametrize(
    ("tags", "step"),
    [
        ({"provisioner:plan": "shop", "provisioner:environment": "dev", "provisioner:step": "Tagged/a"}, "Tagged/a"),
        ({"provisioner:plan": "shop", "provisioner:environment": "prod", "provisioner:step": "Tagged/a"}, None),
        ({"provisioner:plan": "shop2", "provisioner:environment": "dev", "provisioner:step": "Tagged/a"}, None),
        ({"provisioner:plan": "shop", "provisioner:environment": "dev", "provisioner:step": "Other/a"}, None),
        ({"provisioner:plan": "shop", "provisioner:environment": "dev", "Name": "shop-a-dev"}, "Tagged/a"),
        ({"provisioner:plan": "shop", "provisioner:environment": "dev", "Name": "whatever"}, "Tagged/id-1"),
        ({"Name": "shop-a-dev"}, None),
        ({}, None),
    ],
)
def test_a_resource_is_known_by_its_tags_alone(tags: dict[str, str], step: str | None) -> None:
    spellings: list[Any] = [
        tags,
        [{"Key": key, "Value": value} for key, value in tags.items()],
        [{"TagKey": key, "TagValue": value} for key, value in tags.items()],
    ]
    assert [OWNERSHIP.step_of(Tagged, {"Id": "id-1", "Tags": spelling}) for spelling in spellings] == [step] * 3


def test_what_takes_no_tags_is_known_by_its_whole_mark() -> None:
    mark = OWNERSHIP.mark(Marked("a"))
    assert OWNERSHIP.step_of(Marked, {"Id": "x", "Description": mark}) == "Marked/a"
    # Somebody speaks of ours, or has copied it into words of theirs.
    for words in (f"for people; {mark}", f"{mark} (a copy)", f"{mark}\nand more", f" {mark}"):
        assert OWNERSHIP.step_of(Marked, {"Id": "x", "Description": words}) is None
    other = Ownership(plan="shop", environment="dev2", account_id="123456789012", prefix="shop", plan_tags={})
    assert other.step_of(Marked, {"Id": "x", "Description": mark}) is None
    assert OWNERSHIP.step_of(Marked, {"Id": "x", "Description": None}) is None
    assert not Marked.taggable()
    assert "tags" not in Marked.attributes


def test_what_is_to_be_taken_over_gets_the_tags_or_the_mark() -> None:
    tags = "provisioner:plan=shop, provisioner:environment=dev, provisioner:step=Tagged/a"
    aws = Aws(None, OWNERSHIP, "us-east-1")  # type: ignore[arg-type]
    assert Tagged("a").adoption(aws) == f"to take it over, tag it with {tags}"
    words = "to take it over, let its Description be 'provisioner plan=shop environment=dev step=Marked/a'"
    assert Marked("a").adoption(aws) == words


def test_a_mark_ends_where_its_words_end() -> None:
    with pytest.raises(PlanError, match="Marked/a b is known by a mark, and a mark has no spaces: choose a name without"):
        OWNERSHIP.mark(Marked("a b"))


def test_nothing_is_made_a_part_of_what_is_not_the_plans() -> None:
    whole = {"Id": "x", "Tags": {"provisioner:plan": "shop", "provisioner:environment": "dev", "provisioner:step": "Tagged/a"}}
    OWNERSHIP.must_own(Marked("a"), Tagged, whole)
    OWNERSHIP.must_own(Tagged("a b"), Tagged, whole)
    with pytest.raises(ForeignOwner, match="Marked/a is for x, which is not this plan's: refer to a Tagged of the plan"):
        OWNERSHIP.must_own(Marked("a"), Tagged, {"Id": "x", "Tags": {"provisioner:plan": "shop"}})
    with pytest.raises(PlanError, match="a mark has no spaces"):
        OWNERSHIP.must_own(Marked("a b"), Tagged, whole)


def test_a_part_is_the_plans_where_its_whole_is_and_is_named_as_that() -> None:
    whole = {"Id": "x", "Tags": {"provisioner:plan": "shop", "provisioner:environment": "dev", "provisioner:step": "Tagged/a"}}
    mark = OWNERSHIP.mark_of_part(Marked, Tagged, whole)
    assert OWNERSHIP.step_of(Marked, {"Id": "y", "Description": mark}) == "Marked/a"
    assert OWNERSHIP.mark_of_part(Marked, Tagged, {"Id": "x", "Tags": {}}) is None
    part_of(Marked("a"), Tagged("a"))
    part_of(Marked("a"), "sg-1")
    with pytest.raises(PlanError, match="Marked/b is a part of Tagged/a that can say nowhere whose it is: name it 'a', too"):
        part_of(Marked("b"), Tagged("a"))


def test_what_has_but_a_name_is_known_by_the_plans_convention() -> None:
    assert OWNERSHIP.step_of(Marked, {"Description": OWNERSHIP.mark_of_named(Marked, "shop-a-dev")}) == "Marked/a"
    assert OWNERSHIP.mark_of_named(Marked, "shop-a-prod") is None


def test_a_name_that_is_no_id_is_cut_to_what_the_service_takes() -> None:
    assert OWNERSHIP.name(Short("a-balancer")) == "shop-a-balancer-dev"
    assert len(OWNERSHIP.name(Short("a-balancer-of-a-very-long-name"))) == 24


@pytest.mark.parametrize(
    ("arn", "caller"),
    [
        ("arn:aws:iam::123456789012:user/someone", "arn:aws:iam::123456789012:user/someone"),
        ("arn:aws:sts::123456789012:assumed-role/deployer/session-1", "arn:aws:iam::123456789012:role/ci/deployer"),
    ],
)
def test_who_runs_this_is_the_user_or_the_role_behind_the_session(aws: Aws, embedded: Running, arn: str, caller: str) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    aws.iam.create_role(RoleName="deployer", Path="/ci/", AssumeRolePolicyDocument=document)
    identity = {"Arn": arn, "UserId": "x", "Account": "123456789012"}
    with answering(embedded, "GetCallerIdentity", identity):
        assert aws.caller == caller


def test_a_token_is_the_same_in_the_next_process_and_another_after_a_death_or_for_other_wishes() -> None:
    aws = Aws(None, OWNERSHIP, "us-east-1")  # type: ignore[arg-type]
    token = aws.token(Tagged("a"))
    assert token == Aws(None, OWNERSHIP, "us-east-1").token(Tagged("a"))  # type: ignore[arg-type]
    assert token != aws.attempting("a later run").token(Tagged("a"))
    others = [Tagged("b"), Tagged("a", size=2), Tagged("a", predecessors=("id-1",)), Tagged("a", tags={"x": "y"})]
    assert len({token, *map(aws.token, others), aws.at("eu-west-1").token(Tagged("a"))}) == 6
    assert len(token) <= 64
