"""Which AWS errors pass by themselves, decided by the kind of call, not by the resource."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
)
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from ..errors import CallFailed
from .behaviour import MINUTE, ROWS, Meaning

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CallKind", "Meaning", "explain", "kind_of", "persistent"]

_READS = re.compile(r"(Describe|Get|List|Head|BatchGet|Lookup|Search|Simulate|Check|Validate|Estimate)[A-Z].*")
_REMOVES = re.compile(
    r"(Delete|Detach|Disassociate|Release|Remove|Revoke|Terminate|Deregister|Untag|Unsubscribe|Schedule\w+Deletion)\w*"
)
_TAGGING = frozenset({"CreateTags", "CreateOrUpdateTags"})
_MAKES = re.compile(r"(Create|Allocate|Request|Run|Import|Copy|Register)[A-Z]\w*")

_GONE = re.compile(r"404|\w*\.?\w*(NotFound|NoSuch|DoesNotExist|Nonexistent)\w*(\.\w+)?|\w+\.NotFound\w*|NoSuch\w+")
_EXISTS = re.compile(r"\w*(AlreadyExists|AlreadyOwned|DuplicateItem)\w*|\w+\.(Duplicate|AlreadyExistsException)")
_BUSY = re.compile(
    r"DependencyViolation"
    r"|\w*(InUse|DeleteConflict|OperationAborted|ResourceConflict|ConcurrentModification|InProgress|IncorrectState)\w*(\.\w+)?"
)
_THROTTLED = re.compile(
    r"\w*(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|BandwidthLimit|ThroughputExceeded|PriorRequestNotComplete)\w*"
)
# A quota, or what AWS has none of: an answer that some services give with a 5xx.
_FULL = re.compile(r"Insufficient\w*|\w*(LimitExceeded|LimitsExceeded|LimitReached|QuotaExceeded)\w*|MaximumNumberOf\w*")
# A part of AWS that is broken, whatever the status: what a call on many lists for one of them has none.
_BROKEN = re.compile(r"Internal(Error|Failure|Server\w*|Service\w*)|\w*ServiceUnavailable\w*|Unavailable|RequestTimeout\w*")
_NOT_YET = re.compile(r"cannot be assumed|invalid IAM instance profile|unable to assume|invalid principal", re.IGNORECASE)

_PATIENCE = {
    Meaning.BUSY: 10 * MINUTE,
    Meaning.NOT_YET: 2 * MINUTE,
    Meaning.GONE: 5 * MINUTE,
    Meaning.EXISTS: 2 * MINUTE,
    Meaning.RACE: 1 * MINUTE,
    Meaning.THROTTLED: 10 * MINUTE,
    Meaning.LOST: 5 * MINUTE,
    Meaning.FINAL: 0.0,
}


class CallKind(StrEnum):
    """What a call does to AWS."""

    READ = "read"
    MAKE = "make"
    CHANGE = "change"
    REMOVE = "remove"


def kind_of(operation: str) -> CallKind:
    """The kind of a call, from AWS's own name of its operation (`DescribeVpcs`)."""
    if _READS.fullmatch(operation):
        return CallKind.READ
    if _REMOVES.fullmatch(operation):
        return CallKind.REMOVE
    # Tagging is named like making, and is not.
    return CallKind.MAKE if _MAKES.fullmatch(operation) and operation not in _TAGGING else CallKind.CHANGE


def explain(service: str, operation: str, error: ClientError | BotoCoreError) -> CallFailed:
    """Our error for one of botocore's, with what it means and how long that is worth waiting for."""
    if not isinstance(error, ClientError):
        meaning = _of_connection(error, kind_of(operation))
        return CallFailed(service, operation, type(error).__name__, str(error), "", meaning, _PATIENCE[meaning])
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message") or ""
    request = error.response.get("ResponseMetadata", {})
    meaning, patience = _of_answer(service, operation, code, message, request.get("HTTPStatusCode", 400))
    failed = CallFailed(service, operation, code, message, request.get("RequestId", ""), meaning, patience)
    failed.resent = request.get("RetryAttempts", 0) > 0
    return failed


def _of_connection(error: BotoCoreError, kind: CallKind) -> Meaning:
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return Meaning.FINAL
    if isinstance(error, EndpointConnectionError | ConnectTimeoutError):
        # Nothing was sent, and the SDK has tried more than once.
        return Meaning.THROTTLED if kind is CallKind.MAKE else Meaning.FINAL
    if isinstance(error, ReadTimeoutError | ConnectionClosedError | HTTPClientError):
        return Meaning.LOST
    return Meaning.FINAL


def _of_answer(service: str, operation: str, code: str, message: str, status: int) -> tuple[Meaning, float]:
    for row in ROWS:
        if row.fits(service, operation, code, message):
            return row.meaning, row.patience or _PATIENCE[row.meaning]
    meaning = _in_general(code, message, status)
    return meaning, _PATIENCE[meaning]


def _in_general(code: str, message: str, status: int) -> Meaning:
    if _THROTTLED.fullmatch(code) or status == 429:
        return Meaning.THROTTLED
    if _FULL.fullmatch(code):
        return Meaning.FINAL
    if status >= 500 or _BROKEN.fullmatch(code):
        return Meaning.LOST
    for pattern, meaning in ((_GONE, Meaning.GONE), (_EXISTS, Meaning.EXISTS), (_BUSY, Meaning.BUSY)):
        if pattern.fullmatch(code):
            return meaning
    return Meaning.NOT_YET if _NOT_YET.search(message) else Meaning.FINAL


def persistent(
    *,
    sleep: Callable[[float], None],
    now: Callable[[], float],
    young: Callable[[], bool],
    moved: Callable[[], float],
) -> Retrying:
    """The one retry policy: for a piece of work whose errors are `CallFailed`, while what they say can pass.

    `young` tells whether something that this run made may still be unknown to a part of AWS: only then is "not there" worth
    waiting for; "not yet" always is, since a run that was killed a moment ago may have made it. Patience with an error counts
    from when it was first met. `moved` tells when anything of the run last moved: patience with what is held counts from there,
    since what holds it may be next to go. `sleep` gets the seconds to wait.
    """
    met: dict[tuple[str, str], float] = {}

    def passes(error: BaseException) -> bool:
        if not isinstance(error, CallFailed) or error.meaning is Meaning.FINAL:
            return False
        return young() if error.meaning is Meaning.GONE else True

    def spent(state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if not isinstance(error, CallFailed):
            return True
        first = met.setdefault((error.operation, error.code), now())
        since = max(first, moved()) if error.meaning is Meaning.BUSY else first
        return now() - since >= error.patience

    return Retrying(
        retry=retry_if_exception(passes),
        wait=wait_random_exponential(multiplier=0.5, max=15),
        stop=spent,
        sleep=sleep,
        reraise=True,
    )
