"""What a web ACL protects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import CallFailed, ForeignOwner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from types_boto3_wafv2.literals import ResourceTypeType

    from ...aws.account import Aws
    from .web_acl import WebAcl

_KINDS: tuple[ResourceTypeType, ...] = (
    "APPLICATION_LOAD_BALANCER",
    "API_GATEWAY",
    "APPSYNC",
    "COGNITO_USER_POOL",
    "APP_RUNNER_SERVICE",
    "VERIFIED_ACCESS_INSTANCE",
)


def of(aws: Aws, acl: str) -> list[str]:
    """The ARNs of all that an ACL protects. AWS lists one kind at a time."""
    return [arn for found in aws.together(lambda kind: _of_kind(aws, acl, kind), _KINDS) for arn in found]


def _of_kind(aws: Aws, acl: str, kind: ResourceTypeType) -> Sequence[str]:
    try:
        return aws.wafv2.list_resources_for_web_acl(WebACLArn=acl, ResourceType=kind).get("ResourceArns", [])
    except CallFailed as error:
        # Not every region has every kind of service.
        if error.code == "WAFInvalidParameterException":
            return []
        raise


def bring(aws: Aws, step: WebAcl, acl: str, have: Sequence[str] | None, wanted: Sequence[str]) -> None:
    """Protect what is wanted, and nothing else. Raises `ForeignOwner` before AWS would replace somebody else's ACL."""
    missing = [resource for resource in wanted if resource not in (have or ())]
    for resource in missing:
        _refuse_foreign(aws, step, acl, resource)
    for resource in have or ():
        if resource not in wanted:
            aws.wafv2.disassociate_web_acl(ResourceArn=resource)
    for resource in missing:
        aws.wafv2.associate_web_acl(WebACLArn=acl, ResourceArn=resource)


def _refuse_foreign(aws: Aws, step: WebAcl, acl: str, resource: str) -> None:
    found: Any = aws.maybe(lambda: aws.wafv2.get_web_acl_for_resource(ResourceArn=resource)) or {}
    other = (found.get("WebACL") or {}).get("ARN", acl)
    if other == acl:
        return
    tags = aws.wafv2.list_tags_for_resource(ResourceARN=other)["TagInfoForResource"]["TagList"]
    if aws.ownership.step_of(type(step), {"Tags": tags}) is None:
        raise ForeignOwner(
            f"{step.key} is to protect {resource}, and the web ACL {other} does, which is not the plan's: "
            "take that off, or leave this one out of associations"
        )
