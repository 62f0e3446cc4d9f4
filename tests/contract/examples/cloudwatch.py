"""Amazon CloudWatch."""

from __future__ import annotations

from typing import Any

from provisioner.resources.cloudwatch.alarm import Alarm
from provisioner.resources.cloudwatch.composite_alarm import CompositeAlarm
from provisioner.resources.cloudwatch.dashboard import Dashboard
from provisioner.value import text

from . import Example

TOPIC, OTHER_TOPIC = (f"arn:aws:sns:us-east-1:123456789012:{name}" for name in ("alarms", "others"))
PROPAGATED = {"AlarmTagsPropagation": {"Enabled": True, "IncludedTagKeys": ["team"]}}


def alarm(name: str, **more: Any) -> Alarm:
    return Alarm(
        name,
        namespace="AWS/RDS",
        metric_name="CPUUtilization",
        dimensions={"DBClusterIdentifier": "aurora"},
        extended_statistic="p90",
        period=60,
        evaluation_periods=3,
        datapoints_to_alarm=2,
        comparison_operator="GreaterThanThreshold",
        threshold=80,
        alarm_actions=(TOPIC,),
        unit="Percent",
        **more,
    )


CPU, OTHER = alarm("cpu"), alarm("other")
WATCHED = alarm(
    "cpu",
    alarm_description="The database is busy",
    evaluation_window={"SlidingWindow": {}},
    warm_up_configuration={},
    treat_missing_data="missing",
    evaluate_low_sample_count_percentile="evaluate",
    action_configuration={},
)

EXAMPLES = [
    Example(
        WATCHED,
        changes={
            "alarm_description": "The processors are busy",
            "metric_name": "FreeableMemory",
            "namespace": "AWS/EC2",
            "dimensions": {},
            "extended_statistic": "tm90",
            "period": 300,
            "unit": "",
            "comparison_operator": "LessThanThreshold",
            "threshold": 0,
            "evaluation_periods": 5,
            "datapoints_to_alarm": 0,
            "evaluation_window": {"WallClockWindow": {"Timezone": "America/New_York"}},
            "warm_up_configuration": {"WarmUpPeriodDurationInMinutes": 10},
            "treat_missing_data": "notBreaching",
            "evaluate_low_sample_count_percentile": "ignore",
            "actions_enabled": False,
            "alarm_actions": (TOPIC, OTHER_TOPIC),
            "ok_actions": (TOPIC,),
            "insufficient_data_actions": (TOPIC,),
            "action_configuration": PROPAGATED,
        },
        fixed={
            "statistic": "instead of the extended one: see the type's own tests",
            "metrics": "instead of one metric: see the type's own tests",
            "evaluation_criteria": "instead of a metric: see the type's own tests",
            "evaluation_interval": "of PromQL only: see the type's own tests",
            "threshold_metric_id": "of anomaly bands only: see the type's own tests",
        },
    ),
    Example(
        CompositeAlarm(
            "any",
            alarm_rule=text('ALARM("{}")', CPU),
            alarm_description="",
            action_configuration={},
            actions_suppressor=OTHER,
            actions_suppressor_wait_period=60,
            actions_suppressor_extension_period=60,
            after=(OTHER,),
        ),
        changes={
            "alarm_rule": text('ALARM("{}") OR ALARM({})', CPU, OTHER.arn),
            "alarm_description": "Something is wrong",
            "actions_enabled": False,
            "alarm_actions": (TOPIC,),
            "ok_actions": (TOPIC,),
            "insufficient_data_actions": (TOPIC,),
            "actions_suppressor": CPU.arn,
            "actions_suppressor_wait_period": 0,
            "actions_suppressor_extension_period": 120,
            "action_configuration": PROPAGATED,
        },
    ),
    Example(
        Dashboard("all", body={"widgets": [{"type": "text", "width": 6, "properties": {"markdown": text("{}", CPU)}}]}),
        changes={"body": {"start": "-PT6H", "widgets": []}},
    ),
]
