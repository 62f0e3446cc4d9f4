"""What a function is made of, as a plan writes it."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from ...value import Deferred, Referable

    Step: TypeAlias = Referable | Deferred | str

CODE = "provisioner:code"
"""The tag that says where the code was taken from: Lambda does not."""


class S3Code(NamedTuple):
    """A zip in a bucket of the function's region.

    Lambda copies it and forgets where it was. So its place stands in a tag, and another one is a change; what is put over it
    under the same key and version is none, unless `sha256` (base64, as Lambda shows it) says so.
    """

    bucket: Step
    key: str
    object_version: str | None = None
    sha256: str | None = None

    def spelt(self) -> dict[str, Any]:
        """The place in Lambda's spelling."""
        version = {"S3ObjectVersion": self.object_version} if self.object_version else {}
        return {"S3Bucket": self.bucket, "S3Key": self.key, **version}

    @property
    def place(self) -> str:
        """The place in one word that a tag takes."""
        whole = f"{self.bucket}/{self.key}?{self.object_version or ''}"
        return f"s3:{sha256(whole.encode()).hexdigest()[:32]}"


def sent(code: bytes | S3Code) -> dict[str, Any]:
    """The code as a call takes it."""
    return {"ZipFile": code} if isinstance(code, bytes) else code.spelt()


def place_of(code: bytes | S3Code) -> str:
    """What the tag says of the code."""
    return "zip" if isinstance(code, bytes) else code.place


def digest(code: Any) -> Any:
    """What is shown and compared of the code: its digest and its place; what Lambda shows is that already."""
    if isinstance(code, bytes):
        return {"sha256": b64encode(sha256(code).digest()).decode()}
    if isinstance(code, S3Code):
        return {**({"sha256": code.sha256} if code.sha256 else {}), "place": code.place}
    return code
