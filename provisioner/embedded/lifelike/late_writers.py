"""AWS's own services write on for a while: a log group that was deleted is there again, bare, and an emptied bucket is not."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from moto.backends import get_backend

from ..call import Behaviour
from ..clock import Delay
from ..mends.mending import backend, kept
from ..mends.under_way import begin
from .writers import LEAVING_BUCKETS, LEAVING_GROUPS, buckets_written_to, groups_written_to

if TYPE_CHECKING:
    from ..call import Answer, Call

# AWS: minutes until the last is written of what was collected before the writer went.
_LAST_WORDS_SECONDS, _NEXT_WRITE_SECONDS = 180.0, 30.0
_AT_MOST = 2


class LateLogs(Behaviour):
    """A deleted log group is made again, without retention, key and tags, by a flow log, a function or a database.

    At most twice while the writer stands, and once by one that went a moment before.
    """

    def before(self, call: Call) -> Answer | None:
        if find := LEAVING_GROUPS.get(str(call)):
            for group in find(call):
                kept(backend(call, "logs"), "last_words")[group] = Delay(_LAST_WORDS_SECONDS, looks=1)
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        if answer.error is None and call.service == "logs":
            if call.operation == "CreateLogGroup":
                _written(call).pop(call.parameters["logGroupName"], None)
            if call.operation == "DeleteLogGroup":
                self._write_again(call, call.parameters["logGroupName"])
        return answer

    def _write_again(self, call: Call, group: str) -> None:
        stands = group in groups_written_to(call)
        last = kept(backend(call), "last_words").get(group)
        times = _written(call).get(group, 0)
        if times < (_AT_MOST if stands else 1) and (stands or (last is not None and last.goes_on())):
            _written(call)[group] = times + 1
            again = partial(backend(call).ensure_log_group, group)
            begin(call, f"written again: {group}", Delay(_NEXT_WRITE_SECONDS), again, seen_by=("logs:DescribeLogGroups",))


class LateFiles(Behaviour):
    """An emptied bucket is written to again, at most twice, by a load balancer, a trail, a stream or S3's own access logs.

    So it is while they are set to write there, and for a moment after that.
    """

    def before(self, call: Call) -> Answer | None:
        if find := LEAVING_BUCKETS.get(str(call)):
            for name in find(call):
                kept(_s3(call), "last_words")[name] = Delay(_LAST_WORDS_SECONDS, looks=1)
        bucket = _s3(call).buckets.get(call.parameters.get("Bucket")) if call.service == "s3" else None
        if bucket is not None and (due := kept(bucket, "late_file").get("due")):
            self._write_if_due(call, bucket, due)
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        if str(call) in ("s3:DeleteObject", "s3:DeleteObjects") and answer.error is None:
            bucket = _s3(call).buckets[call.parameters["Bucket"]]
            late = kept(bucket, "late_file")
            if not bucket.keys and late.get("times", 0) < _AT_MOST and self._is_written_to(call, bucket):
                late.update(due=Delay(_NEXT_WRITE_SECONDS, looks=1), times=late.get("times", 0) + 1)
        return answer

    def _write_if_due(self, call: Call, bucket: Any, due: Delay) -> None:
        # What is on its way always comes before the bucket goes: that is when it hurts.
        if call.operation == "DeleteBucket" or not due.goes_on():
            late = kept(bucket, "late_file")
            late["due"] = None
            key = f"AWSLogs/{call.account}/late-{late['times']}.log"
            _s3(call).put_object(bucket.name, key, b"late", disable_notification=True)

    def _is_written_to(self, call: Call, bucket: Any) -> bool:
        if bucket.name in buckets_written_to(call, bucket.region_name):
            return True
        last: Delay | None = kept(_s3(call), "last_words").get(bucket.name)
        return last is not None and last.goes_on()


def _written(call: Call) -> dict[str, int]:
    return kept(backend(call, "logs"), "written_again")


def _s3(call: Call) -> Any:
    return get_backend("s3")[call.account]["aws"]
