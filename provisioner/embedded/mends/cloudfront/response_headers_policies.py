"""Response headers policies, which moto does not have: AWS's own ones, and those of the account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from ...call import Call, Refused, Result
from ..mending import Mends, kept
from ..pages import page
from .distributions import config_of
from .etags import renew, require_match
from .quantities import quantities_are_right

mends = Mends("cloudfront")

_YEAR = 31536000
_SECURITY = {
    "XSSProtection": {"Override": False, "Protection": True, "ModeBlock": True},
    "FrameOptions": {"Override": False, "FrameOption": "SAMEORIGIN"},
    "ReferrerPolicy": {"Override": False, "ReferrerPolicy": "strict-origin-when-cross-origin"},
    "ContentTypeOptions": {"Override": True},
    "StrictTransportSecurity": {
        "Override": False,
        "IncludeSubdomains": False,
        "Preload": False,
        "AccessControlMaxAgeSec": _YEAR,
    },
}


def _cors(*methods: str, **more: Any) -> dict[str, Any]:
    return {
        "AccessControlAllowOrigins": {"Quantity": 1, "Items": ["*"]},
        "AccessControlAllowHeaders": {"Quantity": 1, "Items": ["*"]},
        "AccessControlAllowMethods": {"Quantity": len(methods), "Items": list(methods)},
        "AccessControlAllowCredentials": False,
        "OriginOverride": False,
        **more,
    }


_SIMPLE = _cors("GET", "HEAD", "POST")
_PREFLIGHT = _cors(
    *("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"),
    AccessControlExposeHeaders={"Quantity": 1, "Items": ["*"]},
)
# The user guide, "Use managed response headers policies": the same ids in every account.
_MANAGED: dict[str, tuple[str, dict[str, Any]]] = {
    "60669652-455b-4ae9-85a4-c4c02393f86c": ("SimpleCORS", {"CorsConfig": _SIMPLE}),
    "5cc3b908-e619-4b99-88e5-2cf7f45965bd": ("CORS-With-Preflight", {"CorsConfig": _PREFLIGHT}),
    "67f7725c-6f97-4210-82d7-5512b31e9d03": ("SecurityHeadersPolicy", {"SecurityHeadersConfig": _SECURITY}),
    "e61eb60c-9c35-4d20-a928-2b84e02af89c": (
        "CORS-and-SecurityHeadersPolicy",
        {"CorsConfig": _SIMPLE, "SecurityHeadersConfig": _SECURITY},
    ),
    "eaab4381-ed33-4a86-88ca-d9558dc6cd63": (
        "CORS-with-preflight-and-SecurityHeadersPolicy",
        {"CorsConfig": _PREFLIGHT, "SecurityHeadersConfig": _SECURITY},
    ),
}


@dataclass
class _Policy:
    """One policy: AWS's own (`managed`), or the account's (`custom`)."""

    id: str
    config: dict[str, Any]
    type: str = "custom"
    etag: str = ""
    modified: datetime = field(default_factory=utcnow)

    def shown(self) -> dict[str, Any]:
        return {"Id": self.id, "LastModifiedTime": self.modified, "ResponseHeadersPolicyConfig": self.config}


@mends.first("CreateResponseHeadersPolicy", "UpdateResponseHeadersPolicy")
def config_is_valid(call: Call, backend: Any) -> None:
    config = call.parameters["ResponseHeadersPolicyConfig"]
    quantities_are_right(config, "ResponseHeadersPolicyConfig")
    for text, longest in ((config["Name"], 128), (config.get("Comment", ""), 128)):
        if len(text) > longest:
            raise Refused("InvalidArgument", f"The parameter Name or Comment is too long: at most {longest} characters.")
    if not config.keys() - {"Name", "Comment"}:
        raise Refused("InvalidArgument", "At least one header configuration is needed.")
    xss = config.get("SecurityHeadersConfig", {}).get("XSSProtection", {})
    if xss.get("ModeBlock") and xss.get("ReportUri"):
        raise Refused("InvalidArgument", "ReportUri can not be specified when ModeBlock is true.")
    for name, most, code in (
        ("CustomHeadersConfig", 10, "TooManyCustomHeadersInResponseHeadersPolicy"),
        ("RemoveHeadersConfig", 10, "TooManyRemoveHeadersInResponseHeadersPolicy"),
    ):
        if config.get(name, {}).get("Quantity", 0) > most:
            raise Refused(code, f"The number of headers in {name} is greater than {most}.")


@mends.first("CreateResponseHeadersPolicy", "UpdateResponseHeadersPolicy")
def name_is_free(call: Call, backend: Any) -> None:
    wanted = call.parameters["ResponseHeadersPolicyConfig"]["Name"]
    for other in _policies(backend).values():
        if other.config["Name"] == wanted and other.id != call.parameters.get("Id"):
            message = "A response headers policy with this name already exists in this account."
            raise Refused("ResponseHeadersPolicyAlreadyExists", message, 409)


@mends.first("UpdateResponseHeadersPolicy", "DeleteResponseHeadersPolicy")
def may_change(call: Call, backend: Any) -> None:
    policy = _policy(call, backend)
    if policy.type == "managed":
        code = "IllegalDelete" if call.operation.startswith("Delete") else "IllegalUpdate"
        raise Refused(code, "AWS's own policies can not be changed or deleted.")
    require_match(call, policy)


@mends.first("CreateResponseHeadersPolicy")
def create(call: Call, backend: Any) -> Result:
    policy = _Policy(str(mock_random.uuid4()), call.parameters["ResponseHeadersPolicyConfig"])
    _policies(backend)[policy.id] = policy
    location = f"https://cloudfront.amazonaws.com/2020-05-31/response-headers-policy/{policy.id}"
    return {"ResponseHeadersPolicy": policy.shown(), "ETag": renew(policy), "Location": location}


@mends.first("UpdateResponseHeadersPolicy")
def update(call: Call, backend: Any) -> Result:
    policy = _policy(call, backend)
    policy.config, policy.modified = call.parameters["ResponseHeadersPolicyConfig"], utcnow()
    return {"ResponseHeadersPolicy": policy.shown(), "ETag": renew(policy)}


@mends.first("GetResponseHeadersPolicy")
def show(call: Call, backend: Any) -> Result:
    policy = _policy(call, backend)
    return {"ResponseHeadersPolicy": policy.shown(), "ETag": policy.etag}


@mends.first("GetResponseHeadersPolicyConfig")
def show_config(call: Call, backend: Any) -> Result:
    policy = _policy(call, backend)
    return {"ResponseHeadersPolicyConfig": policy.config, "ETag": policy.etag}


@mends.first("ListResponseHeadersPolicies")
def show_all(call: Call, backend: Any) -> Result:
    wanted, size = call.parameters.get("Type"), int(call.parameters.get("MaxItems") or 100)
    found = [
        {"Type": policy.type, "ResponseHeadersPolicy": policy.shown()}
        for policy in _policies(backend).values()
        if wanted in (None, policy.type)
    ]
    items, more = page(found, call.parameters.get("Marker"), size)
    shown: dict[str, Any] = {"MaxItems": size, "Quantity": len(items), **({"Items": items} if items else {})}
    return {"ResponseHeadersPolicyList": {**shown, **({"NextMarker": more} if more else {})}}


@mends.first("ListDistributionsByResponseHeadersPolicyId")
def show_users(call: Call, backend: Any) -> Result:
    wanted, size = call.parameters["ResponseHeadersPolicyId"], int(call.parameters.get("MaxItems") or 100)
    _existing(backend, wanted)
    items, more = page(list(_users(backend, wanted)), call.parameters.get("Marker"), size)
    shown = {"Marker": call.parameters.get("Marker") or "", "MaxItems": size, "IsTruncated": bool(more), "Quantity": len(items)}
    return {"DistributionIdList": {**shown, "Items": items, **({"NextMarker": more} if more else {})}}


@mends.first("DeleteResponseHeadersPolicy")
def delete(call: Call, backend: Any) -> Result:
    policy = _policy(call, backend)
    if users := list(_users(backend, policy.id)):
        message = f"Cannot delete the response headers policy because it's in use by {', '.join(users)}."
        raise Refused("ResponseHeadersPolicyInUse", message, 409)
    del _policies(backend)[policy.id]
    return {}


@mends.first("CreateDistribution", "CreateDistributionWithTags", "UpdateDistribution")
def used_ones_exist(call: Call, backend: Any) -> None:
    tagged = call.parameters.get("DistributionConfigWithTags", call.parameters)
    for wanted in _used(tagged["DistributionConfig"]):
        _existing(backend, wanted)


def _used(config: dict[str, Any]) -> set[str]:
    behaviors = (config["DefaultCacheBehavior"], *config.get("CacheBehaviors", {}).get("Items", ()))
    return {behavior["ResponseHeadersPolicyId"] for behavior in behaviors if behavior.get("ResponseHeadersPolicyId")}


def _users(backend: Any, policy: str) -> Iterator[str]:
    yield from (one.id for one in backend.distributions.values() if policy in _used(config_of(one)))


def _policies(backend: Any) -> dict[str, _Policy]:
    found = kept(backend, "response_headers_policies")
    if not found:
        since = datetime(2021, 11, 2, tzinfo=UTC)
        for number, (name, config) in _MANAGED.items():
            about = {"Name": f"Managed-{name}", "Comment": "", **config}
            found[number] = _Policy(number, about, "managed", "E23ZP02F085DFQ", since)
    return found


def _policy(call: Call, backend: Any) -> _Policy:
    return _existing(backend, call.parameters["Id"])


def _existing(backend: Any, wanted: str) -> _Policy:
    if wanted not in _policies(backend):
        raise Refused("NoSuchResponseHeadersPolicy", "The specified response headers policy does not exist.", 404)
    return _policies(backend)[wanted]
