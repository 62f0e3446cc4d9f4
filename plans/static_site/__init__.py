"""A static web site: files in a private bucket, and CloudFront in front of it. Read it to learn how plans are written.

A plan is a module with two things in it. `Settings` is what may differ between environments; each environment is a file,
`environments/<name>.toml`. `build` makes a `Plan` of them: a list of steps, each of which says what one AWS resource is to be.

    python -m provisioner up --plan plans.static_site          # on the AWS of this machine: the environment `local`
    python -m provisioner up prod --plan plans.static_site     # in the account that environments/prod.toml names
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from provisioner import Plan, settings, text
from provisioner.resources.cloudfront.distribution import Distribution
from provisioner.resources.cloudfront.managed_policies import CACHING_OPTIMIZED, SECURITY_HEADERS
from provisioner.resources.cloudfront.origin_access_control import OriginAccessControl
from provisioner.resources.cloudfront.parts import CacheBehavior, ErrorResponse, Origin, ViewerCertificate
from provisioner.resources.s3.bucket import Bucket
from provisioner.resources.s3.bucket_policy import BucketPolicy
from provisioner.resources.s3.rules import LifecycleRule


class Settings(settings.Settings):
    """What may differ between environments. A wrong value is told before anything is called."""

    domain: Annotated[str | None, Field(description="a name like www.example.com; without one, CloudFront gives one")] = None
    certificate_arn: Annotated[str | None, Field(description="an ACM certificate in us-east-1, good for the domain")] = None
    keep_old_files_days: Annotated[int, Field(ge=1, description="days, 1 or more")] = 30
    empty_on_teardown: Annotated[bool, Field(description="true or false")] = False


def build(settings: Settings) -> Plan:
    """The site of one environment."""
    # A step has a name of its own among its type: this one is Bucket/site, and S3 knows it as static-site-site-prod-<account>.
    # What is not said here is private and encrypted, as the class tells. Nothing is called yet: steps are wishes.
    site = Bucket(
        "site",
        versioning="Enabled",
        lifecycle_rules=(LifecycleRule("old-files", noncurrent_days=settings.keep_old_files_days),),
        empty_on_delete=settings.empty_on_teardown,
    )
    signature = OriginAccessControl("site")
    # A field that takes a step is a dependency: `signature` stands for its id, `site.regional_domain_name` for a value that
    # AWS shows once the bucket is there. There is no other way to order steps, and none is needed.
    cdn = Distribution(
        "site",
        origins={"bucket": Origin(site.regional_domain_name, signature)},
        default_cache_behavior=CacheBehavior("bucket", CACHING_OPTIMIZED, response_headers_policy_id=SECURITY_HEADERS),
        default_root_object="index.html",
        # S3 says 403 for a file that is not there to everyone who may not list the bucket.
        custom_error_responses={403: ErrorResponse("/404.html", 404)},
        http_version="http2and3",
        # Plain Python decides what depends on settings.
        aliases=(settings.domain,) if settings.domain else (),
        viewer_certificate=ViewerCertificate(settings.certificate_arn),
    )
    # The policy names the distribution, which names the bucket: so it is a step of its own, after both. `text` makes a value
    # of others that are not known yet, where an f-string can not.
    files = text("{}/*", site.arn)
    only_cdn = {"StringEquals": {"aws:SourceArn": cdn.arn}}
    reader = {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject"}
    policy = {"Version": "2012-10-17", "Statement": [{**reader, "Resource": files, "Condition": only_cdn}]}
    # A step may refer only to those before it in this list. The plan's name marks what it owns: it must never change.
    return Plan(
        "static-site",
        site,
        signature,
        cdn,
        BucketPolicy("site", bucket=site, policy=policy),
        outputs={"url": text("https://{}/", settings.domain or cdn.domain_name), "bucket": site},
    )
