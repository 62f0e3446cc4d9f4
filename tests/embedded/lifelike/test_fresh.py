"""For how long something is new."""

from __future__ import annotations

from types import SimpleNamespace

from provisioner.embedded.clock import going
from provisioner.embedded.lifelike.fresh import born, is_unknown


def test_each_user_looks_once_too_early_and_what_it_says_is_news_of_its_own() -> None:
    with going(None):
        thing = SimpleNamespace()
        assert not is_unknown(thing, "anybody")
        born(thing)
        assert [is_unknown(thing, user) for user in ("lambda", "lambda", "rds", "lambda", "rds")] == [
            True,
            False,
            True,
            False,
            False,
        ]
        born(thing, "policy")
        assert not is_unknown(thing, "lambda")
        assert [is_unknown(thing, "lambda", "policy") for _ in range(2)] == [True, False]
        born(thing, "policy")
        assert is_unknown(thing, "lambda", "policy")


def test_with_a_clock_it_is_unknown_for_seconds_of_aws() -> None:
    with going(1e9):
        thing = SimpleNamespace()
        born(thing)
        assert all(is_unknown(thing, "lambda") for _ in range(5))
    with going(1e-6):
        born(thing)
        assert [is_unknown(thing, "lambda") for _ in range(2)] == [True, False]
