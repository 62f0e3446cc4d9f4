from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provisioner.embedded.server import Running

from .conftest import Provisioner, writes


def drift(ec2: Any) -> str:
    """Another hand changes a subnet; its id."""
    (subnet,) = ec2.describe_subnets(Filters=[{"Name": "tag:provisioner:step", "Values": ["Subnet/public-a"]}])["Subnets"]
    ec2.modify_subnet_attribute(SubnetId=subnet["SubnetId"], MapPublicIpOnLaunch={"Value": True})
    ec2.create_tags(Resources=[subnet["SubnetId"]], Tags=[{"Key": "team", "Value": "web"}])
    return str(subnet["SubnetId"])


def test_a_plan_shows_what_up_would_do_and_changes_nothing(provisioner: Provisioner, embedded: Running) -> None:
    ended = provisioner("plan")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == (
        f"shop · local · embedded AWS at {embedded.url} · us-east-1\n"
        "\n"
        "  + Vpc/vpc               cidr_block 10.20.0.0/16  enable_dns_hostnames true\n"
        "  + Subnet/public-a       cidr_block 10.20.0.0/24  availability_zone us-east-1a\n"
        "  + Subnet/public-b       cidr_block 10.20.1.0/24  availability_zone us-east-1b\n"
        "  + InternetGateway/door\n"
        "\n"
        "4 to create.\n"
    )
    assert writes(embedded) == []


def test_drift_is_shown_property_by_property(provisioner: Provisioner, embedded: Running, ec2: Any) -> None:
    assert provisioner("up", "--yes").code == 0
    subnet = drift(ec2)
    assert provisioner("plan").err == (
        f"shop · local · embedded AWS at {embedded.url} · us-east-1\n"
        "\n"
        f"  ~ Subnet/public-a  {subnet}\n"
        "      tags.team                web → shop\n"
        "      map_public_ip_on_launch  true → false\n"
        "\n"
        "1 to update; 3 as wanted.\n"
    )


def test_a_replacement_takes_with_it_what_refers_to_it(provisioner: Provisioner) -> None:
    vpc = provisioner("up", "--yes", "--output", "json").document["outputs"]["vpc_id"]
    document = provisioner("plan", "--set", "network=10.30", "--output", "json").document
    assert {action["step"]: action["action"] for action in document["actions"]} == {
        "Vpc/vpc": "replace",
        "Subnet/public-a": "replace",
        "Subnet/public-b": "replace",
        "InternetGateway/door": "replace",
    }
    changes = {change["property"]: change for change in document["actions"][1]["changes"]}
    assert changes["vpc"] == {"property": "vpc", "before": vpc, "after": {"unknown": True}, "replaces": True}
    text = provisioner("plan", "--set", "network=10.30").err
    assert f"      vpc         {vpc} → (known after Vpc/vpc)  (replaces)\n" in text


def test_the_json_goes_to_stdout_and_nothing_else_does(provisioner: Provisioner, embedded: Running) -> None:
    ended = provisioner("plan", "--output", "json")
    assert (ended.code, ended.err) == (0, "")
    assert set(ended.document) >= {"plan", "environment", "actions", "summary"}
    assert ended.document["summary"] == {"create": 4, "update": 0, "replace": 0, "delete": 0, "none": 0}
    assert ended.document["actions"][1]["changes"][1] == {
        "property": "vpc", "before": None, "after": {"unknown": True}, "replaces": False
    }  # fmt: skip


def test_markdown_goes_to_stdout_for_a_pull_request(provisioner: Provisioner) -> None:
    ended = provisioner("plan", "--output", "markdown")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("<!-- provisioner shop local -->\n### `shop` in `local`: 4 to create.\n")


@pytest.mark.parametrize("command", ["plan", "status"])
def test_the_detailed_exit_code_is_2_only_where_there_is_something_to_do(
    provisioner: Provisioner, ec2: Any, command: str
) -> None:
    assert provisioner(command).code == 0
    assert provisioner(command, "--detailed-exitcode").code == 2
    assert provisioner("up", "--yes").code == 0
    assert provisioner(command, "--detailed-exitcode").code == 0
    drift(ec2)
    assert provisioner(command, "--detailed-exitcode").code == 2
    assert provisioner(command, "--detailed-exitcode", "--output", "json").code == 2
    assert provisioner("up", "--yes").code == 0
    assert provisioner(command, "--detailed-exitcode", "--set", "zones=1").code == 2


