"""Web ACLs: unknown to what they should protect at first, and held by what they protected for a while after.

AWS: "WAFUnavailableEntityException ... Retry your request" and, at DeleteWebACL, "WAFAssociatedItemException".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..call import Call, Refused
from ..clock import Delay
from ..mends.cloudfront.distributions import config_of
from ..mends.mending import Mends, backend, kept
from .finding import made, named, web_acl, web_acls
from .fresh import Birth, Use, is_unknown

if TYPE_CHECKING:
    from ..call import Result

_HELD_SECONDS = 60.0
_UNAVAILABLE = "AWS WAF couldn't retrieve the resource that you requested. Retry your request."
_IN_USE = "AWS WAF couldn't perform the operation because your resource is being used by another resource."
_CONFIG = "DistributionConfig.WebACLId"

BIRTHS = (Birth("wafv2", ("CreateWebACL",), made(web_acl, "Summary.ARN")),)

USES = (
    Use("wafv2", ("AssociateWebACL",), named(web_acl, "WebACLArn"), "WAFUnavailableEntityException", _UNAVAILABLE),
    Use(
        "cloudfront",
        ("CreateDistribution", "CreateDistributionWithTags", "UpdateDistribution"),
        named(web_acl, _CONFIG, f"DistributionConfigWithTags.{_CONFIG}"),
        "InvalidWebACLId",
        "The web ACL {} does not exist.",
    ),
)

wafv2, elbv2, cloudfront = Mends("wafv2"), Mends("elbv2"), Mends("cloudfront")


@wafv2.first("UpdateWebACL")
def is_known(call: Call, there: Any) -> None:
    """AWS: a change may come too early, too."""
    for acl in _named(call):
        if is_unknown(acl, "an update"):
            raise Refused("WAFUnavailableEntityException", _UNAVAILABLE)


@wafv2.first("AssociateWebACL")
def balancer_is_active(call: Call, there: Any) -> None:
    """AWS: a load balancer that is being set up can not be protected yet."""
    found = backend(call, "elbv2").load_balancers.get(call.parameters["ResourceArn"])
    if found is not None and found.state == "provisioning":
        raise Refused("WAFUnavailableEntityException", _UNAVAILABLE)


@wafv2.first("AssociateWebACL", "DisassociateWebACL")
def lets_go_slowly(call: Call, there: Any) -> None:
    for acl in web_acls(call):
        if call.parameters["ResourceArn"] in acl.associated_resources and acl.arn != call.parameters.get("WebACLArn"):
            _hold(acl)


@elbv2.then("DeleteLoadBalancer")
def holds_it_still(call: Call, there: Any, result: Result) -> None:
    """AWS: what was deleted counts as protected for a while."""
    for acl in web_acls(call):
        if call.parameters["LoadBalancerArn"] in acl.associated_resources:
            _hold(acl)


@cloudfront.first("UpdateDistribution", "DeleteDistribution")
def distribution_lets_go_slowly(call: Call, there: Any) -> None:
    """AWS: until the edge has heard of it, the distribution uses the web ACL."""
    distribution = there.distributions.get(call.parameters["Id"])
    used = config_of(distribution)["WebACLId"] if distribution is not None else ""
    acl = web_acl(call, used)
    if acl is not None and call.parameters.get("DistributionConfig", {}).get("WebACLId", "") != used:
        _hold(acl)


@wafv2.first("DeleteWebACL")
def not_while_held(call: Call, there: Any) -> None:
    for acl in _named(call):
        held: Delay | None = kept(acl, "held").get("by")
        if held is not None and held.goes_on():
            raise Refused("WAFAssociatedItemException", _IN_USE)


def _hold(acl: Any) -> None:
    kept(acl, "held")["by"] = Delay(_HELD_SECONDS, looks=1)


def _named(call: Call) -> list[Any]:
    return [acl for acl in web_acls(call) if acl.id == call.parameters["Id"]]
