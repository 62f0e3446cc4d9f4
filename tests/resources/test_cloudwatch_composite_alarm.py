from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resources.cloudwatch.alarm import Alarm
from provisioner.resources.cloudwatch.composite_alarm import CompositeAlarm
from provisioner.value import text

from .in_aws import errors, outcome, teardown, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

PERIODS: dict[str, Any] = {"actions_suppressor_wait_period": 0, "actions_suppressor_extension_period": 60}


def alarm(name: str) -> Alarm:
    return Alarm(
        name,
        metric_name="Errors",
        namespace="Shop",
        statistic="Sum",
        period=60,
        threshold=1,
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
    )


A, B = alarm("a"), alarm("b")
EITHER = text('ALARM("{}") OR ALARM("{}")', A, B)


def composite(**more: Any) -> CompositeAlarm:
    return CompositeAlarm("any", **{"alarm_rule": EITHER, **more})


def test_what_create_answers_is_what_a_read_shows(aws: Aws) -> None:
    up(aws, A, B)
    tags = {"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": "CompositeAlarm/any"}
    made = composite(alarm_rule='ALARM("shop-a-test")', actions_suppressor="shop-b-test", tags=tags, **PERIODS).create(aws)
    [read] = CompositeAlarm.living(aws)
    assert made is not None
    assert {name: read[name] for name in made if name != "Tags"} == {name: made[name] for name in made if name != "Tags"}


def test_a_document_names_the_alarms_of_its_rule(aws: Aws) -> None:
    rule = text('(ALARM("{}") AND NOT OK({})) OR INSUFFICIENT_DATA ( "{}" ) OR TRUE', A, B, B.arn)
    live = up(aws, A, B, composite(alarm_rule=rule))["any"]
    assert live["Names"] == ["shop-a-test", "shop-b-test", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:shop-b-test"]


def test_a_composite_alarm_goes_before_the_composite_one_that_it_stands_on_is_gone(aws: Aws, embedded: Running) -> None:
    inner = composite()
    outer = CompositeAlarm("outer", alarm_rule=text("ALARM({})", inner), actions_suppressor=A, **PERIODS)
    up(aws, A, B, inner, outer)
    before = len(embedded.calls)
    teardown(aws)
    gone = [call.parameters["AlarmNames"] for call in list(embedded.calls)[before:] if call.operation == "DeleteAlarms"]
    assert gone[:2] == [["shop-outer-test"], ["shop-any-test"]]
    assert all(len(names) == 1 for names in gone)


def test_an_alarm_that_the_plan_no_longer_lists_goes_after_the_rule_has_let_it_go(aws: Aws) -> None:
    up(aws, A, B, composite())
    live = up(aws, A, composite(alarm_rule=text('ALARM("{}")', A)))
    assert sorted(live) == ["a", "any"]


def test_a_suppressor_is_taken_away_with_its_periods(aws: Aws) -> None:
    suppressed = composite(actions_suppressor=B.arn, **PERIODS)
    live = up(aws, A, B, suppressed)["any"]
    assert (live["ActionsSuppressorWaitPeriod"], live["ActionsSuppressorExtensionPeriod"]) == (0, 60)
    assert to_do(aws, A, B, composite(actions_suppressor=B, **PERIODS)) == {}
    assert to_do(aws, A, B, composite()) == {}
    free = up(aws, A, B, composite(actions_suppressor=""))["any"]
    assert {name for name in free if name.startswith("ActionsSuppressor")} == set()


def test_what_the_plan_does_not_manage_survives_an_update(aws: Aws) -> None:
    up(aws, A, B, composite())
    aws.cloudwatch.put_composite_alarm(
        AlarmName="shop-any-test", AlarmRule='ALARM("shop-a-test") OR ALARM("shop-b-test")', AlarmDescription="Theirs"
    )
    assert up(aws, A, B, composite(alarm_rule=text("ALARM({})", A)))["any"]["AlarmDescription"] == "Theirs"


def test_alarms_of_this_minute_are_waited_for(aws: Aws, embedded: Running) -> None:
    words = "Could not save the composite alarm as alarms [shop-a-test] in the alarm rule do not exist"
    with refusing(embedded, "PutCompositeAlarm", "ValidationError", words, times=2):
        up(aws, A, B, composite())
    assert writes(embedded).count("PutCompositeAlarm") == 3


def test_a_foreign_composite_alarm_is_not_overwritten(aws: Aws) -> None:
    aws.cloudwatch.put_composite_alarm(AlarmName="shop-any-test", AlarmRule="FALSE")
    assert "is not this step's" in errors(outcome(aws, A, B, composite()))["CompositeAlarm/any"]


@pytest.mark.parametrize(
    "wrong",
    [{"actions_suppressor": A}, {"actions_suppressor_wait_period": 60}, {"actions_suppressor": "", **PERIODS}],
)
def test_a_suppressor_and_its_periods_go_together(wrong: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match="CompositeAlarm/any: actions_suppressor and its"):
        composite(**wrong)
