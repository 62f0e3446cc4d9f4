from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner import norm
from provisioner.value import Unknown

ARNS = ["arn:aws:s3:::a", "arn:aws:s3:::a/*", "arn:aws:kms:us-east-1:123456789012:key/1", "*"]
ACTIONS = ["s3:GetObject", "s3:PutObject", "kms:*", "sts:AssumeRole"]
PRINCIPALS = ["123456789012", "arn:aws:iam::123456789012:role/shop/app", "AROAEXAMPLEEXAMPLE123"]


def some_texts(words: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True)


conditions = st.dictionaries(
    st.sampled_from(["Bool", "StringEquals", "ArnLike"]),
    st.dictionaries(
        st.sampled_from(["aws:SecureTransport", "aws:SourceArn"]), some_texts(["true", "false", "arn:x"]), min_size=1
    ),
    max_size=2,
)
statements = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": some_texts(ACTIONS), "Resource": some_texts(ARNS)},
    optional={
        "Sid": st.sampled_from(["One", "Two"]),
        "Principal": st.fixed_dictionaries({"AWS": some_texts(PRINCIPALS)}),
        "Condition": conditions,
    },
)
policies = st.fixed_dictionaries(
    {"Version": st.just("2012-10-17"), "Statement": st.lists(statements, min_size=1, max_size=4)},
    optional={"Id": st.just("some id")},
)


def respelt(policy: Any, chance: random.Random) -> Any:
    """The same policy as another hand, or AWS, may write it."""
    written = [statement_respelt(statement, chance) for statement in policy["Statement"]]
    chance.shuffle(written)
    document = {**policy, "Statement": written[0] if len(written) == 1 and chance.random() < 0.5 else written}
    document = dict(chance.sample(list(document.items()), len(document)))
    text = json.dumps(document)
    return chance.choice([document, text, quote(text)])


def statement_respelt(statement: Any, chance: random.Random) -> Any:
    found = {key: texts(value, chance) if key in ("Action", "Resource") else value for key, value in statement.items()}
    if "Principal" in found:
        names = [rooted(name, chance) for name in found["Principal"]["AWS"]]
        found["Principal"] = {"AWS": texts(names, chance)}
    found["Condition"] = {
        test: {key: texts([boolean(value, chance) for value in values], chance) for key, values in given_.items()}
        for test, given_ in found.get("Condition", {}).items()
    }
    return dict(chance.sample(list(found.items()), len(found)))


def texts(values: list[Any], chance: random.Random) -> Any:
    if len(values) == 1 and chance.random() < 0.5:
        return values[0]
    return chance.sample(values, len(values))


def rooted(name: str, chance: random.Random) -> str:
    return chance.choice([name, f"arn:aws:iam::{name}:root", f"arn:aws-cn:iam::{name}:root"]) if name.isdigit() else name


def boolean(value: str, chance: random.Random) -> Any:
    return value == "true" if value in ("true", "false") and chance.random() < 0.5 else value


@given(policies, st.randoms(use_true_random=False))
def test_a_policy_means_the_same_in_every_spelling(policy: Any, chance: random.Random) -> None:
    assert norm.policy(respelt(policy, chance)) == norm.policy(policy)


@given(policies)
def test_one_spelling_is_its_own_spelling(policy: Any) -> None:
    once = norm.policy(policy)
    assert norm.policy(once) == once
    assert norm.policy(norm.compact(once)) == once


@given(policies, st.data())
def test_another_meaning_is_another_policy(policy: Any, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(policy["Statement"]) - 1))
    statement = policy["Statement"][at]
    other = data.draw(
        st.sampled_from(
            [
                {**statement, "Effect": "Deny" if statement["Effect"] == "Allow" else "Allow"},
                {**statement, "Action": [*statement["Action"], "iam:PassRole"]},
                {**statement, "Resource": [*statement["Resource"], "arn:aws:s3:::other"]},
                {**statement, "Condition": {"Null": {"aws:TokenIssueTime": "true"}}},
                {**statement, "NotPrincipal": {"AWS": "*"}},
            ]
        )
    )
    changed = {**policy, "Statement": [*policy["Statement"][:at], other, *policy["Statement"][at + 1 :]]}
    assert norm.policy(changed) != norm.policy(policy)


