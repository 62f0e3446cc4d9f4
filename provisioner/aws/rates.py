"""How fast AWS takes calls: what would come faster waits here, rather than be refused there.

One row a limit. Rates rest on the services' quotas and on what kOps, Terraform and aws-nuke keep to; where AWS publishes none,
there is no row, and its refusal ("throttled") is waited out.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

WRITES = "(?!Describe|Get|List|Head).*"


class Rate(NamedTuple):
    """Calls a second, and how many may come at once after a rest; `everywhere`: all regions share them."""

    service: str
    operation: str  # regular expression, matched whole
    per_second: float
    burst: int
    everywhere: bool = False

    def fits(self, service: str, operation: str) -> bool:
        """Whether the row is about this call."""
        return service == self.service and re.fullmatch(self.operation, operation) is not None


RATES: tuple[Rate, ...] = (
    # Route 53: five calls a second for the whole account, all tools together.
    Rate("route53", ".*", 4, 4, everywhere=True),
    Rate("wafv2", "(Associate|Disassociate)WebACL", 0.5, 1),
    Rate("wafv2", WRITES, 1, 1),
    Rate("wafv2", ".*", 5, 5),
    # Lambda's control plane: fifteen over all its operations.
    Rate("lambda", ".*", 12, 12),
    Rate("ec2", "(Create|Modify|Delete)VpcEndpoints?", 0.3, 4),
    Rate("ec2", WRITES, 5, 50),
    Rate("ec2", ".*", 20, 100),
    Rate("cloudwatch", "PutMetricAlarm|PutCompositeAlarm|DeleteAlarms", 3, 3),
    Rate("cloudwatch", ".*", 5, 9),
    Rate("logs", "PutMetricFilter", 5, 5),
    Rate("logs", "(Create|Delete)LogGroup", 10, 10),
    Rate("cloudtrail", "(Create|Update|Delete)Trail", 1, 1),
    Rate("kms", "Create(Key|Alias)|UpdateAlias", 5, 5),
    Rate("acm", "DescribeCertificate", 10, 10),
)


class Limiter:
    """Lets calls through as fast as AWS takes them. `now` and `wait` are of one clock, in seconds."""

    def __init__(self, now: Callable[[], float], wait: Callable[[float], None]) -> None:
        self._now, self._wait = now, wait
        self._lock = threading.Lock()
        self._next: dict[tuple[Rate, str], float] = {}

    def await_turn(self, service: str, operation: str, region: str) -> None:
        """Returns when the call may go."""
        for rate in RATES:
            if rate.fits(service, operation):
                if (seconds := self._reserve(rate, "" if rate.everywhere else region)) > 0.001:
                    self._wait(seconds)
                return

    def _reserve(self, rate: Rate, region: str) -> float:
        """How long until the call's turn; the turn is taken. A rest is remembered for as many calls as may come at once."""
        with self._lock:
            now = self._now()
            rested = now - (rate.burst - 1) / rate.per_second
            turn = max(self._next.get((rate, region), rested), rested)
            self._next[rate, region] = turn + 1 / rate.per_second
            return turn - now
