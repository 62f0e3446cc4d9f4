"""One run per plan, environment, account and region: a lease that is renewed while the run is at work.

A run first looks whether another one is at work, then reads and asks, and takes the lock only if there is anything to do. The
lease ends by itself where the run dies. A run whose lease is over sends nothing that changes anything before it has it again,
and nothing ever where somebody else took it.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from ..aws.lease import Holder, Record
from ..aws.retry import Meaning
from ..errors import CallFailed, LeaseLost, Locked, NoLock
from .whereabouts import has_died, this_process
from .world import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..aws.lease import Leases
    from .clock import Clock

T = TypeVar("T")

LEASE, HEARTBEAT, AGAIN = 60.0, 20.0, 2.0
"""Seconds: for how long a run is believed to live, after how many it says so anew, and tries again where that failed."""

_TRIES = 15


class RunLock:
    """The lock of what runs are about (`name`), for the run `run`.

    `who` tells whose credentials it has; `advice` is what a person can do about a run that is in the way.
    """

    def __init__(self, leases: Leases, name: str, run: str, *, who: Callable[[], str], clock: Clock, advice: str = "") -> None:
        self.name = name
        self._leases, self._run, self._who, self._clock, self._advice = leases, run, who, clock, advice
        self._record, self._came_between = Record(), False
        self._believed_until, self._loss = 0.0, ""
        self._writing, self._ended = threading.Lock(), threading.Event()
        self._on_loss: Callable[[], None] = self._ended.set

    def look(self) -> None:
        """See who holds it. Raises `Locked` where another run is at work, and `NoLock` where AWS does not say."""
        self._record = self.read()
        self._check_free()

    def read(self) -> Record:
        """The record as it is now."""
        return self._reachable(lambda: self._leases.read(self.name))

    def lift(self, seen: Record) -> bool:
        """Take it from whoever held it when it was seen; False where it is still held, by somebody who has written since."""
        try:
            self._reachable(lambda: self._leases.write(self.name, seen, None, 0.0))
        except CallFailed:
            return self.read().holder is None
        return True

    @contextmanager
    def held(self, on_loss: Callable[[], None]) -> Iterator[bool]:
        """Within it the lock is this run's; it yields whether another run came and went since the look.

        `on_loss` is called, in any thread, when the lease is lost. Raises as `look` does.
        """
        self._on_loss = on_loss
        try:
            self._reachable(self._take)
            self._leases.guard(self.check)
            threading.Thread(target=self._keep, name="lock", daemon=True).start()
            yield self._came_between
        finally:
            self._release()

    def check(self) -> None:
        """Raises `LeaseLost` unless the lock is this run's at this moment."""
        if self._is_over():
            with self._writing:
                while self._is_over() and not self._ended.is_set():
                    self._renew()
        if self._ended.is_set():
            why = self._loss.partition("\n")[0] or f"the run that held the lock on {self.name} is over"
            raise LeaseLost(f"not sent: {why}")

    def check_kept(self) -> None:
        """Raises `LeaseLost` where it was lost while it was held."""
        if self._loss:
            raise LeaseLost(self._loss)

    # -- take and release

    def _take(self) -> None:
        myself = self._myself()
        # An earlier attempt, whose answer was lost, may have taken it.
        while not self._record.is_of(self._run):
            seen = self._record
            try:
                self._write(seen, myself)
            except CallFailed as error:
                if error.meaning is Meaning.GONE:
                    self._leases.make_table(self._pause)
                elif error.meaning is not Meaning.RACE:
                    raise
                self._record = self._leases.read(self.name)
                self._came_between |= self._record.version != seen.version and not self._record.is_of(self._run)
                self._check_free()

    def _check_free(self) -> None:
        record = self._record
        if record.holder is None or record.is_of(self._run) or has_died(record.holder.process):
            return
        # Beyond its end for as long again: no clock is that wrong, and the holder's last call is through.
        if record.read_at < record.expires + record.lease:
            first = f"another run is at work on {self.name}; nothing was changed"
            raise Locked("\n".join([first, *told(record, record.holder), self._advice]).rstrip())

    def _myself(self) -> Holder:
        now = self._leases.now()
        return Holder(self._run, self._who(), socket.gethostname(), os.getpid(), this_process(), now)

    def _release(self) -> None:
        self._ended.set()
        with self._writing:
            try:
                if not self._loss:
                    self._reachable(self._let_go)
            except NoLock as error:
                log.warning("lock not released", error=str(error))

    def _let_go(self) -> None:
        if not self._record.is_of(self._run):
            # A write whose answer never came may have taken it.
            self._record = self._leases.read(self.name)
        while self._record.is_of(self._run):
            try:
                self._record = self._leases.write(self.name, self._record, None, 0.0)
            except CallFailed as error:
                if error.meaning is not Meaning.RACE:
                    raise
                self._record = self._leases.read(self.name)

    # -- keep

    def _keep(self) -> None:
        while not self._ended.wait(self._clock.real(self._until_next())):
            with self._writing:
                self._renew()

    def _until_next(self) -> float:
        return max(AGAIN, self._believed_until - LEASE + HEARTBEAT - self._clock.now_with_sleep())

    def _renew(self) -> None:
        if self._ended.is_set():
            return
        try:
            if self._is_over():
                self._reachable(self._say_that_it_lives)
            else:
                self._say_that_it_lives()
        except CallFailed:
            pass  # there is time to try again
        except NoLock as error:
            self._lose(f"it could not be renewed. {error}")

    def _say_that_it_lives(self) -> None:
        try:
            self._write(self._record, self._record.holder)
        except CallFailed as error:
            if error.meaning is not Meaning.RACE:
                raise
            found = self._leases.read(self.name)
            if found.is_of(self._run):
                # Written by an earlier attempt, whose answer was lost.
                self._write(found, found.holder)
            elif found.holder is None:
                self._lose("somebody lifted it")
            else:
                self._lose("\n".join(["another run has taken it", *told(found, found.holder)]))

    def _lose(self, why: str) -> None:
        first, *more = why.splitlines()
        done = "What was under way is finished, nothing else was begun: run again when nobody is at work."
        self._loss = "\n".join([f"this run lost its lock on {self.name}: {first}", *more, done])
        self._ended.set()
        self._on_loss()

    def _is_over(self) -> bool:
        return self._clock.now_with_sleep() >= self._believed_until

    # -- shared

    def _write(self, seen: Record, holder: Holder | None) -> None:
        sent = self._clock.now_with_sleep()
        self._record = self._leases.write(self.name, seen, holder, self._clock.real(LEASE))
        self._believed_until = sent + LEASE

    def _reachable(self, call: Callable[[], T]) -> T:
        """The answer of a call that is tried again while what keeps it from AWS passes. Raises `NoLock`, or that it raced."""
        tried = 0
        while True:
            try:
                return call()
            except CallFailed as error:
                if error.meaning is Meaning.RACE:
                    raise
                tried += 1
                if error.meaning not in (Meaning.THROTTLED, Meaning.LOST) or tried >= _TRIES:
                    words = f"the lock on {self.name} is out of reach: {error}"
                    raise NoLock(f"{words}\nThese credentials need {self._leases.needed}.") from error
            self._pause(AGAIN)

    def _pause(self, seconds: float) -> None:
        threading.Event().wait(self._clock.real(seconds))


def told(record: Record, holder: Holder) -> list[str]:
    """Who holds a lock, from where, since when and until when, for a person."""
    silent = _for(record.read_at - record.heartbeat)
    until = f"{_moment(record.expires)}, unless it says again that it lives, as it did {silent} ago"
    if record.read_at >= record.expires:
        until = f"{_moment(record.expires + record.lease)}: run again then. It has not said for {silent} that it lives"
    return [
        f"held by  {holder.who}, run {holder.run}",
        f"from     {holder.host}, process {holder.pid}",
        f"since    {_moment(holder.since)}, {_for(record.read_at - holder.since)} ago",
        f"until    {until}",
    ]


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _for(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
