"""Everything that provisioner raises on purpose, with the exit code that the command line gives it.

ProvisionerError
├── Refused            nothing was changed, and nothing will be until a person decides
│   ├── PlanError          the plan itself is wrong
│   ├── SettingsError      the settings are wrong: all mistakes at once
│   ├── WrongAccount       the credentials are not for the account that the environment names
│   ├── NoCredentials      AWS can not be asked at all
│   ├── ForeignOwner       the name is taken by something that is not the plan's
│   ├── Ambiguous          two living resources claim to be one step
│   ├── Protected          it holds data, and nobody named it
│   ├── Moved              AWS is no longer what the saved plan was made from
│   └── Locked             another run is at work
├── NoLock             the lock can not be read or taken: nothing was changed
├── LeaseLost          the lock is no longer this run's: it stopped before its next change
├── CallFailed         AWS refused a call, or its answer never came
├── NotSettled         AWS took a call and does not show its effect in time
├── Broken             AWS says that the resource has failed for good
├── Blocked            something else still holds what is to be deleted
├── EmbeddedError      the AWS on this machine can not be started or reached
└── Failed             some steps did not finish
    └── Interrupted        because somebody asked the run to stop
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from .aws.retry import Meaning


class ProvisionerError(Exception):
    """Base of all errors that are meant for the person at the terminal."""

    exit_code: ClassVar[int] = 1


class Refused(ProvisionerError):
    """Refused before any change."""

    exit_code = 4


class PlanError(Refused):
    """The plan itself is wrong; nothing was called."""


class SettingsError(Refused):
    """The settings are wrong. Carries every mistake, each with its file and key."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


class WrongAccount(Refused):
    """The credentials belong to another account than the environment names."""


class NoCredentials(Refused):
    """There are no usable credentials, or AWS refuses them."""


class ForeignOwner(Refused):
    """Something that is not the plan's stands where a step would."""


class Ambiguous(Refused):
    """Two living resources carry the mark of one step."""


class Protected(Refused):
    """It holds data, and was not named."""


class Moved(Refused):
    """What lives is no longer what the saved plan was made from."""


class Locked(Refused):
    """Another run holds the lock of this plan, environment, account and region."""

    exit_code = 3


class NoLock(ProvisionerError):
    """AWS does not let the lock be read or taken; nothing was changed."""


class LeaseLost(ProvisionerError):
    """Somebody else has the run's lock by now, or may have it. Nothing that changes anything was sent since."""


class CallFailed(ProvisionerError):
    """A call that AWS refused, or whose answer was lost.

    `code`, `message` and `request_id` are AWS's own; `meaning` and `patience` (seconds) are what the general rules and the
    table in `aws/behaviour.py` make of them. `resent`: the SDK had sent the call before, so that one may have been carried out.
    """

    resent = False

    def __init__(
        self, service: str, operation: str, code: str, message: str, request_id: str, meaning: Meaning, patience: float
    ) -> None:
        said = f"AWS refused {service}:{operation}: {code}: {message}"
        super().__init__(f"{said} (request {request_id})" if request_id else said)
        self.service, self.operation, self.code, self.message = service, operation, code, message
        self.request_id, self.meaning, self.patience = request_id, meaning, patience


class NotSettled(ProvisionerError):
    """AWS took the calls and did not show what they asked for in time."""


class Broken(ProvisionerError):
    """AWS says that the resource has failed and will not recover."""


class Blocked(ProvisionerError):
    """Something holds what is to be deleted, longer than it usually does."""


class EmbeddedError(ProvisionerError):
    """The embedded AWS can not be started, found or reached."""


class Failed(ProvisionerError):
    """Some steps did not finish; the rest is done, and running again goes on from there."""


class Interrupted(Failed):
    """The run was asked to stop. It is safe to run again."""

    exit_code = 130
