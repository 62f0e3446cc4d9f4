"""Where moto keeps web ACLs: those for CloudFront in a backend of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.backends import get_backend

from ...call import Call, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator


def both(call: Call) -> tuple[Any, ...]:
    """The backends of both scopes: the region's, and CloudFront's."""
    regions = get_backend("wafv2")[call.account]
    return (regions[call.region], regions["global"])


def scoped(call: Call) -> Any:
    """The backend of a call's scope."""
    return both(call)[call.parameters["Scope"] == "CLOUDFRONT"]


def named(call: Call) -> Any:
    """The ACL that a call names by name, scope and id."""
    for acl in scoped(call).wacls.values():
        if (acl.name, acl.id) == (call.parameters["Name"], call.parameters["Id"]):
            return acl
    raise missing()


def by_arn(call: Call, arn: str) -> Any:
    """The ACL of an ARN."""
    for there in both(call):
        if arn in there.wacls:
            return there.wacls[arn]
    raise missing()


def associated(call: Call, acl: Any) -> list[str]:
    """What an ACL protects: a load balancer only as long as it is there."""
    balancers = get_backend("elbv2")[call.account][call.region].load_balancers
    return [arn for arn in acl.associated_resources if ":loadbalancer/" not in arn or arn in balancers]


def values(document: Any, name: str) -> Iterator[Any]:
    """What stands under a name in a document, however deep."""
    for item in document if isinstance(document, list) else ():
        yield from values(item, name)
    for key, item in document.items() if isinstance(document, dict) else ():
        if key == name:
            yield item
        yield from values(item, name)


def invalid(why: str, field: str) -> Refused:
    """AWS's refusal of a parameter, which says the field."""
    return Refused("WAFInvalidParameterException", f"Error reason: {why}., field: {field}")


def missing() -> Refused:
    """AWS's refusal of what is about something that is not there."""
    return Refused("WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist.")
