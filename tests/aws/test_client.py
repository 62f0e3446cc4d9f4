from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.aws.account import Aws, guard, who_am_i
from provisioner.aws.client import Connection, shared_loader
from provisioner.aws.retry import Meaning
from provisioner.embedded.call import Answer, Behaviour, Call, HangUp
from provisioner.embedded.call import Refused as EmbeddedRefusal
from provisioner.errors import CallFailed, NoCredentials, WrongAccount

from ..conftest import OWNERSHIP, REGION

if TYPE_CHECKING:
    from provisioner.embedded.server import Running


class Failing(Behaviour):
    """Answers the first `times` calls of an operation with an error."""

    def __init__(self, operation: str, times: int, status: int, code: str) -> None:
        self.operation, self.left, self.status, self.code = operation, times, status, code

    def before(self, call: Any) -> None:
        if call.operation == self.operation and self.left:
            self.left -= 1
            raise EmbeddedRefusal(self.code, "no", self.status)

    def after(self, call: Any, answer: Any) -> Any:
        return answer


@pytest.fixture
def failing(embedded: Running) -> Any:
    added: list[Failing] = []

    def add(operation: str, times: int, status: int = 503, code: str = "Unavailable") -> None:
        added.append(Failing(operation, times, status, code))
        embedded.behaviours.insert(0, added[-1])

    yield add
    for one in added:
        embedded.behaviours.remove(one)


def test_the_read_only_twin_has_no_operation_that_changes_anything(aws: Aws, embedded: Running) -> None:
    twin = aws.reading()
    assert twin.ec2.describe_vpcs()["Vpcs"]
    before = len(embedded.calls)
    with pytest.raises(AttributeError, match="a preview has no ec2:CreateVpc to call"):
        twin.ec2.create_vpc(CidrBlock="10.0.0.0/16")
    with pytest.raises(AttributeError, match="a preview has no ec2:CreateTags to call"):
        twin.at("eu-west-1").ec2.create_tags(Resources=["vpc-1"], Tags=[])
    assert len(embedded.calls) == before


def test_a_read_is_tried_again_and_a_create_is_sent_once(aws: Aws, failing: Any, embedded: Running) -> None:
    before = aws.connection.counts()
    failing("DescribeVpcs", 2)
    assert aws.ec2.describe_vpcs()["Vpcs"]
    failing("CreateVpc", 1)
    with pytest.raises(CallFailed) as caught:
        aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert caught.value.meaning is Meaning.LOST
    assert [str(call) for call in embedded.calls].count("ec2:CreateVpc") == 1
    after = aws.connection.counts()
    assert {kind: after[kind] - before[kind] for kind in after} == {"read": 1, "write": 1, "retried": 2}


def test_removing_what_is_not_there_is_done(aws: Aws) -> None:
    answer: object = aws.ec2.delete_vpc(VpcId="vpc-0123456789abcdef0")
    assert answer == {}


def test_pages_fail_as_calls_do(aws: Aws) -> None:
    with pytest.raises(CallFailed, match=r"InvalidVpcID\.NotFound"):
        list(aws.ec2.get_paginator("describe_vpcs").paginate(VpcIds=["vpc-0123456789abcdef0"]))


def test_maybe_is_none_where_aws_says_there_is_nothing(aws: Aws) -> None:
    aws.s3.create_bucket(Bucket="shop-things")
    assert aws.maybe(lambda: aws.s3.get_bucket_policy(Bucket="shop-things")) is None


