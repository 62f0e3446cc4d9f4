from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.aws.account import Aws
from provisioner.aws.ownership import Ownership, fitted
from provisioner.resource import Name, Output, Resource, attr

OWNERSHIP = Ownership(plan="shop", environment="dev", account_id="123456789012", prefix="shop", plan_tags={"CostCenter": "x"})


class Tagged(Resource):
    id = Output("Id")
    size: int = attr("Size", default=1)


class Named(Resource):
    id = Name("Id", longest=24, given="given")
    given: str | None = attr("Id", default=None)


class Global(Resource):
    id = Name("Id", longest=63, unique_in_the_world=True)


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
    assert OWNERSHIP.step_of(Marked, {"Id": "x", "Description": f"for people; {mark}"}) == "Marked/a"
    other = Ownership(plan="shop", environment="dev2", account_id="123456789012", prefix="shop", plan_tags={})
    assert other.step_of(Marked, {"Id": "x", "Description": mark}) is None
    assert OWNERSHIP.step_of(Marked, {"Id": "x", "Description": None}) is None
    assert not Marked.taggable()
    assert "tags" not in Marked.attributes


def test_a_token_is_the_same_in_the_next_process_and_another_after_a_death_or_for_other_wishes() -> None:
    aws = Aws(None, OWNERSHIP, "us-east-1")  # type: ignore[arg-type]
    token = aws.token(Tagged("a"))
    assert token == Aws(None, OWNERSHIP, "us-east-1").token(Tagged("a"))  # type: ignore[arg-type]
    assert token != aws.attempting("a later run").token(Tagged("a"))
    others = [Tagged("b"), Tagged("a", size=2), Tagged("a", predecessors=("id-1",)), Tagged("a", tags={"x": "y"})]
    assert len({token, *map(aws.token, others), aws.at("eu-west-1").token(Tagged("a"))}) == 6
    assert len(token) <= 64
