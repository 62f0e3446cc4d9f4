"""Tables take their time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.clock import looking

from ..conftest import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..conftest import Connect

KEY = {"id": {"S": "a"}}


@pytest.fixture
def dynamodb(connect: Connect) -> Any:
    return connect("dynamodb")


@pytest.fixture
def in_time() -> Iterator[None]:
    """In an AWS in which all that takes its time is seen under way twice."""
    with looking(2):
        yield


def create(dynamodb: Any) -> str:
    attribute, key = {"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "id", "KeyType": "HASH"}
    made = dynamodb.create_table(
        TableName="things", AttributeDefinitions=[attribute], KeySchema=[key], BillingMode="PAY_PER_REQUEST"
    )
    return str(made["TableDescription"]["TableStatus"])


def status(dynamodb: Any) -> str:
    return str(dynamodb.describe_table(TableName="things")["Table"]["TableStatus"])


def test_a_table_is_made_in_a_while(dynamodb: Any, in_time: None) -> None:
    assert create(dynamodb) == "CREATING"
    assert [status(dynamodb) for _ in range(3)] == ["CREATING", "CREATING", "ACTIVE"]


def test_until_then_it_has_no_items_and_does_not_change(dynamodb: Any, in_time: None) -> None:
    create(dynamodb)
    items: tuple[tuple[Any, dict[str, Any]], ...] = (
        (dynamodb.get_item, {"Key": KEY}),
        (dynamodb.put_item, {"Item": KEY}),
        (dynamodb.delete_item, {"Key": KEY}),
        (dynamodb.scan, {}),
    )
    for call, more in items:
        assert refusal(call, TableName="things", **more) == "ResourceNotFoundException"
    assert refusal(dynamodb.delete_table, TableName="things") == "ResourceInUseException"
    while status(dynamodb) != "ACTIVE":
        pass
    dynamodb.put_item(TableName="things", Item=KEY)
    assert dynamodb.get_item(TableName="things", Key=KEY)["Item"] == KEY
    dynamodb.delete_table(TableName="things")


def test_where_no_clock_goes_it_is_there_at_once(dynamodb: Any) -> None:
    assert (create(dynamodb), status(dynamodb)) == ("ACTIVE", "ACTIVE")


def test_what_is_not_there_is_not_found(dynamodb: Any) -> None:
    assert refusal(dynamodb.get_item, TableName="things", Key=KEY) == "ResourceNotFoundException"
    assert refusal(dynamodb.describe_table, TableName="things") == "ResourceNotFoundException"


def test_the_key_that_a_table_is_encrypted_with_by_default_is_awss(connect: Connect) -> None:
    kms, dynamodb = connect("kms"), connect("dynamodb")
    own = kms.create_key()["KeyMetadata"]["KeyId"]
    dynamodb.create_table(
        TableName="locks",
        AttributeDefinitions=[{"AttributeName": "lock", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "lock", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True},
    )
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    assert sorted((key["KeyManager"], key["KeyId"] == own) for key in keys) == [("AWS", False), ("CUSTOMER", True)]
