"""CloudFront in front of origins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import PENDING, READY, Output, Resource, State, Value, attr, tag_list
from .config import plain, rewritten, shown
from .parts import bucket_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_cloudfront.literals import HttpVersionType, PriceClassType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .parts import CacheBehavior, ErrorResponse, GeoRestriction, Logging, Origin, OriginGroup, ViewerCertificate


def _named(parts: Any) -> Any:
    """Parts by name in CloudFront's spelling; what it shows is in that spelling already."""
    if not isinstance(parts, Mapping):
        return parts
    return [shown(part.spelt(name)) for name, part in sorted(parts.items())]


def _behaviors(patterns: Any) -> Any:
    if not isinstance(patterns, Mapping):
        return patterns
    return [{"PathPattern": pattern, **shown(behavior.spelt())} for pattern, behavior in patterns.items()]


def _one(part: Any) -> Any:
    return shown(part.spelt()) if hasattr(part, "spelt") else part


class Distribution(Resource):
    """A distribution: origins by name, the behaviour for all paths and, before it, those for path patterns in their order.

    What the plan does not say, in a field or deep inside one, is CloudFront's or somebody else's and stays as it is. Aliases
    need a certificate, and are unique over all of AWS.

    AWS: CloudFront CreateDistributionWithTags. Minutes from create or change to `Deployed`; a new account must be verified
    first. Every update replaces the whole configuration, with the newest ETag. To be deleted it must be disabled, and that
    deployed.
    """

    origins: Mapping[str, Origin] = attr("DistributionConfig.Origins", norm=_named, same=norm.within)
    default_cache_behavior: CacheBehavior = attr("DistributionConfig.DefaultCacheBehavior", norm=_one, same=norm.within)
    cache_behaviors: Mapping[str, CacheBehavior] = attr(
        "DistributionConfig.CacheBehaviors", factory=dict, norm=_behaviors, same=norm.within
    )
    origin_groups: Mapping[str, OriginGroup] = attr(
        "DistributionConfig.OriginGroups", factory=dict, norm=_named, same=norm.within
    )
    aliases: Sequence[str] = attr("DistributionConfig.Aliases", default=(), norm=norm.unordered)
    viewer_certificate: ViewerCertificate | None = attr(
        "DistributionConfig.ViewerCertificate", default=None, ready=True, norm=_one, same=norm.within
    )
    comment: str = attr("DistributionConfig.Comment", default="")
    enabled: bool = attr("DistributionConfig.Enabled", default=True)
    default_root_object: str = attr("DistributionConfig.DefaultRootObject", default="")
    custom_error_responses: Mapping[int, ErrorResponse] = attr(
        "DistributionConfig.CustomErrorResponses", factory=dict, norm=_named, same=norm.within
    )
    price_class: PriceClassType = attr("DistributionConfig.PriceClass", default="PriceClass_All")
    http_version: HttpVersionType = attr("DistributionConfig.HttpVersion", default="http2")
    is_ipv6_enabled: bool = attr("DistributionConfig.IsIPV6Enabled", default=True)
    logging: Logging | None = attr("DistributionConfig.Logging", default=None, norm=_one, same=norm.within)
    web_acl_id: Value[str | None] = attr("DistributionConfig.WebACLId", default=None)
    geo_restriction: GeoRestriction | None = attr(
        "DistributionConfig.Restrictions.GeoRestriction", default=None, norm=_one, same=norm.within
    )

    id = Output("Id")
    arn = Output("ARN")
    domain_name = Output("DomainName")

    regional = False
    usual_seconds = 300.0
    patience_seconds = 5400.0

    def __post_init__(self) -> None:
        known = {*self.origins, *self.origin_groups}
        behaviors = {"default_cache_behavior": self.default_cache_behavior, **self.cache_behaviors}
        wrong = [
            f"{self.key}: {where} goes to {behavior.target_origin_id!r}, and there are {', '.join(sorted(known))}"
            for where, behavior in behaviors.items()
            if behavior.target_origin_id not in known
        ]
        wrong += [
            f"{self.key}: origin group {name} has the member {member!r}, and there are {', '.join(sorted(self.origins))}"
            for name, group in self.origin_groups.items()
            for member in group.members
            if member not in self.origins
        ]
        if self.aliases and not (self.viewer_certificate and self.viewer_certificate.acm_certificate is not None):
            wrong.append(f"{self.key}: aliases need a viewer_certificate that is good for them")
        if wrong:
            raise PlanError("\n".join(wrong))

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        # Tags are shown distribution by distribution only: asked for where AWS's index says that they are ours, and where a
        # distribution changed so lately that the index may not know.
        tagged, listed = aws.together(lambda read: read(aws), (_tagged, _list))
        perhaps = [found for found in listed if found["ARN"] in tagged or found["LastModifiedTime"] > aws.tagged_until]
        read = aws.together(lambda found: aws.maybe(lambda: _read(aws, found["Id"], found["ARN"])), perhaps)
        return [found for found in read if found]

    def create(self, aws: Aws) -> Live | None:
        tags: Any = {"Items": tag_list(self.tags)}
        config: Any = rewritten({"CallerReference": aws.token(self)}, self._config())
        made = aws.cloudfront.create_distribution_with_tags(
            DistributionConfigWithTags={"DistributionConfig": config, "Tags": tags}
        )
        return _document(made["Distribution"], made["ETag"], tags["Items"])

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if "tags" in changed:
            tags: Any = tag_list(changed["tags"].after)
            aws.cloudfront.tag_resource(Resource=live["ARN"], Tags={"Items": tags})
        if changed.keys() - {"tags"}:
            _rewrite(aws, live["Id"], self._config())

    def _config(self) -> dict[str, Any]:
        geo = {"GeoRestriction": self.geo_restriction.spelt()} if self.geo_restriction else None
        return {
            "Origins": [origin.spelt(name) for name, origin in sorted(self.origins.items())],
            "DefaultCacheBehavior": self.default_cache_behavior.spelt(),
            "CacheBehaviors": [{"PathPattern": path, **behavior.spelt()} for path, behavior in self.cache_behaviors.items()],
            "OriginGroups": [group.spelt(name) for name, group in sorted(self.origin_groups.items())],
            "Aliases": list(self.aliases),
            "ViewerCertificate": self.viewer_certificate and self.viewer_certificate.spelt(),
            "Comment": self.comment,
            "Enabled": self.enabled,
            "DefaultRootObject": self.default_root_object,
            "CustomErrorResponses": [answer.spelt(code) for code, answer in sorted(self.custom_error_responses.items())],
            "PriceClass": self.price_class,
            "HttpVersion": self.http_version,
            "IsIPV6Enabled": self.is_ipv6_enabled,
            "Logging": self.logging and self.logging.spelt(),
            "WebACLId": self.web_acl_id,
            "Restrictions": geo,
        }

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        if live["DistributionConfig"]["Enabled"]:
            aws.maybe(lambda: _rewrite(aws, live["Id"], {"Enabled": False}))
        elif live["Status"] == "Deployed":
            aws.cloudfront.delete_distribution(Id=live["Id"], IfMatch=live["ETag"])

    @staticmethod
    def state(live: Live) -> State:
        return READY if live["Status"] == "Deployed" else PENDING


