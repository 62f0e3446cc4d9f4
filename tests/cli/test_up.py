from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from provisioner.embedded.call import Behaviour, Call, Refused
from provisioner.embedded.server import Running

from .conftest import Provisioner, all_writes

STEPS = ["Vpc/vpc", "Subnet/public-a", "Subnet/public-b", "InternetGateway/door"]


class Refusing(Behaviour):
    """AWS, refusing one operation."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        self.operation, self.refusal = operation, Refused(code, message, 403)

    def before(self, call: Call) -> None:
        if call.operation == self.operation:
            raise self.refusal


@pytest.fixture
def no_subnets(embedded: Running) -> Any:
    behaviour = Refusing("CreateSubnet", "UnauthorizedOperation", "You are not authorized to perform this operation.")
    embedded.behaviours.insert(0, behaviour)
    yield
    embedded.behaviours.remove(behaviour)


def outcomes(document: Any) -> dict[str, tuple[str, str]]:
    return {action["step"]: (action["action"], action["outcome"]) for action in document["actions"]}


def test_up_makes_everything_and_prints_the_outputs_to_stdout(provisioner: Provisioner, ec2: Any) -> None:
    ended = provisioner("up", "--yes")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:provisioner:plan", "Values": ["shop"]}])["Vpcs"][0]["VpcId"]
    subnets = sorted(
        ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"], key=lambda one: one["CidrBlock"]
    )
    assert ended.code == 0
    assert ended.out == f"vpc_id      {vpc}\nsubnet_ids  {subnets[0]['SubnetId']}, {subnets[1]['SubnetId']}\n"


def test_without_a_terminal_there_is_one_line_for_every_finished_step_and_then_what_to_try_next(
    provisioner: Provisioner,
) -> None:
    lines = provisioner("up", "--yes", "--set", "team=web").err.splitlines()
    done = [line.split() for line in lines if line.startswith("✓")]
    assert sorted((words[1], words[2], words[5]) for words in done) == sorted(
        (words[1], "created", f"{number}/4") for number, words in enumerate(done, 1)
    )
    assert sorted(words[1] for words in done) == sorted(STEPS)
    tries = [line.strip().split("  ")[0] for line in lines[-3:]]
    assert [one.partition(" --plan shop.py --set team=web") for one in tries] == [
        (one.split(" --")[0], " --plan shop.py --set team=web", "") for one in tries
    ]
    assert [one.split(" --")[0].split()[-1] for one in tries] == ["plan", "status", "teardown"]


def test_a_second_up_changes_nothing(provisioner: Provisioner, embedded: Running) -> None:
    first = provisioner("up", "--yes")
    before = all_writes(embedded)
    second = provisioner("up")
    assert (second.code, second.out) == (0, first.out)
    assert "Nothing to do: 4 as wanted." in second.err.splitlines()
    assert all_writes(embedded) == before


def test_the_json_of_a_run_has_the_shape_that_scripts_rely_on(provisioner: Provisioner) -> None:
    ended = provisioner("up", "--yes", "--output", "json")
    document = ended.document
    assert ended.code == 0
    assert {
        **document,
        "actions": [],
        "outputs": sorted(document["outputs"]),
        "seconds": 0,
        "calls": sorted(document["calls"]),
    } == {
        "ok": True,
        "plan": "shop",
        "environment": "local",
        "actions": [],
        "summary": {"create": 4, "update": 0, "replace": 0, "delete": 0, "none": 0},
        "outputs": ["subnet_ids", "vpc_id"],
        "seconds": 0,
        "calls": ["read", "retried", "write"],
        "interrupted": False,
        "warnings": [],
        "left": [],
        "remaining": [],
    }
    assert outcomes(document) == dict.fromkeys(STEPS, ("create", "done"))
    assert document["calls"]["write"] == 6
    assert all(
        set(action) >= {"step", "type", "action", "id", "changes", "outcome", "seconds"} for action in document["actions"]
    )


def test_a_step_that_aws_refuses_fails_with_its_words_and_what_to_do(provisioner: Provisioner, no_subnets: None) -> None:
    ended = provisioner("up", "--yes")
    assert (ended.code, ended.out) == (1, "")
    assert "✗ Subnet/public-a failed\n" in ended.err
    assert (
        "    AWS refused ec2:CreateSubnet: UnauthorizedOperation: You are not authorized to perform this operation."
        in ended.err
    )
    assert "(request " in ended.err
    assert "    → these credentials may not do this\n" in ended.err
    assert "\n2 done, 2 failed in " in ended.err
    assert ended.err.endswith("What is done stays. Run the same command again to go on from here.\n")
    assert "Traceback" not in ended.err


def test_a_failure_stops_only_what_depends_on_it_and_the_json_says_so(provisioner: Provisioner, no_subnets: None) -> None:
    ended = provisioner("up", "--yes", "--output", "json")
    assert (ended.code, ended.document["ok"]) == (1, False)
    assert outcomes(ended.document) == {
        "Vpc/vpc": ("create", "done"),
        "Subnet/public-a": ("create", "failed"),
        "Subnet/public-b": ("create", "failed"),
        "InternetGateway/door": ("create", "done"),
    }
    failed = ended.document["actions"][1]
    assert failed["error"].startswith("AWS refused ec2:CreateSubnet: UnauthorizedOperation: ")
    assert ended.document["outputs"] == {
        "vpc_id": ended.document["actions"][0]["id"],
        "subnet_ids": [{"unknown": True}] * 2,
    } or (ended.document["outputs"]["vpc_id"].startswith("vpc-"))


def test_what_was_not_reached_is_shown_with_what_it_needed(provisioner: Provisioner, folder: Path, embedded: Running) -> None:
    behaviour = Refusing("CreateVpc", "VpcLimitExceeded", "The maximum number of VPCs has been reached.")
    embedded.behaviours.insert(0, behaviour)
    try:
        ended = provisioner("up", "--yes")
    finally:
        embedded.behaviours.remove(behaviour)
    assert ended.code == 1
    assert "Not reached for lack of Vpc/vpc: Subnet/public-a, Subnet/public-b, InternetGateway/door\n" in ended.err
    assert "0 done, 1 failed, 3 not reached in " in ended.err
    assert "→ VPC quota reached: delete unused VPCs, or ask for more in Service Quotas" in ended.err


def test_fail_fast_starts_nothing_after_the_first_failure(provisioner: Provisioner, no_subnets: None) -> None:
    ended = provisioner("up", "--yes", "--fail-fast", "--parallelism", "1", "--output", "json")
    assert ended.code == 1
    assert [outcome for _, outcome in outcomes(ended.document).values()].count("failed") == 1


def test_a_run_that_failed_goes_on_where_it_stopped(provisioner: Provisioner, embedded: Running) -> None:
    behaviour = Refusing("CreateSubnet", "UnauthorizedOperation", "no")
    embedded.behaviours.insert(0, behaviour)
    assert provisioner("up", "--yes").code == 1
    embedded.behaviours.remove(behaviour)
    ended = provisioner("up", "--yes", "--output", "json")
    assert (ended.code, ended.document["summary"]["create"]) == (0, 2)


def test_only_takes_a_step_with_what_it_depends_on(provisioner: Provisioner) -> None:
    document = provisioner("up", "--yes", "--only", "Subnet/public-a", "--output", "json").document
    assert [step for step, (action, _) in outcomes(document).items() if action == "create"] == ["Vpc/vpc", "Subnet/public-a"]


def test_exclude_leaves_a_step_and_what_depends_on_it(provisioner: Provisioner) -> None:
    document = provisioner("up", "--yes", "--exclude", "Subnet/public-a", "--output", "json").document
    assert [step for step, (action, _) in outcomes(document).items() if action == "none"] == ["Subnet/public-a"]


def test_replace_makes_a_step_anew(provisioner: Provisioner) -> None:
    before = provisioner("up", "--yes", "--output", "json").document
    after = provisioner("up", "--yes", "--replace", "Subnet/public-a", "--output", "json").document
    assert outcomes(after)["Subnet/public-a"] == ("replace", "done")
    assert before["outputs"]["subnet_ids"][0] != after["outputs"]["subnet_ids"][0]
    assert before["outputs"]["subnet_ids"][1] == after["outputs"]["subnet_ids"][1]


def test_an_orphan_is_deleted(provisioner: Provisioner) -> None:
    assert provisioner("up", "--yes").code == 0
    ended = provisioner("up", "--yes", "--set", "zones=1", "--output", "json")
    assert (ended.code, outcomes(ended.document)["Subnet/public-b"]) == (0, ("delete", "done"))


def test_an_orphan_that_is_excluded_stays(provisioner: Provisioner) -> None:
    assert provisioner("up", "--yes").code == 0
    ended = provisioner("up", "--yes", "--set", "zones=1", "--exclude", "Subnet/public-b", "--output", "json")
    assert (ended.code, ended.document["summary"]["delete"]) == (0, 0)


@pytest.mark.parametrize("wait", ["all", "needed", "none"])
def test_each_way_to_wait_ends_well(provisioner: Provisioner, wait: str) -> None:
    assert provisioner("up", "--yes", "--wait", wait).code == 0


def test_quiet_leaves_only_the_outputs(provisioner: Provisioner) -> None:
    ended = provisioner("up", "--yes", "--quiet")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("vpc_id ")


def test_quiet_still_says_what_failed(provisioner: Provisioner, no_subnets: None) -> None:
    ended = provisioner("up", "--yes", "--quiet")
    assert (ended.code, ended.out) == (1, "")
    assert "✗ Subnet/public-a failed\n" in ended.err


def test_with_a_json_log_everything_on_stderr_is_an_event(provisioner: Provisioner) -> None:
    ended = provisioner("up", "--yes", "--log-format", "json")
    events = [json.loads(line) for line in ended.err.splitlines()]
    assert ended.out.startswith("vpc_id ")
    assert {event["event"] for event in events} >= {"step planned", "run started", "step started", "step done", "run finished"}
    assert len({event["run"] for event in events}) == 1
    started = next(event for event in events if event["event"] == "run started")
    names = ("command", "plan", "environment", "account_id", "region", "steps")
    assert [started[name] for name in names] == ["up", "shop", "local", "123456789012", "us-east-1", 4]


def test_the_log_level_decides_which_events_are_said(provisioner: Provisioner, no_subnets: None) -> None:
    ended = provisioner("up", "--yes", "--log-format", "json", "--log-level", "error")
    assert {json.loads(line)["event"] for line in ended.err.splitlines()} == {"step failed"}


def test_at_debug_every_event_is_a_line_for_people(provisioner: Provisioner) -> None:
    lines = provisioner("up", "--yes", "--log-level", "debug").err.splitlines()
    assert any("step started" in line and "Vpc/vpc action=create" in line for line in lines)


def test_a_run_is_kept_in_a_journal_and_one_that_changes_nothing_is_not(provisioner: Provisioner, folder: Path) -> None:
    provisioner("plan")
    assert not (folder / ".provisioner").exists()
    provisioner("up", "--yes")
    provisioner("up", "--yes")
    (journal,) = (folder / ".provisioner/runs/shop-local").iterdir()
    events = [json.loads(line)["event"] for line in journal.read_text().splitlines()]
    assert (events[0], events[-1]) == ("run started", "run finished")


def test_a_folder_that_takes_no_journal_does_not_stop_the_run(provisioner: Provisioner, folder: Path) -> None:
    (folder / ".provisioner").write_text("in the way")
    ended = provisioner("up", "--yes")
    assert ended.code == 0
    assert "no journal" in ended.err


def test_a_secret_shows_nowhere(provisioner: Provisioner, folder: Path, embedded: Running) -> None:
    (folder / "shop.py").write_text(
        dedent("""
            from provisioner import Plan, Secret
            from provisioner.resources.ec2.vpc import Vpc

            word = Secret("hunter2-hunter2")
            vpc = Vpc("vpc", cidr_block="10.0.0.0/16", tags={"note": f"it is {word.reveal()}"})
            plan = Plan("shop", vpc, outputs={"word": word, "said": "it is hunter2-hunter2", "vpc_id": vpc.id})
        """)
    )
    behaviour = Refusing("ModifyVpcAttribute", "InvalidParameterValue", "the tag hunter2-hunter2 is wrong")
    embedded.behaviours.insert(0, behaviour)
    try:
        seen = [provisioner("plan"), provisioner("plan", "--output", "json"), provisioner("plan", "--output", "markdown")]
        seen += [provisioner("up", "--yes", "--log-level", "debug"), provisioner("up", "--yes", "--log-format", "json")]
    finally:
        embedded.behaviours.remove(behaviour)
    seen += [provisioner("up", "--yes", "--output", "json"), provisioner("outputs"), provisioner("outputs", "--output", "json")]
    seen += [provisioner("outputs", "local", "word"), provisioner("status", "--output", "json")]
    kept = [path.read_text() for path in (folder / ".provisioner").rglob("*.jsonl")]
    assert not [text for text in [*kept, *(part for ended in seen for part in (ended.out, ended.err))] if "hunter2" in text]
    assert seen[7].document["word"] == {"secret": True}
    assert seen[7].document["said"] == "it is (secret)"
