"""Transactions: exact amounts, each stored once however often it is sent."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.constants import ER

from .currencies import DIGITS

if TYPE_CHECKING:
    from pymysql.connections import Connection
    from pymysql.cursors import Cursor

    from .database import Database

LONGEST_REFERENCE = 140
_AMOUNT = re.compile(r"(0|[1-9]\d{0,14})(?:\.(\d{1,4}))?", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TABLE = """
CREATE TABLE IF NOT EXISTS transactions (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    idempotency_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL UNIQUE,
    amount DECIMAL(19, 4) NOT NULL,
    currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reference VARCHAR(140) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created_at DATETIME(6) NOT NULL
) ENGINE = InnoDB
"""
_COLUMNS = "id, amount, currency, reference, created_at"
_INSERT = (
    "INSERT INTO transactions (idempotency_key, amount, currency, reference, created_at)"
    " VALUES (%s, %s, %s, %s, UTC_TIMESTAMP(6))"
)


class Invalid(Exception):
    """What somebody sent is not a transaction; says all that is wrong with it."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


class KeyUsed(Exception):
    """The idempotency key stands for another transaction already."""


@dataclass(frozen=True)
class Wish:
    """A transaction that somebody wants."""

    amount: Decimal
    currency: str
    reference: str

    @classmethod
    def from_json(cls, value: object) -> Wish:
        if not isinstance(value, dict):
            raise Invalid("the body must be an object")
        mistakes = [f"{name}: is not known" for name in sorted(value.keys() - {"amount", "currency", "reference"})]
        amount, currency, reference = (value.get(name) for name in ("amount", "currency", "reference"))
        digits = DIGITS.get(currency) if isinstance(currency, str) else None
        if digits is None:
            mistakes.append("currency: must be a code of ISO 4217")
        most = max(DIGITS.values()) if digits is None else digits
        if not _is_amount(amount, most):
            mistakes.append(f"amount: must be a decimal string above 0 with up to {most} decimals")
        if not isinstance(reference, str) or not 1 <= len(reference) <= LONGEST_REFERENCE or not reference.isprintable():
            mistakes.append(f"reference: must be 1 to {LONGEST_REFERENCE} printable characters")
        if mistakes:
            raise Invalid(*mistakes)
        return cls(Decimal(str(amount)), str(currency), str(reference))


def _is_amount(value: object, digits: int) -> bool:
    # A JSON number is refused: on its way here it may have been a float.
    found = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    return found is not None and len(found[2] or "") <= digits and Decimal(found[0]) > 0


class Transactions:
    """The table of transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._made = False

    def prepare(self) -> None:
        """Makes the table where there is none. The service starts without a database too, so this may come late."""
        with self._lock:
            if not self._made:
                with self._database.connection() as connection, connection.cursor() as cursor:
                    cursor.execute(_TABLE)
                self._made = True

    def create(self, wish: Wish, key: str) -> tuple[dict[str, Any], bool]:
        """The stored transaction, and whether it is new. The same key with the same wish gives the one that is stored."""
        if not _KEY.fullmatch(key):
            raise Invalid("Idempotency-Key: must be 8 to 64 letters, digits, - and _")
        self.prepare()
        with self._database.connection() as connection:
            new = _inserted(connection, wish, key)
            # One sent twice at the same time: the second insert waited for the first one's commit.
            stored = _selected(connection, "WHERE idempotency_key = %s", key)[0]
            connection.commit()
        if not new and (Decimal(stored["amount"]), stored["currency"], stored["reference"]) != (
            wish.amount,
            wish.currency,
            wish.reference,
        ):
            raise KeyUsed
        return stored, new

    def newest(self, limit: int) -> list[dict[str, Any]]:
        self.prepare()
        with self._database.connection() as connection:
            return _selected(connection, "ORDER BY id DESC LIMIT %s", limit)


def _inserted(connection: Connection[Cursor], wish: Wish, key: str) -> bool:
    with connection.cursor() as cursor:
        try:
            cursor.execute(_INSERT, (key, wish.amount, wish.currency, wish.reference))
        except pymysql.err.IntegrityError as error:
            if error.args[0] != ER.DUP_ENTRY:
                raise
            return False
    return True


def _selected(connection: Connection[Cursor], clause: str, value: object) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM transactions {clause}", (value,))  # noqa: S608 (words of this file)
        return [_shown(*row) for row in cursor.fetchall()]


def _shown(number: int, amount: Decimal, currency: str, reference: str, created: Any) -> dict[str, Any]:
    return {
        "id": number,
        "amount": f"{amount:.{DIGITS[currency]}f}",
        "currency": currency,
        "reference": reference,
        "created_at": created.isoformat(timespec="microseconds") + "Z",
    }
