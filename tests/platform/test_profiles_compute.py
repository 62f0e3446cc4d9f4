"""Module 6 in other profiles, when the hour strikes, and when the template changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import Shown

if TYPE_CHECKING:
    from provisioner.engine.preview import Preview

    from .conftest import Platform


@pytest.mark.xdist_group("local")
def test_local_has_one_small_instance_and_none_after_hours(local: Shown) -> None:
    autoscaling = local.client("autoscaling")
    [group] = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]) == (1, 1, 2)
    assert [one["InstanceType"] for one in group["Instances"]] == ["t3.small"]
    actions = autoscaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"]
    sizes = {one["ScheduledActionName"]: (one["MinSize"], one["DesiredCapacity"]) for one in actions}
    assert sizes == {local.named("business-hours"): (1, 1), local.named("after-hours"): (0, 0)}


def changed(preview: Preview) -> list[str]:
    return [action.step for action in preview.actions if action.kind != "none"]


def test_another_template_rolls_the_instances_in_one_run_and_the_schedule_is_no_drift(platform: Platform) -> None:
    """Brought up once, since that takes a while: a roll while the hours are business hours, and then the evening."""
    platform.up("local")
    shown = Shown(platform.server, platform.run("local"), platform.environment)
    autoscaling, group = shown.client("autoscaling"), {"AutoScalingGroupName": shown.named("app")}

    def instances() -> list[Any]:
        [found] = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
        return [(one["InstanceId"], one["InstanceType"], one["LifecycleState"]) for one in found["Instances"]]

    [(old, _, _)] = instances()
    assert changed(platform.up("local", instance_type="t3.medium")) == ["LaunchTemplate/app", "AutoScalingGroup/app"]
    [(new, kind, state)] = instances()
    assert (kind, state, new != old) == ("t3.medium", "InService", True)
    [refresh] = autoscaling.describe_instance_refreshes(**group)["InstanceRefreshes"]
    assert refresh["Status"] == "Successful"
    # An instance is in service before the one that it replaces goes.
    preferences = refresh["Preferences"]
    assert (preferences["MinHealthyPercentage"], preferences["MaxHealthyPercentage"]) == (100, 150)
    assert changed(platform.preview("local", instance_type="t3.medium")) == []

    for name in ("after-hours", "business-hours"):
        [action] = autoscaling.describe_scheduled_actions(**group, ScheduledActionNames=[shown.named(name)])[
            "ScheduledUpdateGroupActions"
        ]
        fired = {size: action[size] for size in ("MinSize", "MaxSize", "DesiredCapacity")}
        autoscaling.update_auto_scaling_group(**group, **fired)
        assert changed(platform.preview("local", instance_type="t3.medium")) == [], name

    autoscaling.update_auto_scaling_group(**group, MinSize=2)
    assert changed(platform.preview("local", instance_type="t3.medium")) == ["AutoScalingGroup/app"]
