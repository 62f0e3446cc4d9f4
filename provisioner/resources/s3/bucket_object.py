"""A small file that the plan puts into one of its buckets."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ... import norm
from ...errors import PlanError
from ...resource import Id, Output, Resource, Value, attr, tag_list
from .bucket import OURS, must_own, owned
from .emptying import expunge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from types_boto3_s3.literals import StorageClassType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .bucket import Bucket

_MOST_TAGS = 10


def _checksum(body: Any) -> Any:
    return base64.b64encode(sha256(body).digest()).decode() if isinstance(body, bytes) else body


def _lower(metadata: Mapping[str, str]) -> dict[str, str]:
    # They are headers.
    return {name.lower(): value for name, value in metadata.items()}


class BucketObject(Resource):
    """An object in one of the plan's buckets: a program, a configuration, a page; held in memory, sent in one call.

    Its key begins with `provisioner/`, by default followed by the name of the plan's convention: only there is looked for what
    is the plan's, so a bucket may hold millions beside it. The content is compared by S3's own SHA-256 of it. It is encrypted
    as the bucket says (which is ready first), and has no ACL or lock of its own. An object carries at most ten tags, of which
    four are ours.

    AWS: S3 PutObject; every change of the content or of a header is a new object, or a new version. Deleted are all versions.
    """

    bucket: Id[Bucket] = attr("Bucket", replace=True, ready=True)
    key_name: Value[str | None] = attr("Key", default=None, replace=True)
    body: Value[bytes] = attr("ChecksumSHA256", norm=_checksum)
    content_type: str = attr("ContentType", default="binary/octet-stream")
    cache_control: str | None = attr("CacheControl", default=None)
    content_disposition: str | None = attr("ContentDisposition", default=None)
    content_encoding: str | None = attr("ContentEncoding", default=None)
    content_language: str | None = attr("ContentLanguage", default=None)
    metadata: Value[Mapping[str, str] | None] = attr("Metadata", default=None, norm=_lower)
    storage_class: StorageClassType = attr("StorageClass", default="STANDARD")
    website_redirect_location: Value[str | None] = attr("WebsiteRedirectLocation", default=None)

    id = Output("Arn")
    arn = Output("Arn")
    bucket_name = Output("Bucket")
    object_key = Output("Key")
    version_id = Output("VersionId", settled=True)
    checksum = Output("ChecksumSHA256", settled=True)

    whole = "Bucket"
    since = "LastModified"

    def __post_init__(self) -> None:
        key: Any = self.key_name
        if isinstance(key, str) and not key.startswith(OURS):
            raise PlanError(f"{self.key}: an object's key begins with {OURS!r}, so that it is found again; not {key!r}")
        if len(self.tags) > _MOST_TAGS:
            raise PlanError(f"{self.key} would carry {len(self.tags)} tags ({', '.join(self.tags)}), and S3 takes {_MOST_TAGS}")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        owner, listed = aws.account_id, []
        for bucket in owned(aws):
            pages = aws.s3.get_paginator("list_objects_v2").paginate(
                Bucket=bucket["Name"], Prefix=OURS, ExpectedBucketOwner=owner
            )
            # A list of buckets lags behind.
            found = aws.maybe(lambda pages=pages: {"Objects": [one for page in pages for one in page.get("Contents", ())]})  # type: ignore[misc]
            listed += [(bucket["Name"], one["Key"]) for one in (found or {"Objects": ()})["Objects"]]
        read = aws.together(lambda place: aws.maybe(lambda: _read(aws, *place)), listed)
        return [one for one in read if one]

    def create(self, aws: Aws) -> Live | None:
        must_own(aws, self, self.bucket)
        # Never over what stands there already.
        return self._put(aws, self.key_name or OURS + aws.named(self), self.tags, {}, IfNoneMatch="*")

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        tags = {**live["Tags"], **self.tags}
        if set(changed) - {"tags"}:
            self._put(aws, live["Key"], tags, live)
        elif "tags" in changed:
            where: Any = {"Bucket": live["Bucket"], "Key": live["Key"], "ExpectedBucketOwner": aws.account_id}
            listed: Any = tag_list(tags)
            aws.s3.put_object_tagging(**where, Tagging={"TagSet": listed})

    def _put(self, aws: Aws, key: str, tags: Mapping[str, str], live: Live, **condition: Any) -> Live:
        headers = {
            "ContentType": self.content_type,
            "CacheControl": self.cache_control,
            "ContentDisposition": self.content_disposition,
            "ContentEncoding": self.content_encoding,
            "ContentLanguage": self.content_language,
            "Metadata": self.metadata,
            "StorageClass": self.storage_class,
            "WebsiteRedirectLocation": self.website_redirect_location,
        }
        # What the plan does not manage is sent as it is, since a new object takes over nothing of the old one.
        sent = norm.said({name: live.get(name) if value is None else value for name, value in headers.items()})
        checksum = _checksum(self.body)
        made = aws.s3.put_object(
            Bucket=self.bucket,
            Key=key,
            Body=self.body,
            ChecksumSHA256=checksum,
            Tagging=urlencode(tags),
            ExpectedBucketOwner=aws.account_id,
            **condition,
            **sent,
        )
        version = {"VersionId": made["VersionId"]} if "VersionId" in made else {}
        return {**_place(aws, self.bucket, key), "ChecksumSHA256": checksum, "Tags": dict(tags), **sent, **version}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        expunge(aws, live["Bucket"], live["Key"])


def _place(aws: Aws, bucket: str, key: str) -> dict[str, Any]:
    return {"Bucket": bucket, "Key": key, "Arn": f"arn:{aws.partition}:s3:::{bucket}/{key}"}


def _read(aws: Aws, bucket: str, key: str) -> Live:
    owner = aws.account_id
    tags = aws.s3.get_object_tagging(Bucket=bucket, Key=key, ExpectedBucketOwner=owner)["TagSet"]
    # S3 tells the checksum only to who asks for it, and the storage class only where it is another than the usual.
    head = aws.s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED", ExpectedBucketOwner=owner)
    shown = {name: value for name, value in head.items() if name != "ResponseMetadata"}
    found = {tag["Key"]: tag["Value"] for tag in tags}
    return {"StorageClass": "STANDARD", **shown, **_place(aws, bucket, key), "Tags": found}
