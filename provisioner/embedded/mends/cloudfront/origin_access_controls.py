"""Origin access controls: unique names, ETags, and no deletion while a distribution uses them."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused, Result
from ..mending import Mends
from .distributions import config_of
from .etags import renew, require_match

mends = Mends("cloudfront")


@mends.first("CreateOriginAccessControl", "UpdateOriginAccessControl")
def name_is_free(call: Call, backend: Any) -> None:
    wanted = call.parameters["OriginAccessControlConfig"]["Name"]
    for other in backend.origin_access_controls.values():
        if other.name == wanted and other.id != call.parameters.get("Id"):
            message = "An origin access control with the specified parameters already exists."
            raise Refused("OriginAccessControlAlreadyExists", message, 409)


@mends.first("UpdateOriginAccessControl", "DeleteOriginAccessControl")
def etag_matches(call: Call, backend: Any) -> None:
    require_match(call, _control(call, backend))


@mends.first("DeleteOriginAccessControl")
def not_while_used(call: Call, backend: Any) -> None:
    for distribution in backend.distributions.values():
        for origin in config_of(distribution)["Origins"]["Items"]:
            if origin["OriginAccessControlId"] == call.parameters["Id"]:
                message = f"Cannot delete the origin access control because it's in use by {distribution.id}."
                raise Refused("OriginAccessControlInUse", message, 409)


@mends.then("UpdateOriginAccessControl")
def new_etag(call: Call, backend: Any, result: Result) -> Result:
    return {**result, "ETag": renew(_control(call, backend))}


@mends.first("GetOriginAccessControlConfig")
def show_config(call: Call, backend: Any) -> Result:
    control = _control(call, backend)
    config = {
        "Name": control.name,
        "Description": control.description or "",
        "SigningProtocol": control.signing_protocol,
        "SigningBehavior": control.signing_behavior,
        "OriginAccessControlOriginType": control.origin_type,
    }
    return {"OriginAccessControlConfig": config, "ETag": control.etag}


def _control(call: Call, backend: Any) -> Any:
    control = backend.origin_access_controls.get(call.parameters["Id"])
    if control is None:
        raise Refused("NoSuchOriginAccessControl", "The specified origin access control does not exist.", 404)
    return control
