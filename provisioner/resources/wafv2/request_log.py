"""A web ACL's log of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from types_boto3_wafv2.literals import ScopeType

    from ...aws.account import Aws
    from ...resource import Live
    from .web_acl import WebAcl


def fields(value: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Fields in one order; theirs means nothing."""
    return sorted(value, key=str)


def by_acl(aws: Aws, scope: ScopeType) -> dict[str, Any]:
    """All logging configurations of a scope that are their owners' to change, by the ARN of the ACL."""
    found: list[Any] = []
    marker: Any = {}
    while True:
        page = aws.wafv2.list_logging_configurations(Scope=scope, Limit=100, **marker)
        found += page["LoggingConfigurations"]
        if not page.get("NextMarker") or not page["LoggingConfigurations"]:
            return {one["ResourceArn"]: one for one in found}
        marker = {"NextMarker": page["NextMarker"]}


def put(aws: Aws, acl: WebAcl, live: Live) -> None:
    """Bring an ACL's log as wanted. AWS takes it whole: what the plan does not manage stays as it is."""
    if acl.logging_destination == "":
        aws.wafv2.delete_logging_configuration(ResourceArn=live["ARN"])
        return
    shown = {name: live.get("Logging", {}).get(name) for name in ("RedactedFields", "LoggingFilter")}
    wanted = {"RedactedFields": acl.redacted_fields, "LoggingFilter": acl.logging_filter}
    rest: Any = {**shown, **{name: value for name, value in wanted.items() if value is not None}}
    configuration: Any = {
        "ResourceArn": live["ARN"],
        "LogDestinationConfigs": [str(acl.logging_destination).removesuffix(":*")],
        **{name: value for name, value in rest.items() if value},
    }
    aws.wafv2.put_logging_configuration(LoggingConfiguration=configuration)
