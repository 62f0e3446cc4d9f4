"""Connections are few, shared, and replaced when they are of no use any more."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pymysql
import pytest

from plans.financial_platform.app.failure import Failing

if TYPE_CHECKING:
    from collections.abc import Callable

    from plans.financial_platform.app.database import Database

    from .mariadb import Master


def thread_of(database: Database) -> int:
    with database.connection() as connection:
        number: int = connection.thread_id()  # type: ignore[no-untyped-call]
        return number


def kill_all(master: Master) -> None:
    for (number,) in master.server.execute("SELECT id FROM information_schema.processlist WHERE user = 'financial'"):
        master.server.execute("KILL %s", number)


def test_a_connection_is_used_again(database: Database) -> None:
    assert thread_of(database) == thread_of(database)


def test_what_was_not_committed_is_gone_when_a_connection_comes_back(database: Database) -> None:
    with database.connection() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE things (n INT)")
        cursor.execute("INSERT INTO things VALUES (1)")
    with database.connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM things")
        assert cursor.fetchall() == ()


def test_a_connection_that_broke_while_it_rested_is_replaced(database: Database, master: Master) -> None:
    before = thread_of(database)
    kill_all(master)
    assert thread_of(database) != before


def test_an_old_connection_is_replaced(new_database: Callable[..., Database]) -> None:
    database = new_database(oldest_seconds=0)
    assert thread_of(database) != thread_of(database)


def test_a_connection_that_breaks_at_work_is_not_used_again(database: Database, master: Master) -> None:
    def work() -> None:
        with database.connection() as connection, connection.cursor() as cursor:
            kill_all(master)
            cursor.execute("SELECT 1")

    with pytest.raises(Failing, match="did not answer a query"):
        work()
    assert thread_of(database) > 0


def test_a_mistake_of_ours_is_not_the_databases(database: Database) -> None:
    with (
        pytest.raises(pymysql.err.ProgrammingError),
        database.connection() as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELEKT 1")


def test_there_are_never_more_than_its_size(new_database: Callable[..., Database], master: Master) -> None:
    database = new_database(size=2, wait_seconds=0.01)
    with database.connection(), database.connection(), pytest.raises(Failing, match="in use"), database.connection():
        pass
    with database.connection(), database.connection():
        [(count,)] = master.server.execute("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'financial'")
    assert count == 2


def test_who_waits_gets_the_next_free_one(new_database: Callable[..., Database]) -> None:
    database = new_database(size=1)
    got = []
    with database.connection():
        waiting = threading.Thread(target=lambda: got.append(thread_of(database)))
        waiting.start()
    waiting.join()
    assert len(got) == 1


def test_closing_leaves_none_open(database: Database, master: Master) -> None:
    with database.connection(), database.connection():
        pass
    database.close()
    [(count,)] = master.server.execute("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'financial'")
    assert count == 0
