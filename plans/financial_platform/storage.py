"""Module 4: three buckets: what browsers load, the logs of everything, and the trail of who did what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provisioner import ACCOUNT_ID, PARTITION, text
from provisioner.resources.s3.bucket import Bucket
from provisioner.resources.s3.bucket_policy import BucketPolicy
from provisioner.resources.s3.rules import LifecycleRule

from .policies import EDGE, HERE, PREFIX, arn, let, named, policy, refuse

if TYPE_CHECKING:
    from provisioner.resource import Resource
    from provisioner.resources.cloudfront.distribution import Distribution
    from provisioner.resources.kms.key import Key

    from .security import Keys
    from .settings import Settings

LOG_DAYS, TRAIL_DAYS = 90, 365
STATIC = "static/"
"""What CloudFront may show of the asset bucket."""
ACCESS_LOGS, LOAD_BALANCER_LOGS, CDN_LOGS, APPLICATION_LOGS = "s3/", "alb", "cdn", "application/"
"""Where each writer's logs stand in the log bucket; the load balancer's takes no slash at its end."""

_WITH_OWNER = {"s3:x-amz-acl": "bucket-owner-full-control"}


@dataclass(frozen=True)
class Buckets:
    """The three buckets."""

    assets: Bucket
    logs: Bucket
    trail: Bucket
    steps: tuple[Resource, ...]


def buckets(settings: Settings, keys: Keys) -> Buckets:
    """All private, versioned, encrypted, closed to plain HTTP; the asset and the trail bucket record each access."""
    logs = Bucket(
        "logs",
        versioning="Enabled",
        # Load balancers and S3 itself deliver to buckets with S3's own key only, and S3 to none that can lock objects.
        sse_algorithm="AES256",
        policy=policy(_only_tls(settings, "logs"), *_log_writers(settings)),
        lifecycle_rules=_kept(LOG_DAYS),
        **_every(settings),
    )
    assets = _watched(settings, "assets", keys.data, logs, lifecycle_rules=_without_leftovers())
    trail = _watched(
        settings,
        "trail",
        keys.logs,
        logs,
        policy=policy(_only_tls(settings, "trail"), *_trail_writer(settings)),
        # Nobody takes a file back before its time, but whoever may bypass governance (PCI DSS 10.3.2, 10.5.1).
        object_lock_mode="GOVERNANCE" if settings.protect else "",
        object_lock_days=TRAIL_DAYS if settings.protect else 0,
        # What somebody deletes or writes over stays for as long as the trail is kept (PCI DSS 10.3.2).
        lifecycle_rules=_kept(TRAIL_DAYS, old_versions=TRAIL_DAYS),
    )
    return Buckets(assets, logs, trail, (logs, assets, trail))


def asset_policy(settings: Settings, assets: Bucket, distribution: Distribution) -> BucketPolicy:
    """Only this distribution reads the static files. A step of its own, since the distribution stands on the bucket."""
    by_it = {"aws:SourceArn": distribution.arn}
    static = text("{}/" + STATIC + "*", assets.arn)
    reads = let("Cdn", "cloudfront.amazonaws.com", "s3:GetObject", static, StringEquals=by_it)
    return BucketPolicy("assets", bucket=assets, policy=policy(_only_tls(settings, "assets"), reads))


def _watched(settings: Settings, name: str, key: Key, logs: Bucket, **more: Any) -> Bucket:
    return Bucket(
        name,
        versioning="Enabled",
        sse_algorithm="aws:kms",
        kms_key=key,
        bucket_key_enabled=True,
        logging_target_bucket=logs,
        logging_target_prefix=f"{ACCESS_LOGS}{name}/",
        # Only a new bucket can be given it.
        object_lock_enabled=True,
        **_every(settings),
        **more,
    )


def _every(settings: Settings) -> dict[str, Any]:
    """Each bucket tells EventBridge of changes (PCI DSS 11.5.2)."""
    return {"event_bridge_enabled": True, "empty_on_delete": settings.empty_buckets_on_teardown}


def bucket_arn(settings: Settings, name: str, below: str = "") -> Any:
    """The ARN of one of the buckets, or of what is in it; a bucket's own policy can not refer to its own step."""
    return text("arn:{}:s3:::{}-{}-{}-{}{}", PARTITION, PREFIX, name, settings.environment, ACCOUNT_ID, below)


def _only_tls(settings: Settings, name: str) -> dict[str, Any]:
    everything = [bucket_arn(settings, name), bucket_arn(settings, name, "/*")]
    return refuse("OnlyTls", "s3:*", everything, Bool={"aws:SecureTransport": "false"})


def _log_writers(settings: Settings) -> tuple[dict[str, Any], ...]:
    """The load balancer, S3's access logs, and CloudFront's standard logging; Firehose comes by its role."""

    def below(prefix: str) -> Any:
        return bucket_arn(settings, "logs", f"/{prefix}")

    account = text("{}/AWSLogs/{}/*", below(LOAD_BALANCER_LOGS), ACCOUNT_ID)
    sources = {"aws:SourceArn": [bucket_arn(settings, name) for name in ("assets", "trail")]}
    deliveries = {"aws:SourceArn": arn("logs", "delivery-source:*", EDGE)}
    put = "s3:PutObject"
    return (
        let("LoadBalancer", "logdelivery.elasticloadbalancing.amazonaws.com", put, account),
        let("AccessLogs", "logging.s3.amazonaws.com", put, below(f"{ACCESS_LOGS}*"), StringEquals=HERE, ArnLike=sources),
        let(
            "Cdn",
            "delivery.logs.amazonaws.com",
            put,
            below(f"{CDN_LOGS}/*"),
            StringEquals={**HERE, **_WITH_OWNER},
            ArnLike=deliveries,
        ),
    )


def _trail_writer(settings: Settings) -> tuple[dict[str, Any], ...]:
    by_it = {"aws:SourceArn": arn("cloudtrail", f"trail/{named(settings, 'trail')}")}
    files = text("{}/AWSLogs/{}/*", bucket_arn(settings, "trail"), ACCOUNT_ID)
    trail, looks = "cloudtrail.amazonaws.com", bucket_arn(settings, "trail")
    return (
        let("TrailLooks", trail, "s3:GetBucketAcl", looks, StringEquals=by_it),
        let("TrailWrites", trail, "s3:PutObject", files, StringEquals={**by_it, **_WITH_OWNER}),
    )


def _kept(days: int, old_versions: int = 1) -> tuple[LifecycleRule, ...]:
    """Deleted after so many days, and some days later for good: a version that was overwritten must not stay for ever."""
    old = LifecycleRule("old", expiration_days=days, noncurrent_days=old_versions, abort_incomplete_multipart_days=7)
    return (old, LifecycleRule("markers", expired_object_delete_marker=True))


def _without_leftovers() -> tuple[LifecycleRule, ...]:
    return (LifecycleRule("old-versions", noncurrent_days=LOG_DAYS, abort_incomplete_multipart_days=7),)
