"""Bringing what has calls of its own, of a group, from what is to what is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...aws.account import Aws

_MOST_TARGET_GROUPS = 10


def attach(aws: Aws, group: str, have: Sequence[str], wanted: Sequence[str]) -> None:
    """The target groups that its instances are in; at most ten a call."""
    name: Any = {"AutoScalingGroupName": group}
    for some in _tens(have, wanted):
        aws.autoscaling.detach_load_balancer_target_groups(**name, TargetGroupARNs=some)
    for some in _tens(wanted, have):
        aws.autoscaling.attach_load_balancer_target_groups(**name, TargetGroupARNs=some)


def _tens(these: Sequence[str], without: Sequence[str]) -> list[list[str]]:
    left = [one for one in these if one not in without]
    return [left[start : start + _MOST_TARGET_GROUPS] for start in range(0, len(left), _MOST_TARGET_GROUPS)]


def collect(aws: Aws, group: str, have: Sequence[str], wanted: Sequence[str]) -> None:
    """The metrics that it gives of itself."""
    if surplus := [metric for metric in have if metric not in wanted]:
        aws.autoscaling.disable_metrics_collection(AutoScalingGroupName=group, Metrics=surplus)
    if missing := [metric for metric in wanted if metric not in have]:
        aws.autoscaling.enable_metrics_collection(AutoScalingGroupName=group, Metrics=missing, Granularity="1Minute")


def suspend(aws: Aws, group: str, have: Sequence[str], wanted: Sequence[str]) -> None:
    """The processes that stand still."""
    if surplus := [process for process in have if process not in wanted]:
        aws.autoscaling.resume_processes(AutoScalingGroupName=group, ScalingProcesses=surplus)
    if missing := [process for process in wanted if process not in have]:
        aws.autoscaling.suspend_processes(AutoScalingGroupName=group, ScalingProcesses=missing)


def notify(aws: Aws, group: str, have: Mapping[str, Sequence[str]], wanted: Mapping[str, Sequence[str]]) -> None:
    """The topics that are told of launches and terminations."""
    for topic in have:
        if topic not in wanted:
            aws.autoscaling.delete_notification_configuration(AutoScalingGroupName=group, TopicARN=topic)
    for topic, kinds in wanted.items():
        if have.get(topic) != kinds:
            aws.autoscaling.put_notification_configuration(
                AutoScalingGroupName=group, TopicARN=topic, NotificationTypes=list(kinds)
            )
