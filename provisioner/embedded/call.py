"""The words of the embedded AWS: a call, the refusal of a call, and the behaviours that stand between caller and moto."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.core.model import OperationModel

    from .wire import Reply

Result = dict[str, Any]

_READS = re.compile(r"(Describe|Get|List|Head|BatchGet|Query|Scan|Lookup|Search|Simulate|Check|Validate|Estimate)([A-Z].*)?")


@dataclass(frozen=True)
class Call:
    """One API call, decoded: what any AWS service receives once its wire format is taken off."""

    service: str
    operation: str
    parameters: dict[str, Any]
    region: str
    account: str
    user_agent: str = ""
    protocol: str = ""
    access_key: str = ""
    model: OperationModel | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing."""
        return _READS.fullmatch(self.operation) is not None


class Refused(Exception):
    """An error answer of AWS: its code, its message and the HTTP status it comes with."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class HangUp(Exception):
    """Raised by a behaviour to end the connection without an answer: what the caller cannot tell from a lost response."""


class Answer:
    """What is said to a call: a result or an error.

    Moto's own answer is decoded only when somebody looks at it, and goes out as moto wrote it (`raw`) unless a behaviour
    gives another answer in its place.
    """

    def __init__(self, read: Callable[[], Result | Refused], raw: Reply | None = None) -> None:
        self._read = read
        self.raw = raw
        self._content: Result | Refused | None = None

    @classmethod
    def of(cls, content: Result | Refused) -> Answer:
        return cls(lambda: content)

    @property
    def content(self) -> Result | Refused:
        if self._content is None:
            self._content = self._read()
        return self._content

    @property
    def error(self) -> Refused | None:
        return self.content if isinstance(self.content, Refused) else None


class Behaviour:
    """One way in which the embedded AWS is more than moto: each request passes all of them, in order.

    `before` may answer in moto's stead. `after` may give another answer than the one it gets, result or error; it runs in
    reverse order, for those whose `before` let the call pass. Both may raise `Refused` instead of returning it. They run
    inside the one lock, so a behaviour needs no care for threads.
    """

    def before(self, call: Call) -> Answer | None:
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        return answer

    def forget(self) -> None:
        """The account is empty again: nothing that was remembered of it holds any more."""
