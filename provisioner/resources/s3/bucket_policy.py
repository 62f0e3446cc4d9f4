"""The policy of a bucket, where it must name what itself refers to the bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...resource import Id, Output, Resource, Value, attr
from .bucket import must_own, owned
from .parts import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .bucket import Bucket


class BucketPolicy(Resource):
    """The whole policy of one of the plan's buckets, as a step of its own: it may refer to what refers to the bucket.

    A distribution needs its bucket, and the bucket's policy needs the distribution's ARN; so the policy comes last. Such a
    bucket has no `policy` of its own. The policy's `Id` is ours: a policy takes no tags, and so it says there whose it is.

    AWS: S3 PutBucketPolicy. Refused for up to two minutes where it names a role that was just made.
    """

    bucket: Id[Bucket] = attr("Bucket", replace=True)
    policy: Value[Mapping[str, Any]] = attr("Policy", norm=norm.policy)

    id = Output("Subresource")
    mark = "Id"

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for bucket in owned(aws, POLICY):
            if found := bucket["Policy"]:
                yield _document(bucket["Name"], found)

    def create(self, aws: Aws) -> Live | None:
        must_own(aws, self, self.bucket)
        self._put(aws)
        return _document(self.bucket, {**self.policy, "Id": aws.mark(self)})

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if "policy" in changed:
            self._put(aws)

    def _put(self, aws: Aws) -> None:
        document = norm.compact({**self.policy, "Id": aws.mark(self)})
        aws.s3.put_bucket_policy(Bucket=self.bucket, Policy=document, ExpectedBucketOwner=aws.account_id)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.s3.delete_bucket_policy(Bucket=live["Bucket"], ExpectedBucketOwner=aws.account_id)


def _document(bucket: str, policy: Mapping[str, Any]) -> Live:
    rest = {key: value for key, value in policy.items() if key != "Id"}
    # S3 calls the policy so; the bucket's own name is the bucket's id.
    return {"Subresource": f"{bucket}?policy", "Bucket": bucket, "Id": policy.get("Id"), "Policy": rest}
