"""What S3 has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .reading import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Reader

_PARTS = (
    *("accelerate_configuration", "acl", "cors", "encryption", "lifecycle_configuration", "location", "logging"),
    *("notification_configuration", "ownership_controls", "policy", "replication"),
    *("request_payment", "tagging", "versioning", "website"),
)


def buckets(reader: Reader) -> Iterator[Thing]:
    """Buckets with all that is configured in them, and the objects that no service delivered."""
    for name in reader.all("s3", "list_buckets", "Buckets[].Name"):
        shown = {part: _part(reader, f"get_bucket_{part}", name) for part in _PARTS}
        shown["public_access"] = _part(reader, "get_public_access_block", name)
        shown["object_lock"] = _part(reader, "get_object_lock_configuration", name)
        yield Thing("bucket", {"Name": name, **shown}, name=name)
        yield from _objects(reader, name)


def _part(reader: Reader, operation: str, bucket: str) -> Any:
    shown = reader.one("s3", operation, Bucket=bucket)
    return {name: value for name, value in shown.items() if name != "ResponseMetadata"} if shown else None


def _objects(reader: Reader, bucket: str) -> Iterator[Thing]:
    asked = {"Bucket": bucket, "Prefix": "provisioner/"}
    versions = reader.all("s3", "list_object_versions", "[Versions, DeleteMarkers][][]", **asked)
    for version in versions:
        where = {"Bucket": bucket, "Key": version["Key"], "VersionId": version["VersionId"]}
        shown = {name: version.get(name) for name in ("Key", "Size", "IsLatest")} | {
            "bucket": bucket,
            "md5": version.get("ETag"),
        }
        tags = reader.one("s3", "get_object_tagging", "TagSet", **where) if "Size" in version else None
        yield Thing("object", {**shown, "Tags": tags}, (version["VersionId"],) if version["VersionId"] != "null" else ())
