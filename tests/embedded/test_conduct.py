"""What can be asked of an embedded AWS, and what can not."""

from __future__ import annotations

import pytest

from provisioner.embedded.clock import Delay, going, looking
from provisioner.embedded.conduct import Conduct


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"level": "odd"}, "no such level: odd; there are plain, lifelike, hostile"),
        ({"level": "lifelike", "minute_ms": 0}, "more than 0 milliseconds"),
        ({"level": "lifelike", "seed": 1}, "for the level hostile, not lifelike"),
        ({"level": "plain", "faults": ("x",)}, "for the level hostile, not plain"),
    ],
)
def test_what_does_not_fit_together_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Conduct(**given)  # type: ignore[arg-type]


def test_a_seed_that_was_not_given_is_drawn_and_told() -> None:
    drawn = Conduct("hostile")
    assert isinstance(drawn.seed, int)
    assert drawn.as_json() == {"level": "hostile", "minute_ms": 50, "seed": drawn.seed, "faults": []}
    assert drawn.arguments() == ["--level", "hostile", "--minute-ms", "50.0", "--seed", str(drawn.seed)]


def test_without_a_clock_looks_are_counted() -> None:
    delay = Delay(600, looks=2)
    assert not delay.is_over()
    assert [delay.goes_on() for _ in range(4)] == [True, True, False, False]
    assert delay.is_over()


def test_a_test_may_want_more_looks_than_usual() -> None:
    with looking(1):
        short, usual = Delay(5, looks=0), Delay(5)
    assert [short.goes_on() for _ in range(2)] == [True, False]
    assert [usual.goes_on() for _ in range(3)] == [True, True, False]
    assert not Delay(5, looks=0).goes_on()


def test_with_a_clock_time_passes_and_the_first_look_sees_it_under_way() -> None:
    with going(0.001):
        delay = Delay(0)
        assert delay.is_over()
        assert [delay.goes_on() for _ in range(3)] == [True, False, False]
    with going(60_000):
        lasting = Delay(600)
        assert [lasting.goes_on() for _ in range(5)] == [True] * 5
        assert not lasting.is_over()
        lasting.end()
        assert lasting.is_over()
        assert not lasting.goes_on()