def test_together_keeps_the_order_and_passes_errors_on(aws: Aws) -> None:
    assert aws.together(lambda n: n * n, range(40)) == [n * n for n in range(40)]
    with pytest.raises(ZeroDivisionError):
        aws.together(lambda n: 1 // n, [1, 0])


def test_calls_tell_who_made_them(embedded: Running) -> None:
    connection = Connection(
        region=REGION, endpoint_url=embedded.url, made_up_credentials=True, user_agent="provisioner/9 run/abc"
    )
    assert who_am_i(connection, REGION) == "123456789012"
    assert [call.user_agent.rsplit(" ", 2)[1:] for call in embedded.calls] == [["provisioner/9", "run/abc"]]


def test_a_client_is_made_once_a_service_and_region(aws: Aws) -> None:
    assert aws.ec2 is aws.ec2
    connection = aws.connection
    assert connection.client("ec2", REGION, once=False) is connection.client("ec2", REGION, once=False)
    assert connection.client("ec2", REGION, once=False) is not connection.client("ec2", "eu-west-1", once=False)
    assert shared_loader() is shared_loader()


def test_an_unknown_client_is_an_attribute_error(aws: Aws) -> None:
    with pytest.raises(AttributeError, match="no client for 'quantum'"):
        aws.quantum  # noqa: B018


def test_without_credentials_the_error_says_what_to_do() -> None:
    with pytest.raises(NoCredentials, match="Sign in"):
        who_am_i(Connection(region=REGION), REGION)


def test_the_guard_refuses_another_account() -> None:
    guard("111111111111", "111111111111", "dev")
    with pytest.raises(
        WrongAccount, match="environment 'dev' is account 111111111111, and these credentials are for 222222222222"
    ):
        guard("222222222222", "111111111111", "dev")


def test_no_more_calls_are_in_flight_than_allowed(embedded: Running) -> None:
    connection = Connection(region=REGION, endpoint_url=embedded.url, made_up_credentials=True, parallelism=2)
    aws = Aws(connection, OWNERSHIP, REGION)
    assert len(aws.together(lambda _: aws.ec2.describe_vpcs()["Vpcs"], range(6))) == 6
    assert connection.in_flight._value == 2


@pytest.fixture
def expired(failing: Any) -> None:
    """The first call is told that its credentials have expired."""
    failing("DescribeVpcs", 1, 400, "ExpiredToken")


def test_credentials_that_expired_are_renewed_and_the_call_can_be_made_again(embedded: Running, expired: None) -> None:
    connection = Connection(region=REGION, endpoint_url=embedded.url, made_up_credentials=True)
    aws = Aws(connection, OWNERSHIP, REGION)
    with pytest.raises(CallFailed) as caught:
        aws.ec2.describe_vpcs()
    assert (caught.value.meaning, caught.value.patience > 0) == (Meaning.THROTTLED, True)
    assert aws.ec2.describe_vpcs()["Vpcs"]
    assert connection.age == 1
    # Whoever still had the old ones need not renew them again.
    assert connection.renew(0)
    assert connection.age == 1
    connection.close()


def test_credentials_that_expired_for_good_are_an_error_at_once(
    embedded: Running, expired: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "its-secret")
    connection = Connection(region=REGION, endpoint_url=embedded.url)
    with pytest.raises(CallFailed, match="ExpiredToken") as caught:
        Aws(connection, OWNERSHIP, REGION).ec2.describe_vpcs()
    assert caught.value.meaning is Meaning.FINAL
    assert not connection.renew(connection.age)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another-key")
    assert connection.renew(connection.age)
    connection.close()


def test_a_head_that_is_refused_without_a_word_may_have_met_expired_credentials(embedded: Running, failing: Any) -> None:
    failing("HeadBucket", 1, 400, "ExpiredToken")
    connection = Connection(region=REGION, endpoint_url=embedded.url, made_up_credentials=True)
    with pytest.raises(CallFailed) as caught:
        Aws(connection, OWNERSHIP, REGION).s3.head_bucket(Bucket="a-bucket-of-ours")
    assert (caught.value.code, caught.value.meaning, connection.age) == ("400", Meaning.THROTTLED, 1)
    connection.close()


def test_pages_go_on_with_renewed_credentials_from_the_first(embedded: Running, expired: None) -> None:
    connection = Connection(region=REGION, endpoint_url=embedded.url, made_up_credentials=True)
    pages = Aws(connection, OWNERSHIP, REGION).ec2.get_paginator("describe_vpcs")
    with pytest.raises(CallFailed) as caught:
        list(pages.paginate())
    assert caught.value.meaning is Meaning.THROTTLED
    connection.close()


class Losing(Behaviour):
    """The first answers are lost."""

    def __init__(self, answers: int) -> None:
        self._left = answers

    def after(self, call: Call, answer: Answer) -> Answer:
        if not self._left:
            return answer
        self._left -= 1
        raise HangUp


@pytest.mark.parametrize("lost", [0, 1])
def test_an_error_says_whether_the_call_was_sent_before(embedded: Running, aws: Aws, lost: int) -> None:
    put: Any = {"name": "logs", "deliveryDestinationConfiguration": {"destinationResourceArn": "arn:aws:s3:::logs"}}
    if not lost:
        aws.logs.put_delivery_destination(**put, tags={"whose": "mine"})
    embedded.behaviours.insert(0, losing := Losing(lost))
    with pytest.raises(CallFailed, match="Conflict") as caught:
        aws.logs.put_delivery_destination(**put, tags={"whose": "mine"})
    embedded.behaviours.remove(losing)
    assert (caught.value.meaning, caught.value.resent) == (Meaning.EXISTS, bool(lost))