def _tagged(aws: Aws) -> Any:
    return aws.at("us-east-1").tagged("cloudfront:distribution")


def _list(aws: Aws) -> Any:
    pages = aws.cloudfront.get_paginator("list_distributions").paginate()
    return [found for page in pages for found in page["DistributionList"].get("Items", ())]


def _rewrite(aws: Aws, distribution: str, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    current = aws.cloudfront.get_distribution_config(Id=distribution)
    config: Any = rewritten(current["DistributionConfig"], wanted)
    return aws.cloudfront.update_distribution(Id=distribution, IfMatch=current["ETag"], DistributionConfig=config)


def _read(aws: Aws, distribution: str, arn: str) -> Live:
    tags = aws.cloudfront.list_tags_for_resource(Resource=arn)["Tags"].get("Items", [])
    if aws.ownership.step_of(Distribution, {"Tags": tags}) is None:
        return {}
    found = aws.cloudfront.get_distribution(Id=distribution)
    return _document(found["Distribution"], found["ETag"], tags)


def _document(distribution: Any, etag: str, tags: Any) -> Live:
    config = shown(plain(distribution["DistributionConfig"]))
    # A bucket must not go before what serves from it: its name would be free for others.
    buckets = [name for origin in config["Origins"] if (name := bucket_of(origin["DomainName"]))]
    return {**distribution, "DistributionConfig": config, "ETag": etag, "Tags": tags, "Buckets": buckets}
