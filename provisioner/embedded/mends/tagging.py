"""Mends of the tagging API: AWS's own names of resource types, each region's own resources, pages to be read again."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from moto.backends import get_backend
from moto.core.resource_tagging import match_resource_type
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

from .mending import Mends, kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..call import Call, Result

mends = Mends("resourcegroupstaggingapi")

# AWS: a type is called as in its ARNs.
_CALLED = {"logs:loggroup": "logs:log-group", "ec2:flow-logs": "ec2:vpc-flow-log"}


@cache
def mend() -> None:
    """Puts the override in place, once in a process."""
    owner: Any = ResourceGroupsTaggingAPIBackend
    original = owner._get_resources_generator
    owner._get_resources_generator = lambda backend, **filters: _resources(original, backend, **filters)


def _resources(original: Any, backend: Any, *, resource_type_filters: list[str], **filters: Any) -> Iterator[Any]:
    # Moto goes on with the same walk for the next page, and falls over whatever was made or deleted between the two.
    for found in list(original(backend, **filters)):
        kind = _CALLED.get(found.resource_type, found.resource_type)
        if match_resource_type(kind, resource_type_filters) and _region(backend, found, kind) == backend.region_name:
            yield found


@mends.first("GetResources")
def page_again(call: Call, backend: Any) -> Result | None:
    """AWS: who has lost a page asks for it again. Moto forgets a token with the first answer to it."""
    page: Result | None = kept(backend, "pages").get(call.parameters.get("PaginationToken", ""))
    return page


@mends.then("GetResources")
def keep_page(call: Call, backend: Any, result: Result) -> None:
    if token := call.parameters.get("PaginationToken"):
        kept(backend, "pages")[token] = result


def _region(backend: Any, found: Any, kind: str) -> str:
    """AWS: CloudFront's resources are in us-east-1's answer only, and a bucket in its own region's."""
    if kind.startswith("cloudfront:"):
        return "us-east-1"
    if kind == "s3:bucket":
        buckets = get_backend("s3")[backend.account_id][backend.partition].buckets
        return str(buckets[found.arn.rpartition(":")[2]].region_name)
    return str(backend.region_name)