def test_a_deleted_principal_is_not_the_one_that_bears_its_name_now() -> None:
    def trusting(principal: str) -> dict[str, Any]:
        return {"Statement": {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}}

    assert norm.policy(trusting("AROAEXAMPLEEXAMPLE123")) != norm.policy(trusting("arn:aws:iam::123456789012:role/app"))


def test_everybody_is_spelt_in_two_ways() -> None:
    bare, long = ({"Statement": {"Effect": "Deny", "Principal": who, "Action": "*"}} for who in ("*", {"AWS": ["*"]}))
    assert norm.policy(bare) == norm.policy(long)


def test_a_policy_without_a_version_has_the_one_that_aws_assumes() -> None:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    assert norm.policy({"Statement": statement}) == norm.policy({"Version": "2008-10-17", "Statement": [statement]})
    assert norm.policy({"Statement": statement}) != norm.policy({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_no_policy_is_an_empty_one(nothing: Any) -> None:
    assert norm.policy(nothing) == {}


def test_an_unknown_part_of_a_policy_stays_unknown() -> None:
    unknown = Unknown("Bucket/site")
    found = norm.policy({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [unknown, "b"]}})
    assert found["Statement"][0]["Resource"] == [unknown, "b"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=12,
)


@given(values)
def test_what_is_said_is_said_once(value: Any) -> None:
    assert norm.said(norm.said(value)) == norm.said(value)


@given(values)
def test_everything_shows_itself_and_what_it_says(value: Any) -> None:
    assert norm.within(value, value)
    assert norm.within(norm.said(value), value)


@given(st.dictionaries(st.text(max_size=2), values, max_size=3), st.dictionaries(st.integers(), values, max_size=3))
def test_what_stands_beside_is_not_asked_for(wanted: Any, others: Any) -> None:
    assert norm.within({"deep": [wanted]}, {"deep": [{**wanted, **others}], **others})


@pytest.mark.parametrize(
    ("wanted", "have", "shown"),
    [
        ({"a": ""}, {}, True),
        ({"a": []}, {}, True),
        ({"a": False}, {}, True),
        ({"a": 0}, {}, False),
        ({"a": [1]}, {"a": [1, 2]}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": {"b": 1}}, {"a": None}, False),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, False),
        ({"a": ""}, {"a": "x"}, False),
        ({"a": []}, {"a": ["x"]}, False),
    ],
)
def test_empty_is_a_wish_for_nothing(wanted: Any, have: Any, shown: bool) -> None:
    assert norm.within(wanted, have) is shown


@pytest.mark.parametrize(
    ("given_", "found"),
    [
        ("arn:aws:kms:us-east-1:123456789012:key/1234abcd", "1234abcd"),
        ("1234abcd", "1234abcd"),
        ("alias/shop", "alias/shop"),
        ("arn:aws:kms:us-east-1:123456789012:key/mrk-1234", "mrk-1234"),
    ],
)
def test_a_key_is_known_by_its_id(given_: str, found: str) -> None:
    assert norm.kms_key(given_) == found


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_a_block_loses_its_host_bits_once(address: int, length: int) -> None:
    block = f"{address >> 24 & 255}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}/{length}"
    assert norm.cidr(norm.cidr(block)) == norm.cidr(block)
    assert norm.cidr(block).endswith(f"/{length}")


@given(st.lists(st.text(max_size=3)), st.randoms(use_true_random=False))
def test_order_and_doubles_mean_nothing(items: list[str], chance: random.Random) -> None:
    shuffled = chance.sample(items, len(items))
    assert norm.unordered([*items, *shuffled]) == norm.unordered(shuffled)
