from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from moto.backends import get_backend

from provisioner.resources.kms.key import Key
from provisioner.resources.logs.log_group import LogGroup

from .in_aws import errors, outcome, run, teardown, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running


def app(**more: Any) -> LogGroup:
    return LogGroup("app", **more)


def given(**more: Any) -> LogGroup:
    return LogGroup("function", log_group_name="/aws/lambda/function", **more)


def old(aws: Aws, name: str, **tags: str) -> None:
    """A group that has been there for long."""
    aws.logs.create_log_group(logGroupName=name, tags=tags or {"theirs": "yes"})
    group: Any = get_backend("logs")["123456789012"]["us-east-1"].groups[name]
    group.creation_time -= timedelta(days=1)


def asked(server: Running, since: int = 0) -> list[str]:
    calls = [call for call in list(server.calls)[since:] if call.operation == "ListTagsForResource"]
    return [call.parameters["resourceArn"].rpartition(":")[2] for call in calls]


def test_a_group_is_made_in_one_call_with_all_that_it_can_carry(aws: Aws, embedded: Running) -> None:
    key = Key("data")
    up(aws, key, app(kms_key=key, deletion_protection_enabled=True))
    assert [call.operation for call in embedded.calls if call.service == "logs" and call.operation[0] in "CPT"] == [
        "CreateLogGroup"
    ]


def test_the_arn_has_no_star(aws: Aws) -> None:
    group = up(aws, app())["app"]
    assert group["Arn"] == "arn:aws:logs:us-east-1:123456789012:log-group:shop-app-test"


def test_what_create_answers_is_what_a_read_shows(aws: Aws) -> None:
    group = app(tags={"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": "LogGroup/app"})
    made = group.create(aws)
    [read] = LogGroup.living(aws)
    assert made is not None
    assert {name: read[name] for name in made} == made


def test_a_given_name_overrides_the_convention(aws: Aws) -> None:
    assert up(aws, given())["function"]["logGroupName"] == "/aws/lambda/function"


def test_an_old_group_of_another_name_is_found_by_its_tags(aws: Aws) -> None:
    tags = {"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": "LogGroup/function"}
    old(aws, "/aws/lambda/function", **tags, Name="/aws/lambda/function", team="shop")
    assert to_do(aws, given()) == {}


def test_a_young_group_is_found_though_the_index_of_tags_lags(aws: Aws, embedded: Running) -> None:
    up(aws, given())
    with answering(embedded, "GetResources", {"ResourceTagMappingList": [], "PaginationToken": ""}):
        assert to_do(aws, given()) == {}


def test_tags_are_read_only_where_a_group_may_be_ours(aws: Aws, embedded: Running) -> None:
    for number in range(120):
        old(aws, f"theirs-{number}")
    up(aws, app(), given())
    before = len(embedded.calls)
    run(aws, app(), given()).preview()
    assert sorted(asked(embedded, before)) == ["/aws/lambda/function", "shop-app-test"]


def test_a_group_that_vanishes_while_it_is_read_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, app())
    with refusing(embedded, "ListTagsForResource", "ResourceNotFoundException"):
        assert list(LogGroup.living(aws)) == []


def test_a_bare_group_that_a_late_writer_made_is_taken_over(aws: Aws, embedded: Running) -> None:
    aws.logs.create_log_group(logGroupName="shop-app-test-2", tags={"theirs": "yes"})
    aws.logs.create_log_group(logGroupName="shop-app-test")
    before = len(embedded.calls)
    group = up(aws, app(retention_in_days=30))["app"]
    assert (group["retentionInDays"], group["Tags"]["provisioner:step"]) == (30, "LogGroup/app")
    assert writes(embedded, before) == ["CreateLogGroup", "TagResource", "PutRetentionPolicy"]
    assert to_do(aws, app(retention_in_days=30)) == {}


def _kept_for_ever(aws: Aws, name: str) -> None:
    aws.logs.create_log_group(logGroupName=name, tags={"theirs": "yes"})


def _kept_for_a_day(aws: Aws, name: str) -> None:
    aws.logs.create_log_group(logGroupName=name)
    aws.logs.put_retention_policy(logGroupName=name, retentionInDays=1)


@pytest.mark.parametrize("make", [_kept_for_ever, _kept_for_a_day])
def test_a_group_that_somebody_has_given_anything_is_not_taken_over(aws: Aws, make: Any) -> None:
    make(aws, "shop-app-test")
    result = errors(outcome(aws, app()))
    assert list(result) == ["LogGroup/app"]
    assert "not this plan's" in result["LogGroup/app"]


def test_zero_days_keep_everything_and_none_leaves_it_to_others(aws: Aws, embedded: Running) -> None:
    up(aws, app(retention_in_days=30))
    assert to_do(aws, app()) == {}
    before = len(embedded.calls)
    assert "retentionInDays" not in up(aws, app(retention_in_days=0))["app"]
    assert writes(embedded, before) == ["DeleteRetentionPolicy"]


@pytest.mark.parametrize("spelling", ["Arn", "KeyId"])
def test_a_key_is_the_same_by_its_id_and_its_arn(aws: Aws, spelling: str) -> None:
    key = Key("data")
    shown = up(aws, key, app(kms_key=key))["data"]
    assert to_do(aws, key, app(kms_key=shown[spelling])) == {}


def test_protection_is_lifted_only_where_that_is_asked_for(aws: Aws) -> None:
    up(aws, app(deletion_protection_enabled=True))
    assert run(aws).preview_teardown().refusals == ("LogGroup/app: is protected from deletion in AWS",)
    teardown(aws)
    assert list(LogGroup.living(aws)) == []


def test_a_bare_group_that_came_back_is_swept_and_one_that_was_given_anything_is_not(aws: Aws) -> None:
    live = up(aws, app())["app"]
    assert LogGroup.came_back(aws, live) is None
    teardown(aws)
    aws.logs.create_log_group(logGroupName="shop-app-test")
    again = LogGroup.came_back(aws, {**live, "creationTime": live["creationTime"] - 1})
    assert again is not None
    assert again["logGroupName"] == "shop-app-test"
    aws.logs.put_retention_policy(logGroupName="shop-app-test", retentionInDays=7)
    assert LogGroup.came_back(aws, {**live, "creationTime": live["creationTime"] - 1}) is None
