"""The rules by which things go wrong, as they are given: `--fault "lost ec2:CreateVpc"`. Imports nothing of moto.

    KIND [SERVICE:OPERATION] [HOW MUCH]

    lost ec2:CreateVpc               the first such call is carried out, and its answer lost
    throttle *:* 30%                 of all calls, the seed draws so many
    error iam:Put* 2                 the first two such calls
    reset ec2:* each                 the first of every call that differs from the others
    late ec2:DescribeVpcs 3          what was made is missing from the next three answers that would show it
    stale *:* 2 10%                  a tenth of what was changed is shown as it was, twice
    fail ec2:CreateNatGateway        the first one is made, and turns out `failed`
    race wafv2:UpdateWebACL          somebody else has just changed what the first such call is about
    expire 200                       an access key lasts for so many calls
    expire ASIA* 300                 only access keys like this

Names may hold `*` and `?`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from .batches import BATCHES
from .outcomes import OUTCOMES
from .races import RACES

if TYPE_CHECKING:
    from ..call import Call

CALLS = {
    "lost": "the call is carried out, and the connection ends without an answer",
    "reset": "the connection ends before the call is carried out",
    "error": "500 or 503, and the call is not carried out",
    "error-after": "500, though the call was carried out",
    "throttle": "too many calls, in the service's own words",
    "partial": "an answer with 200 that says what of a batch was not done",
    "fail": "what is made turns out to have failed, some time later",
    "race": "somebody else changes the same at the same moment: a lock is stale, or what was granted is lost",
}
READS = {
    "late": "what was made is missing from the next answers",
    "ghost": "what was deleted stays in the next lists",
    "stale": "what was changed is shown as it was",
    "flap": "what was made or changed is shown and not shown, by turns",
}
EXPIRE = "expire"
KINDS = {**CALLS, **READS, EXPIRE: "credentials expire after so many calls"}

MIX = (
    "throttle *:* 4%",
    "error *:* 2%",
    "reset *:* 2%",
    "lost *:* 2%",
    "error-after *:* 1%",
    "partial *:* 20%",
    "fail *:* 10%",
    "race *:* 10%",
    "late *:* 2 15%",
    "flap *:* 2 5%",
    "ghost *:* 2 15%",
    "stale *:* 2 10%",
    # AWS: only the keys of temporary credentials begin so, and only those expire.
    "expire ASIA* 300",
)
"""What goes wrong where no rule is given: all kinds, seldom enough for a correct client to get through."""

# Kinds that befall some operations only.
_NARROW = {"partial": frozenset(BATCHES), "fail": frozenset(OUTCOMES), "race": RACES}
_READ = re.compile(r"(Describe|Get|List|Head|BatchGet|\*|\?).*")
_ANSWERS, _CALLS_OF_A_KEY = 2, 200
_EXPECTED = "KIND [SERVICE:OPERATION] [NUMBER] [PERCENT% or each]"


@dataclass(frozen=True)
class Rule:
    """What goes wrong with which calls, and how often.

    `times`: how many calls; of a kind that is about reads, how many answers; of `expire`, after how many calls.
    `share`: which share of the calls, 0 to 1; None: all of them. `each`: once for each call that differs from the others.
    """

    kind: str
    service: str
    operation: str
    times: int | None = None
    share: float | None = None
    each: bool = False

    @property
    def is_drawn(self) -> bool:
        """Whether it befalls some calls, and not others, by chance."""
        return self.share is not None and self.share < 1

    def fits(self, call: Call) -> bool:
        return fnmatchcase(call.service, self.service) and fnmatchcase(call.operation, self.operation)


def read(texts: tuple[str, ...]) -> tuple[Rule, ...]:
    """The rules that the texts say; `ValueError` tells what is allowed where one of them says none."""
    return tuple(_rule(text) for text in texts)


def _rule(text: str) -> Rule:
    words = text.split()
    if not words or words[0] not in KINDS:
        kinds = "; ".join(f"{kind}: {meaning}" for kind, meaning in KINDS.items())
        raise _wrong(text, f"it begins with one of these kinds: {kinds}")
    if words[0] == EXPIRE:
        return _expiry(text, words[1:])
    if len(words) < 2 or words[1].count(":") != 1:
        raise _wrong(text, "after the kind comes SERVICE:OPERATION, such as ec2:CreateVpc, ec2:* or *:*")
    service, operation = words[1].split(":")
    rule = _amounts(text, Rule(words[0], service, operation), words[2:])
    _check_names(text, rule)
    return rule


def _expiry(text: str, words: list[str]) -> Rule:
    keys = words.pop(0) if words and not words[0].isdecimal() else "*"
    number = words.pop(0) if words else str(_CALLS_OF_A_KEY)
    if words or not number.isdecimal() or not int(number):
        raise _wrong(text, "it is expire [ACCESS KEY] [CALLS], such as expire 200 or expire ASIA* 300")
    return Rule(EXPIRE, keys, "*", times=int(number))


def _amounts(text: str, rule: Rule, words: list[str]) -> Rule:
    times, share, each = None, None, False
    for word in words:
        if times is None and word.isdecimal() and int(word):
            times = int(word)
        elif share is None and (found := re.fullmatch(r"(\d+(?:\.\d+)?)%", word)) and 0 < float(found[1]) <= 100:
            share = float(found[1]) / 100
        elif word == "each" and not each:
            each = True
        else:
            raise _wrong(text, f"{word} is none of: a number (3), a share (30%), each")
    if rule.kind in READS:
        if each:
            raise _wrong(text, f"{rule.kind} takes a number of answers and a share, such as {rule.kind} *:* 2 10%")
        times = times or _ANSWERS
    elif (times, share, each) == (None, None, False):
        times = 1
    elif (times is not None) + (share is not None) + each > 1:
        raise _wrong(text, f"{rule.kind} takes one of: a number of calls (3), a share of them (30%), each")
    return Rule(rule.kind, rule.service, rule.operation, times, share, each)


def _check_names(text: str, rule: Rule) -> None:
    """A rule that is about nothing is a mistake, and would go unseen."""
    if rule.kind in READS and not _READ.fullmatch(rule.operation):
        raise _wrong(text, f"{rule.kind} is about reads: name one, such as ec2:DescribeVpcs")
    narrow = sorted(_NARROW.get(rule.kind, ()))
    if narrow and not any(fnmatchcase(name, f"{rule.service}:{rule.operation}") for name in narrow):
        raise _wrong(text, f"{rule.kind} is for {', '.join(narrow)}")
    if not any(fnmatchcase(service, rule.service) for service in _services()):
        raise _wrong(text, f"no service is called {rule.service}{_near(rule.service, _services())}")
    if not _is_pattern(rule.service) and not any(fnmatchcase(name, rule.operation) for name in _operations(rule.service)):
        near = _near(rule.operation, _operations(rule.service))
        raise _wrong(text, f"no operation of {rule.service} is called {rule.operation}{near}")


def _is_pattern(name: str) -> bool:
    return bool(set("*?[") & set(name))


def _near(name: str, names: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, names, n=3)
    return f"; there is {', '.join(near)}" if near else ""


@cache
def _services() -> tuple[str, ...]:
    from botocore.loaders import Loader

    return tuple(Loader().list_available_services("service-2"))


@cache
def _operations(service: str) -> tuple[str, ...]:
    from botocore.loaders import Loader

    return tuple(Loader().load_service_model(service, "service-2")["operations"])


def _wrong(text: str, why: str) -> ValueError:
    return ValueError(f"{text!r} is no rule ({_EXPECTED}): {why}")
