"""Somebody else changes the same thing just before a caller does."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.faults.races import LOCKS, LOST, RACES

from ..conftest import refusal
from .conftest import TRUST

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..conftest import Connect
    from .conftest import GoingWrong

_VISIBLE = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
_ACCESS = {"Name": "a", "OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4"}
_MADE: dict[str, dict[str, Any]] = {
    "web_acl": {"DefaultAction": {"Allow": {}}, "VisibilityConfig": _VISIBLE},
    "ip_set": {"IPAddressVersion": "IPV4", "Addresses": []},
    "regex_pattern_set": {"RegularExpressionList": [{"RegexString": "a"}]},
    "rule_group": {"Capacity": 1, "VisibilityConfig": _VISIBLE},
}


def test_what_carries_a_lock_and_what_may_be_lost_can_be_asked_for() -> None:
    assert not LOCKS.keys() & LOST
    assert LOCKS.keys() | LOST == RACES


@pytest.mark.parametrize("kind", _MADE)
def test_a_lock_of_waf_has_moved(connect: Connect, going_wrong: GoingWrong, kind: str) -> None:
    waf, stale = connect("wafv2"), "WAFOptimisticLockException"
    ask: Callable[[str], Callable[..., Any]] = lambda verb: getattr(waf, f"{verb}_{kind}")  # noqa: E731
    summary = ask("create")(Name="a", Scope="REGIONAL", **_MADE[kind])["Summary"]
    place = {"Name": "a", "Scope": "REGIONAL", "Id": summary["Id"]}
    changed = {name: value for name, value in _MADE[kind].items() if name not in ("Capacity", "IPAddressVersion")}
    with going_wrong("race *:* each") as injected:
        assert refusal(ask("update"), **place, **changed, LockToken=summary["LockToken"]) == stale
        token = ask("get")(**place)["LockToken"]
        token = ask("update")(**place, **changed, LockToken=token)["NextLockToken"]
        assert refusal(ask("delete"), **place, LockToken=token) == stale
        ask("delete")(**place, LockToken=ask("get")(**place)["LockToken"])
    assert injected.counts == {"race": 2}


def test_an_etag_has_moved(connect: Connect, going_wrong: GoingWrong) -> None:
    cloudfront = connect("cloudfront")
    made = cloudfront.create_origin_access_control(OriginAccessControlConfig=_ACCESS)
    named, stale = {"Id": made["OriginAccessControl"]["Id"]}, "PreconditionFailed"
    with going_wrong("race cloudfront:*OriginAccessControl") as injected:
        assert refusal(cloudfront.delete_origin_access_control, **named, IfMatch=made["ETag"]) == stale
        now = cloudfront.get_origin_access_control(**named)["ETag"]
        cloudfront.delete_origin_access_control(**named, IfMatch=now)
    assert injected.counts == {"race": 1}


def test_nobody_races_for_what_is_not_there(connect: Connect, going_wrong: GoingWrong) -> None:
    cloudfront, firehose = connect("cloudfront"), connect("firehose")
    with going_wrong("race *:* 100%") as injected:
        assert refusal(cloudfront.delete_origin_access_control, Id="E1", IfMatch="E2") == "NoSuchOriginAccessControl"
        about = {
            "DeliveryStreamName": "a",
            "CurrentDeliveryStreamVersionId": "1",
            "DestinationId": "d",
            "ExtendedS3DestinationUpdate": {"Prefix": "p"},
        }
        assert refusal(firehose.update_destination, **about) == "ResourceNotFoundException"
    assert injected.counts == {}


def _function(connect: Connect) -> Any:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        bundle.writestr("main.py", "")
    role = connect("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST.replace('"AWS": "*"', _LAMBDA))["Role"][
        "Arn"
    ]
    lambda_ = connect("lambda")
    about = {"Runtime": "python3.12", "Role": role, "Handler": "main.run", "Code": {"ZipFile": packed.getvalue()}}
    lambda_.create_function(FunctionName="f", **about)
    return lambda_


_LAMBDA = '"Service": "lambda.amazonaws.com"'


def test_a_statement_is_lost_beside_another_writers(connect: Connect, going_wrong: GoingWrong) -> None:
    lambda_ = _function(connect)
    about = {"FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"}
    lambda_.add_permission(**about, StatementId="before")
    with going_wrong("race *:* each") as injected:
        assert "Statement" in lambda_.add_permission(**about, StatementId="a")
        assert '"Sid": "a"' not in (policy := lambda_.get_policy(FunctionName="f")["Policy"])
        assert '"Sid": "before"' in policy
        assert refusal(lambda_.add_permission, **about, StatementId="before") == "ResourceConflictException"
        lambda_.add_permission(**about, StatementId="a")
        assert '"Sid": "a"' in lambda_.get_policy(FunctionName="f")["Policy"]
    assert injected.counts == {"race": 1}
