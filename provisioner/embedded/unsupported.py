"""What moto cannot do, said clearly.

Moto raises NotImplementedError (a bare 500 on a server), answers 404 to REST routes that it does not have, and crashes
with KeyError and the like where it has a bug. A caller must never take one of these for an answer of AWS: a 404 would
read as "does not exist", a 500 would be tried again.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from .call import Refused

if TYPE_CHECKING:
    from .call import Call
    from .wire import Reply

log = logging.getLogger("provisioner.embedded")


def unsupported(call: Call, why: str = "") -> Refused:
    """The refusal of a call that the embedded AWS does not know; 400, since botocore tries a 5xx again."""
    return Refused("NotImplemented", f"the embedded AWS does not know {call.service}:{call.operation}{why}")


def crashed(call: Call, error: Exception) -> Refused:
    """The refusal that stands for an exception which moto raised instead of answering."""
    if isinstance(error, NotImplementedError):
        return unsupported(call)
    log.error("moto failed on %s", call, exc_info=error)
    return unsupported(call, f" with these parameters (moto: {type(error).__name__}: {error})")


def unsupported_route(call: Call, reply: Reply) -> Refused | None:
    """The refusal for a 404 that comes from moto's router, not from AWS's semantics.

    A 404 of AWS carries an error document in the service's format; the router's is empty or an HTML page. Answers to HEAD
    never have a body: there a bare 404 is AWS's own "does not exist".
    """
    if reply.status not in (404, 405) or (call.model and call.model.http.get("method") == "HEAD"):
        return None
    page = reply.body.lstrip()[:15].lower()
    return unsupported(call) if not page or page.startswith((b"<!doctype html", b"<html")) else None
