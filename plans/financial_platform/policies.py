"""The words of the platform's policies: who may do what, and the names and ARNs that exist before their steps do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner import ACCOUNT_ID, PARTITION, REGION, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioner.value import Deferred

    from .settings import Settings

PREFIX = "financial"
EDGE = "us-east-1"
"""Where CloudFront, its certificates, web ACLs and metrics are, whatever the platform's region."""
HERE = {"aws:SourceAccount": ACCOUNT_ID}
"""A service acts for this account only."""


def named(settings: Settings, resource: str) -> str:
    """What the plan calls a resource, for policies and names that are needed before the resource is there."""
    return f"{PREFIX}-{resource}-{settings.environment}"


def arn(service: str, resource: Any, region: Any = REGION, account: Any = ACCOUNT_ID) -> Deferred:
    """The ARN of something in this account and region."""
    return text("arn:{}:{}:{}:{}:{}", PARTITION, service, region, account, resource)


def log_group_arn(name: str, region: Any = REGION) -> Deferred:
    """The ARN of a log group by its name, which may hold stars."""
    return arn("logs", f"log-group:{name}", region)


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: str | Sequence[str], resources: Any, **conditions: Any) -> dict[str, Any]:
    """A statement of an identity's policy: it may do this to these; `conditions` are by the name of their test."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **_under(conditions)}


def let(sid: str, service: Any, actions: str | Sequence[str], resources: Any = "*", **conditions: Any) -> dict[str, Any]:
    """A statement of a resource's policy: this service may do this."""
    return {"Sid": sid, "Principal": {"Service": service}, **allow(actions, resources, **conditions)}


def refuse(sid: str, actions: str | Sequence[str], resources: Any, **conditions: Any) -> dict[str, Any]:
    """A statement of a resource's policy: nobody may do this under these conditions."""
    statement = {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": actions, "Resource": resources}
    return {**statement, **_under(conditions)}


def assumed_by(service: str, **conditions: Any) -> dict[str, Any]:
    """The trust policy of a role for one service, acting for this account."""
    return policy(
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **_under(conditions)},
    )


def ours_only() -> dict[str, Any]:
    """A statement of an endpoint's policy: only identities of this account pass."""
    condition = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT_ID}}
    return {"Sid": "Ours", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}


def writes_to(group: Any) -> dict[str, Any]:
    """A statement of an identity's policy: it may write to a log group that is there, and make none.

    A late record must not bring a deleted group back, bare.
    """
    actions = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    return allow(actions, [group.arn, text("{}:*", group.arn)])


def _under(conditions: dict[str, Any]) -> dict[str, Any]:
    return {"Condition": conditions} if conditions else {}
