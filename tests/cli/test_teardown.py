from __future__ import annotations

from typing import Any

from provisioner.embedded.server import Running

from .conftest import Provisioner, writes


def test_teardown_deletes_everything_in_order_and_says_that_nothing_is_left(
    provisioner: Provisioner, embedded: Running, ec2: Any
) -> None:
    assert provisioner("up", "--yes").code == 0
    made = len(writes(embedded))
    ended = provisioner("teardown", "--yes")
    assert (ended.code, ended.out) == (0, "")
    assert "4 to delete.\n" in ended.err
    assert ended.err.endswith("Nothing of shop is left in local.\n")
    assert writes(embedded)[made:][-1] == "ec2:DeleteVpc"
    assert ec2.describe_vpcs(Filters=[{"Name": "tag:provisioner:plan", "Values": ["shop"]}])["Vpcs"] == []


def test_a_second_teardown_has_nothing_to_do_and_does_not_ask(provisioner: Provisioner) -> None:
    assert provisioner("up", "--yes").code == 0
    assert provisioner("teardown", "--yes").code == 0
    ended = provisioner("teardown")
    assert ended.code == 0
    assert ended.err.endswith("\nNothing to do.\nNothing of shop is left in local.\n")


def test_the_json_of_a_teardown_has_the_shape_of_that_of_up(provisioner: Provisioner) -> None:
    assert provisioner("up", "--yes").code == 0
    document = provisioner("teardown", "--yes", "--output", "json").document
    assert {action["step"]: (action["action"], action["outcome"]) for action in document["actions"]} == dict.fromkeys(
        ["InternetGateway/door", "Subnet/public-a", "Subnet/public-b", "Vpc/vpc"], ("delete", "done")
    )
    assert (document["ok"], document["summary"]["delete"], document["outputs"], document["remaining"]) == (True, 4, {}, [])
    assert document["calls"]["write"] == 5


def test_teardown_takes_what_the_plan_no_longer_lists(provisioner: Provisioner) -> None:
    assert provisioner("up", "--yes").code == 0
    document = provisioner("teardown", "--yes", "--set", "zones=1", "--output", "json").document
    assert document["summary"]["delete"] == 4


def test_keep_spares_a_step_and_what_it_depends_on(provisioner: Provisioner) -> None:
    assert provisioner("up", "--yes").code == 0
    document = provisioner("teardown", "--yes", "--keep", "Subnet/public-a", "--output", "json").document
    assert [action["step"] for action in document["actions"]] == ["InternetGateway/door", "Subnet/public-b"]
    ended = provisioner("teardown", "--yes", "--keep", "Subnet/public-a")
    assert ended.err.endswith("2 of shop stay in local, as you asked: `status` lists them.\n")


def test_only_takes_a_step_with_what_holds_on_to_it(provisioner: Provisioner) -> None:
    assert provisioner("up", "--yes").code == 0
    document = provisioner("teardown", "--yes", "--only", "Subnet/public-a", "--output", "json").document
    assert [action["step"] for action in document["actions"]] == ["Subnet/public-a"]


def test_up_straight_after_teardown_works(provisioner: Provisioner) -> None:
    assert [provisioner(command, "--yes").code for command in ("up", "teardown", "up")] == [0, 0, 0]
