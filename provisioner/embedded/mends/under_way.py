"""What takes AWS a while: all of it in one list, which is gone through at each call, so that what is over ends by itself.

A call that would show it counts as a look; any other call only finds what is over. So a subnet is free once the network
interface of a load balancer in it has had its time, whether or not anybody looked at the interface.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..call import Answer, Behaviour, Call
from ..clock import Delay, stands
from .mending import backend, kept

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class UnderWay:
    """Something that goes on for a while: how long, what is done at its end, and in which region who looks at it."""

    delay: Delay
    end: Callable[[], None]
    region: str
    seen_by: tuple[str, ...]
    if_asked: Callable[[Call], bool]

    def is_looked_at(self, call: Call) -> bool:
        return str(call) in self.seen_by and call.region == self.region and self.if_asked(call)

    def is_over(self, call: Call) -> bool:
        if self.is_looked_at(call):
            return not self.delay.goes_on()
        # Without a clock, only who looks makes time pass.
        return self.delay.is_over() and not stands()


class TimePasses(Behaviour):
    """At each call, ends what is over. It comes before all else that judges a call by the state of things."""

    def before(self, call: Call) -> Answer | None:
        going = _all(call)
        for key, one in list(going.items()):
            # What ended before it may have ended it, too.
            if going.get(key) is one and one.is_over(call):
                del going[key]
                one.end()
        return None


def begin(
    call: Call,
    key: str,
    delay: Delay,
    end: Callable[[], None],
    *,
    seen_by: tuple[str, ...],
    if_asked: Callable[[Call], bool] = lambda call: True,
) -> None:
    """Something begins with a call, in its account and region: at the end of the delay, `end` is called.

    `key` is an id or ARN: a thing has one state, so what was under way with it before ends without its end. `seen_by` are
    the operations that look at it, where `if_asked` does not know better.
    """
    stop(call, key)
    if stands() and delay.is_over():
        end()
    else:
        _all(call)[key] = UnderWay(delay, end, call.region, seen_by, if_asked)


def stop(call: Call, key: str) -> None:
    """What is under way with it, if anything, never ends."""
    _all(call).pop(key, None)


def end_otherwise(call: Call, key: str, end: Callable[[], None]) -> None:
    """What is under way with it ends in another way; where nothing is, that is so at once."""
    if key in _all(call):
        _all(call)[key].end = end
    else:
        end()


def _all(call: Call) -> dict[str, UnderWay]:
    # Of all services, STS has one backend an account that costs nothing to make; to it, it is nothing.
    return kept(backend(call, "sts"), "under_way")
