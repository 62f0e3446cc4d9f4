"""What the plugin says of a plan: that it does what it should, and, above all, when it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner import Plan
from provisioner.resources.ec2.internet_gateway import InternetGateway
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.kms.key import Key
from provisioner.testing import provisioned

if TYPE_CHECKING:
    from provisioner.testing import Provisioned, Trial

__all__ = ["provisioned"]

VPC = Vpc("vpc", cidr_block="10.20.0.0/16", enable_dns_hostnames=True)
PLAN = Plan("shop", VPC, InternetGateway("gateway", vpc=VPC), outputs={"vpc": VPC})


@pytest.fixture
def trial(provisioned: Provisioned) -> Trial:
    return provisioned(PLAN, level="plain")


def vpcs(trial: Trial) -> list[Any]:
    return [vpc for vpc in trial.aws("ec2").describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]


def test_up_gives_the_outputs_and_teardown_leaves_nothing(trial: Trial) -> None:
    assert trial.up() == {"vpc": vpcs(trial)[0]["VpcId"]}
    trial.unchanged()
    trial.teardown()
    assert vpcs(trial) == []


def test_what_is_to_do_is_told_by_step_and_property(trial: Trial) -> None:
    trial.up()
    trial.aws("ec2").modify_vpc_attribute(VpcId=vpcs(trial)[0]["VpcId"], EnableDnsHostnames={"Value": False})
    with pytest.raises(AssertionError, match=r"shop \(level plain\): .*'Vpc/vpc': 'update enable_dns_hostnames'"):
        trial.unchanged()


def test_a_drift_of_your_own_is_repaired(trial: Trial) -> None:
    trial.up()
    vpc = vpcs(trial)[0]["VpcId"]
    trial.repairs(lambda: trial.aws("ec2").modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": False}))
    shown = trial.aws("ec2").describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsHostnames")
    assert shown["EnableDnsHostnames"] == {"Value": True}


def test_a_drift_that_a_preview_does_not_see_is_told(trial: Trial) -> None:
    trial.up()
    with pytest.raises(AssertionError, match="a preview does not see what your drift did"):
        trial.repairs(lambda: None)


def test_every_step_is_deleted_behind_the_plans_back_but_those_that_hold_data(provisioned: Provisioned) -> None:
    key = Key("key", deletion_window_in_days=7)
    trial = provisioned(Plan("shop", key, VPC), level="plain")
    trial.up()
    before = (vpcs(trial)[0]["VpcId"], trial.aws("kms").list_aliases()["Aliases"])
    trial.repairs()
    after = (vpcs(trial)[0]["VpcId"], trial.aws("kms").list_aliases()["Aliases"])
    assert (before[0] != after[0], before[1] == after[1]) == (True, True)


@pytest.mark.parametrize(("answered", "made"), [(False, 0), (True, 1)])
def test_a_crash_ends_a_run_before_or_after_a_call(trial: Trial, answered: bool, made: int) -> None:
    trial.crash(0, answered=answered)
    assert len(vpcs(trial)) == made
    trial.up()
    assert len(vpcs(trial)) == 1


def test_a_crash_of_a_teardown_leaves_the_rest_to_the_next(trial: Trial) -> None:
    trial.up()
    trial.crash(1, teardown=True)
    assert len(vpcs(trial)) == 1
    trial.teardown()
    assert vpcs(trial) == []


def test_what_fails_is_told_with_level_and_seed(provisioned: Provisioned) -> None:
    impossible = Plan("shop", VPC, InternetGateway("one", vpc=VPC), InternetGateway("two", vpc=VPC))
    trial = provisioned(impossible, level="hostile", seed=7)
    with pytest.raises(AssertionError, match=r"shop \(level hostile, seed 7\): up failed: .*InternetGateway"):
        trial.up()


def test_a_crash_at_any_call_is_survived(trial: Trial) -> None:
    trial.survives_crashes(sample=None)
    trial.unchanged()
