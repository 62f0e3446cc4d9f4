"""Money is exact, and is taken once."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pymysql
import pytest

from plans.financial_platform.app.database import Database
from plans.financial_platform.app.service import Request, Response, Service
from plans.financial_platform.app.transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Callable

    from .mariadb import Master

COFFEE = {"amount": "3.50", "currency": "EUR", "reference": "coffee"}


@pytest.fixture
def post(service: Service, said: list[str]) -> Callable[..., Response]:
    def send(body: object, key: str = "key-00000001", content_type: str = "application/json") -> Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = service.respond(Request("POST", "/transactions", "", content_type, key, content))
        said.append(repr(response))
        return response

    return send


def mistakes(response: Response) -> Any:
    assert response.status == 400
    return response.body["mistakes"]


def test_a_transaction_is_stored_and_listed(post: Callable[..., Response], get: Callable[[str], Response]) -> None:
    created = post(COFFEE)
    assert created.status == 201
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", created.body["created_at"])
    assert created.body == COFFEE | {"id": 1, "created_at": created.body["created_at"]}
    assert get("/transactions").body == {"transactions": [created.body]}


def test_the_newest_come_first_and_no_more_than_asked_for(
    post: Callable[..., Response], get: Callable[[str], Response]
) -> None:
    for number in range(25):
        assert post(COFFEE | {"reference": str(number)}, f"key-{number:08}").status == 201
    assert [one["reference"] for one in get("/transactions?limit=2").body["transactions"]] == ["24", "23"]
    assert len(get("/transactions").body["transactions"]) == 20
    assert len(get("/transactions?limit=100&other=1").body["transactions"]) == 25


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=", "limit=-1", "limit=٣", "limit=1&limit=2", "a&" * 20])
def test_a_limit_that_is_none(get: Callable[[str], Response], query: str) -> None:
    assert mistakes(get(f"/transactions?{query}")) == ["limit: must be one number from 1 to 100"]


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("0.10", "USD", "0.10"),
        ("3", "USD", "3.00"),
        ("999999999999999.99", "EUR", "999999999999999.99"),
        ("100", "JPY", "100"),
        ("0.001", "KWD", "0.001"),
    ],
)
def test_amounts_are_exact(post: Callable[..., Response], amount: str, currency: str, shown: str) -> None:
    assert post(COFFEE | {"amount": amount, "currency": currency}).body["amount"] == shown


@pytest.mark.parametrize(
    "amount", [1, 1.5, "1.234", "-1", "+1", "0", "0.00", "01", "1e3", "NaN", "1,50", " 1", "1.", "", None, "1" * 16, "\u0661"]
)
def test_what_is_not_an_amount_is_refused(post: Callable[..., Response], amount: object) -> None:
    assert mistakes(post(COFFEE | {"amount": amount})) == ["amount: must be a decimal string above 0 with up to 2 decimals"]


def test_a_currency_says_how_many_decimals_there_are(post: Callable[..., Response]) -> None:
    [mistake] = mistakes(post(COFFEE | {"amount": "1.5", "currency": "JPY"}))
    assert mistake == "amount: must be a decimal string above 0 with up to 0 decimals"


@pytest.mark.parametrize("currency", ["EURO", "eur", "XXX", "", 3, None, ["EUR"]])
def test_what_is_not_a_currency_is_refused(post: Callable[..., Response], currency: object) -> None:
    assert mistakes(post(COFFEE | {"currency": currency})) == ["currency: must be a code of ISO 4217"]


@pytest.mark.parametrize("reference", ["", "x" * 141, "two\nlines", "\ud800", 3, None])
def test_what_is_not_a_reference_is_refused(post: Callable[..., Response], reference: object) -> None:
    assert mistakes(post(COFFEE | {"reference": reference})) == ["reference: must be 1 to 140 printable characters"]


@pytest.mark.parametrize("reference", ["'); DROP TABLE transactions; --", "100 % %s \\' \"", "日本 \U0001f4b6", "x" * 140])
def test_any_text_is_kept_as_it_is(post: Callable[..., Response], get: Callable[[str], Response], reference: str) -> None:
    assert post(COFFEE | {"reference": reference}).status == 201
    assert get("/transactions").body["transactions"][0]["reference"] == reference


def test_all_mistakes_are_told_at_once(post: Callable[..., Response]) -> None:
    told = mistakes(post({"amount": 1, "rate": 2, "who": "me"}))
    assert [mistake.split(":")[0] for mistake in told] == ["rate", "who", "currency", "amount", "reference"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 15_000, b"1" * 5000])
def test_what_is_not_json_is_refused(post: Callable[..., Response], body: bytes) -> None:
    assert mistakes(post(body)) == ["the body must be JSON"]


def test_what_is_not_an_object_is_refused(post: Callable[..., Response]) -> None:
    assert mistakes(post([COFFEE])) == ["the body must be an object"]


def test_another_content_type_is_refused(post: Callable[..., Response]) -> None:
    assert post(COFFEE, content_type="text/plain").status == 415
    assert post(COFFEE, content_type="Application/JSON; charset=utf-8").status == 201


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with space"])
def test_an_idempotency_key_is_needed(post: Callable[..., Response], get: Callable[[str], Response], key: str) -> None:
    assert mistakes(post(COFFEE, key)) == ["Idempotency-Key: must be 8 to 64 letters, digits, - and _"]
    assert get("/transactions").body == {"transactions": []}


def test_the_same_request_again_is_the_same_transaction(post: Callable[..., Response], get: Callable[[str], Response]) -> None:
    first, again = post(COFFEE), post(COFFEE | {"amount": "3.5"})
    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body
    assert len(get("/transactions").body["transactions"]) == 1


def test_a_key_stands_for_one_transaction(post: Callable[..., Response], get: Callable[[str], Response]) -> None:
    post(COFFEE)
    for other in ({"amount": "4.50"}, {"currency": "USD"}, {"reference": "Coffee"}):
        assert post(COFFEE | other).status == 422
    assert len(get("/transactions").body["transactions"]) == 1


def test_sent_many_times_at_once_it_is_taken_once(post: Callable[..., Response], get: Callable[[str], Response]) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(post, [COFFEE] * 16))
    assert sorted(answer.status for answer in answers) == [200] * 15 + [201]
    assert len({answer.body["id"] for answer in answers}) == 1
    assert len(get("/transactions").body["transactions"]) == 1


def test_without_a_database_nothing_is_taken_and_the_table_is_made_later(
    post: Callable[..., Response], get: Callable[[str], Response], master: Master
) -> None:
    master.server.execute("RENAME USER financial@'%' TO nobody@'%'")
    assert post(COFFEE).status == 503
    master.server.execute("RENAME USER nobody@'%' TO financial@'%'")
    assert post(COFFEE).status == 201


def test_a_row_that_the_table_refuses_is_not_mistaken_for_one_that_is_there(
    post: Callable[..., Response], database: Database, master: Master
) -> None:
    Transactions(database).prepare()
    master.server.execute("CREATE TABLE payments.owners (currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY)")
    master.server.execute("ALTER TABLE payments.transactions ADD FOREIGN KEY (currency) REFERENCES payments.owners (currency)")
    response = post(COFFEE)
    assert (response.status, response.body) == (500, {"error": "the service made a mistake"})
    assert str(response.notes["error"]).startswith(f"{pymysql.err.IntegrityError.__name__} 1452 at ")