@pytest.mark.parametrize("command", ["plan", "status"])
def test_with_the_detailed_exit_code_a_failure_is_still_1(
    bare: Provisioner, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert bare(command, "--plan", "shop.py", "--detailed-exitcode").code == 1


# -- saved plans


def test_a_saved_plan_is_applied_without_a_question(provisioner: Provisioner, bare: Provisioner, folder: Path) -> None:
    saving = provisioner("plan", "--save", "next.json", "--set", "zones=1", "--exclude", "InternetGateway/door")
    assert saving.err.endswith("Saved to next.json. To do exactly this: up --saved next.json\n")
    ended = bare("up", "--saved", "next.json", "--output", "json")
    assert ended.code == 0
    assert {action["step"]: action["outcome"] for action in ended.document["actions"]} == {
        "Vpc/vpc": "done",
        "Subnet/public-a": "done",
        "InternetGateway/door": "none",
    }


def test_a_saved_plan_is_refused_when_aws_has_moved(provisioner: Provisioner, bare: Provisioner, ec2: Any) -> None:
    assert provisioner("up", "--yes").code == 0
    drift(ec2)
    assert provisioner("plan", "--save", "next.json").code == 0
    assert provisioner("up", "--yes").code == 0
    ended = bare("up", "--saved", "next.json")
    assert (ended.code, ended.out) == (4, "")
    assert ended.err == (
        "✗ AWS or the plan has moved since next.json was made; nothing was changed. Make it anew with `plan --save`.\n"
        "    Subnet/public-a: was to update, now to none\n"
    )


def test_a_saved_plan_is_refused_when_the_same_steps_would_change_otherwise(
    provisioner: Provisioner, bare: Provisioner, ec2: Any
) -> None:
    assert provisioner("up", "--yes").code == 0
    subnet = drift(ec2)
    assert provisioner("plan", "--save", "next.json").code == 0
    ec2.create_tags(Resources=[subnet], Tags=[{"Key": "team", "Value": "finance"}])
    ended = bare("up", "--saved", "next.json")
    assert ended.code == 4
    assert "    the same steps, with other changes\n" in ended.err


def test_a_saved_plan_is_for_one_account(provisioner: Provisioner, bare: Provisioner, folder: Path) -> None:
    provisioner("plan", "--save", "next.json")
    saved = json.loads((folder / "next.json").read_text())
    (folder / "next.json").write_text(json.dumps({**saved, "account_id": "999999999999"}))
    ended = bare("up", "--saved", "next.json")
    assert ended.code == 4
    assert "next.json was made for account 999999999999 in us-east-1, and this is 123456789012 in us-east-1." in ended.err


@pytest.mark.parametrize(
    ("flags", "shown"),
    [
        (["dev"], "ENVIRONMENT"),
        (["--set", "zones=3"], "--set"),
        (["--only", "Vpc/vpc"], "--only"),
        (["--plan", "x.py"], "--plan"),
    ],
)
def test_what_a_saved_plan_fixes_can_not_be_given_again(
    provisioner: Provisioner, bare: Provisioner, flags: list[str], shown: str
) -> None:
    provisioner("plan", "--save", "next.json")
    ended = bare("up", "--saved", "next.json", *flags)
    assert ended.code == 252
    assert f"next.json fixes {shown}: leave it out" in ended.err


@pytest.mark.parametrize("content", ["", "{}", '{"format": 1}', "[1]"])
def test_a_file_that_is_no_saved_plan_is_refused(bare: Provisioner, folder: Path, content: str) -> None:
    (folder / "next.json").write_text(content)
    ended = bare("up", "--saved", "next.json")
    assert (ended.code, ended.err) == (4, "✗ next.json is no saved plan: make one with `plan --save next.json`\n")


def test_a_saved_plan_of_another_format_or_that_is_not_there_is_refused(bare: Provisioner, folder: Path) -> None:
    (folder / "next.json").write_text('{"format": 9, "provisioner": "9.0"}')
    assert bare("up", "--saved", "next.json").err == (
        "✗ next.json is of another provisioner (9.0): make it anew with `plan --save`\n"
    )
    assert bare("up", "--saved", "no.json").err == "✗ no.json can not be read: No such file or directory\n"


def test_a_plan_that_can_not_be_saved_says_so(provisioner: Provisioner) -> None:
    ended = provisioner("plan", "--save", "absent/next.json", "--quiet")
    assert (ended.code, ended.err) == (4, "✗ absent/next.json can not be written: No such file or directory\n")
