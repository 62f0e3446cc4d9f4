"""Changes of zones: each is `PENDING` until all name servers know it."""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from ...call import Call, Refused, Result
from ...clock import Delay
from ..mending import Mends, kept

mends = Mends("route53")

# AWS: about a minute.
_SECONDS = 45


def begun(backend: Any, comment: str | None = None) -> dict[str, Any]:
    """A new change, as Route 53 tells of it."""
    name = "C" + "".join(mock_random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") for _ in range(20))
    told = {"Comment": comment} if comment else {}
    change = {"Id": f"/change/{name}", "Status": "PENDING", "SubmittedAt": utcnow(), **told}
    kept(backend, "changes")[name] = change, Delay(_SECONDS)
    return change


@mends.then("CreateHostedZone", "DeleteHostedZone", "AssociateVPCWithHostedZone", "DisassociateVPCFromHostedZone")
def is_pending(call: Call, backend: Any, result: Result) -> Result:
    return {**result, "ChangeInfo": begun(backend, call.parameters.get("Comment"))}


@mends.first("GetChange")
def look(call: Call, backend: Any) -> Result:
    found = kept(backend, "changes").get(call.parameters["Id"].removeprefix("/change/"))
    if found is None:
        raise Refused("NoSuchChange", f"A change with id {call.parameters['Id']} does not exist.", 404)
    change, delay = found
    return {"ChangeInfo": {**change, "Status": "PENDING" if delay.goes_on() else "INSYNC"}}
