"""What AWS keeps of a lock: a record in a DynamoDB table that says who is at work, and until when to believe that."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from ..errors import CallFailed, NotSettled
from .retry import Meaning

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import PutItemInputTypeDef

    from .client import Connection

T = TypeVar("T")

TABLE = "provisioner-locks"

NEEDED = f"dynamodb:GetItem and PutItem, and once CreateTable, DescribeTable and TagResource, on the table {TABLE}"
"""What credentials must be allowed."""

_LOOKS = 120
_CLOCKS_AGREE = 2.0
"""Seconds: AWS tells its time in whole ones."""


@dataclass(frozen=True)
class Holder:
    """A run, and what others know it by: its id, whose credentials it has, and the process that it is."""

    run: str
    who: str
    host: str
    pid: int
    process: str
    """What only a machine itself can tell of a process: `engine/whereabouts.py`."""
    since: float


@dataclass(frozen=True)
class Record:
    """A lock as the table shows it. Each write gives it another `version`; None: nobody has ever held it.

    The holder said at `heartbeat` that it lives, and is believed for `lease` seconds. All times are AWS's, since 1970.
    """

    version: str | None = None
    holder: Holder | None = None
    heartbeat: float = 0.0
    lease: float = 0.0
    read_at: float = 0.0

    @property
    def expires(self) -> float:
        return self.heartbeat + self.lease

    def is_of(self, run: str) -> bool:
        """Whether that run holds it."""
        return self.holder is not None and self.holder.run == run


class Leases:
    """The locks of one account and region.

    AWS: DynamoDB writes an item only where a condition on it holds, so of two who replace one version of a record, one does.
    Errors are `CallFailed`; their meaning is RACE for who came second, and GONE where there is no table yet.
    """

    needed = NEEDED

    def __init__(self, connection: Connection, region: str) -> None:
        self._connection, self._region = connection, region
        self._ahead = 0.0

    def guard(self, gate: Callable[[], None]) -> None:
        """From now on `gate` is asked before the connection sends anything that changes something."""
        self._connection.gate = gate

    def read(self, lock: str) -> Record:
        """The record as it is now."""
        try:
            key: Any = {"lock": {"S": lock}}
            answer = self._ask("GetItem", lambda: self._client.get_item(TableName=TABLE, Key=key, ConsistentRead=True))
        except CallFailed as error:
            if error.meaning is not Meaning.GONE:
                raise
            return Record(read_at=self.now())
        return _record(answer.get("Item", {}), self.now())

    def write(self, lock: str, seen: Record, holder: Holder | None, lease: float) -> Record:
        """Put a holder, or nobody, into the record that was seen."""
        record = Record(secrets.token_hex(8), holder, self.now(), lease)
        item = {**_item(record), "lock": {"S": lock}}
        order: PutItemInputTypeDef = {
            "TableName": TABLE,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(#version)" if seen.version is None else "#version = :seen",
            "ExpressionAttributeNames": {"#version": "version"},
        }
        if seen.version is not None:
            order["ExpressionAttributeValues"] = {":seen": {"S": seen.version}}
        self._ask("PutItem", lambda: self._client.put_item(**order))
        return record

    def make_table(self, pause: Callable[[float], object]) -> None:
        """Make the table, or find that somebody is making it, and wait until it can be used: some ten seconds."""
        status = self._created()
        for _ in range(_LOOKS):
            if status == "ACTIVE":
                return
            pause(1.0)
            status = self._status() or self._created()
        raise NotSettled(f"the table {TABLE} is still {status}: run again in some minutes")

    def now(self) -> float:
        """AWS's time, by its latest answer: so those who share a lock need not have the same time."""
        return time.time() + self._ahead

    @property
    def _client(self) -> DynamoDBClient:
        client: DynamoDBClient = self._connection.apart("dynamodb", self._region)
        return client

    def _status(self) -> str | None:
        try:
            return self._ask("DescribeTable", lambda: self._client.describe_table(TableName=TABLE))["Table"]["TableStatus"]
        except CallFailed as error:
            if error.meaning is Meaning.GONE:
                return None
            raise

    def _created(self) -> str | None:
        def create() -> Any:
            return self._client.create_table(
                TableName=TABLE,
                AttributeDefinitions=[{"AttributeName": "lock", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "lock", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
                SSESpecification={"Enabled": True},
                DeletionProtectionEnabled=True,
                Tags=[{"Key": "provisioner:holds", "Value": "the locks of all plans and environments"}],
            )

        try:
            return str(self._ask("CreateTable", create)["TableDescription"]["TableStatus"])
        except CallFailed as error:
            if error.meaning is Meaning.EXISTS:
                return None
            raise

    def _ask(self, operation: str, call: Callable[[], T]) -> T:
        # The age first: a client may be younger than it says, never older.
        age = self._connection.age
        try:
            answer = call()
        except (ClientError, BotoCoreError) as error:
            self._note_time(getattr(error, "response", None) or {})
            raise self._connection.explained("dynamodb", operation, error, age) from error
        self._note_time(answer)
        return answer

    def _note_time(self, answer: Any) -> None:
        date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
        if date is not None:
            ahead = parsedate_to_datetime(date).timestamp() - time.time()
            self._ahead = 0.0 if abs(ahead) < _CLOCKS_AGREE else ahead


def _item(record: Record) -> dict[str, Any]:
    item = {"version": {"S": record.version}, "heartbeat": _number(record.heartbeat), "lease": _number(record.lease)}
    if record.holder is None:
        return item
    one = record.holder
    known = {name: {"S": value} for name, value in vars(one).items() if isinstance(value, str)}
    return {**item, "holder": {"M": {**known, "pid": _number(one.pid), "since": _number(one.since)}}}


def _record(item: Any, read_at: float) -> Record:
    if not item:
        return Record(read_at=read_at)
    heartbeat, lease = float(item["heartbeat"]["N"]), float(item["lease"]["N"])
    return Record(item["version"]["S"], _holder(item["holder"]["M"]) if "holder" in item else None, heartbeat, lease, read_at)


def _holder(known: Any) -> Holder:
    words = {name: known[name]["S"] for name in ("run", "who", "host", "process")}
    return Holder(**words, pid=int(known["pid"]["N"]), since=float(known["since"]["N"]))


def _number(value: float) -> dict[str, str]:
    return {"N": str(value)}
