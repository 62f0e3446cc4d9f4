"""What web ACLs protect."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend

from ...call import Call, Refused, Result
from ..mending import Mends
from .acls import shown
from .finding import associated, both, by_arn, invalid

mends = Mends("wafv2")


@mends.first("AssociateWebACL")
def associate(call: Call, backend: Any) -> Result:
    """AWS: a resource has one web ACL; the earlier one gives way without a word."""
    acl, resource = by_arn(call, call.parameters["WebACLArn"]), call.parameters["ResourceArn"]
    if acl.arn.split(":")[5].startswith("global/") or ":cloudfront:" in resource:
        raise invalid("A distribution names its web ACL itself", "RESOURCE_ARN")
    if ":loadbalancer/" in resource and resource not in get_backend("elbv2")[call.account][call.region].load_balancers:
        raise Refused(
            "WAFUnavailableEntityException", "AWS WAF couldn't retrieve the resource that you requested. Retry your request."
        )
    _let_go(call, resource)
    acl.associated_resources.append(resource)
    return {}


@mends.first("DisassociateWebACL")
def disassociate(call: Call, backend: Any) -> Result:
    _let_go(call, call.parameters["ResourceArn"])
    return {}


@mends.first("GetWebACLForResource")
def show_for_resource(call: Call, backend: Any) -> Result:
    for acl in backend.wacls.values():
        if call.parameters["ResourceArn"] in associated(call, acl):
            return {"WebACL": shown(acl)}
    return {}


@mends.first("ListResourcesForWebACL")
def list_resources(call: Call, backend: Any) -> Result:
    """Missing in moto. AWS: of one kind of resource, load balancers unless told otherwise."""
    services = {
        "APPLICATION_LOAD_BALANCER": "elasticloadbalancing",
        "API_GATEWAY": "apigateway",
        "COGNITO_USER_POOL": "cognito-idp",
    }
    wanted = call.parameters.get("ResourceType", "APPLICATION_LOAD_BALANCER")
    service = services.get(wanted, wanted.partition("_")[0].lower())
    found = associated(call, by_arn(call, call.parameters["WebACLArn"]))
    return {"ResourceArns": [arn for arn in found if arn.split(":")[2] == service]}


def _let_go(call: Call, resource: str) -> None:
    for acl in both(call)[0].wacls.values():
        acl.associated_resources = [other for other in acl.associated_resources if other != resource]
