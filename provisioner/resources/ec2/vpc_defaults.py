"""What AWS makes with a VPC and deletes with it: it can be claimed and let go, never made or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...aws.ownership import ENVIRONMENT, PLAN, STEP
from ...errors import ForeignOwner
from ...resource import as_tags
from .refusals import not_shown_yet
from .tags import listed
from .vpc import Vpc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...aws.account import Aws
    from ...resource import Live, Resource


def claim(aws: Aws, step: Resource, found: Sequence[Mapping[str, Any]], id_name: str) -> Live:
    """Tag the one that was found as the step's own: this is its creation, in one call."""
    if not found:
        # A new VPC shows its own parts a moment after itself.
        raise not_shown_yet("CreateTags", f"what {step.key} stands for")
    live = found[0]
    for vpc in aws.ec2.describe_vpcs(VpcIds=[live["VpcId"]])["Vpcs"]:
        aws.ownership.must_own(step, Vpc, vpc)
    tags = as_tags(live.get("Tags"))
    owner, ours = (tags.get(PLAN), tags.get(ENVIRONMENT)), (aws.ownership.plan, aws.ownership.environment)
    if owner not in (ours, (None, None)):
        raise ForeignOwner(f"{live[id_name]} belongs to the plan {owner[0]} in {owner[1]}: {step.key} can not take it")
    aws.ec2.create_tags(Resources=[live[id_name]], Tags=listed(step.tags))
    return {**live, "Tags": listed({**tags, **step.tags})}


def let_go(aws: Aws, resource_id: str, live: Live) -> None:
    """Take the plan's tags off; what others put stays."""
    ours = {PLAN, ENVIRONMENT, STEP, "Name", *aws.ownership.plan_tags}
    keys = [key for key in as_tags(live.get("Tags")) if key in ours]
    # Told no key, DeleteTags takes every tag off.
    if keys:
        aws.ec2.delete_tags(Resources=[resource_id], Tags=[{"Key": key} for key in keys])
