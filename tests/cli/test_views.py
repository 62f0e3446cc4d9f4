"""Plans and results as text, JSON and Markdown, from actions made by hand."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping
from textwrap import dedent
from typing import Any

import pytest

from provisioner.engine.preview import Action, ActionKind, Preview
from provisioner.engine.run import Outcome, Result
from provisioner.errors import CallFailed
from provisioner.plan import Plan
from provisioner.resource import PENDING, READY, Change, Resource, broken
from provisioner.resources.ec2.nat_gateway import NatGateway
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.secret import Secret
from provisioner.value import Unknown
from provisioner.views import documents, markdown, results, status, terminal, values
from provisioner.views.estimate import Estimate
from provisioner.views.screen import Line, Screen, Span, line

VPC = Vpc("main", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
SUBNET = Subnet("a", vpc=VPC, cidr_block="10.0.0.0/24", availability_zone="us-east-1a")
GATEWAY = NatGateway("nat", subnet=SUBNET, after=(VPC,))


def action(
    step: str,
    kind: str,
    changes: Mapping[str, tuple[Any, ...]] | None = None,
    *,
    id: str | None = None,  # noqa: A002 - an action's own word
    **more: Any,
) -> Action:
    made = {name: Change(*change) for name, change in (changes or {}).items()}
    live = {"Id": id} if id else None
    return Action(step, step.partition("/")[0], ActionKind(kind), id, made, live, **more)


def text(lines: Iterable[Line]) -> str:
    return "".join(f"{one}\n" for one in lines)


def shown(*actions: Action, steps: tuple[Resource, ...] = ()) -> str:
    return "\n" + text(terminal.plan_lines(Preview(actions), steps))


def test_a_creation_is_one_line_with_what_is_special_about_it() -> None:
    created = {
        "tags": (None, {"Name": "x"}),
        "cidr_block": (None, "10.0.0.0/16"),
        "instance_tenancy": (None, "default"),
        "enable_dns_support": (None, True),
        "enable_dns_hostnames": (None, True),
    }
    in_it = {"vpc": (None, Unknown("Vpc/main")), "cidr_block": (None, "10.0.0.0/24"), "availability_zone": (None, "us-east-1a")}
    assert shown(action("Vpc/main", "create", created), action("Subnet/a", "create", in_it), steps=(VPC, SUBNET)) == dedent("""
          + Vpc/main  cidr_block 10.0.0.0/16  enable_dns_hostnames true
          + Subnet/a  cidr_block 10.0.0.0/24  availability_zone us-east-1a

        2 to create.
    """)


def test_an_update_is_shown_property_by_property_and_tags_key_by_key() -> None:
    changes = {
        "enable_dns_hostnames": (False, True),
        "tags": ({"team": "web"}, {"team": "shop", "Name": "main"}),
        "retention_in_days": (None, 90),
        "description": ("old", ""),
        "vpc": ("vpc-1", Unknown("Vpc/main")),
    }
    assert shown(action("Vpc/main", "update", changes, id="vpc-1"), action("Subnet/a", "none", id="subnet-1")) == dedent("""
          ~ Vpc/main  vpc-1
              enable_dns_hostnames  false → true
              tags.team             web → shop
              tags.Name             + main
              retention_in_days     + 90
              description           old → ""
              vpc                   vpc-1 → (known after Vpc/main)

        1 to update; 1 as wanted.
    """)


def test_a_policy_shows_only_the_part_of_the_statement_that_differs() -> None:
    first = {"Sid": "A", "Action": ["s3:GetObject"], "Resource": ["*"]}
    before = {"Version": "2012-10-17", "Statement": [first, {"Sid": "B", "Action": ["s3:PutObject"]}]}
    after = {"Version": "2012-10-17", "Statement": [first, {"Sid": "B", "Action": ["s3:PutObject", "s3:DeleteObject"]}]}
    assert shown(action("Role/x", "update", {"policy": (before, after)}, id="x")) == dedent("""
          ~ Role/x  x
              policy.Statement[1].Action  + s3:DeleteObject

        1 to update.
    """)


def test_items_that_come_and_go_stand_on_lines_of_their_own() -> None:
    changes = {
        "routes": ({"10.0.0.0/8": "tgw-1"}, {"0.0.0.0/0": "nat-1"}),
        "subnets": (["subnet-1", "subnet-2"], ["subnet-2", "subnet-3", "subnet-4"]),
        "order": (["a", "b"], ["b", "a"]),
        "user_data": ("#!/bin/sh\nold\nsame\n", "#!/bin/sh\nnew\nsame\n"),
    }
    assert shown(action("RouteTable/x", "update", changes, id="rtb-1")) == dedent("""
          ~ RouteTable/x  rtb-1
              routes.0.0.0.0/0   + nat-1
              routes.10.0.0.0/8  - tgw-1
              subnets            - subnet-1
              subnets            + subnet-3
              subnets            + subnet-4
              order              [a, b] → [b, a]
              user_data          - old
              user_data          + new

        1 to update.
    """)


def test_a_replacement_says_why_and_which_property_forces_it() -> None:
    changes = {"cidr_block": ("10.0.0.0/24", "10.0.1.0/24", True), "map_public_ip_on_launch": (True, False)}
    replaced = action("Subnet/a", "replace", changes, id="subnet-1", reason="AWS can not change cidr_block in place")
    assert shown(replaced) == dedent("""
          ± Subnet/a  subnet-1
              replaced: AWS can not change cidr_block in place
              cidr_block               10.0.0.0/24 → 10.0.1.0/24  (replaces)
              map_public_ip_on_launch  true → false

        1 to replace.
    """)


def test_deletions_stand_last_with_their_reason() -> None:
    gone = action("Subnet/old", "delete", id="subnet-9", reason="no longer in the plan")
    assert shown(gone, action("Subnet/a", "create"), action("Vpc/main", "none", reason="excluded")) == dedent("""
          + Subnet/a

          - Subnet/old  subnet-9  no longer in the plan

        1 to create, 1 to delete; 1 left out.
    """)


def test_nothing_to_do_is_one_line() -> None:
    assert shown(action("Vpc/main", "none", id="vpc-1")) == "\nNothing to do: 1 as wanted.\n"
    assert shown() == "\nNothing to do.\n"


def test_a_long_name_of_a_property_has_its_value_on_the_next_line() -> None:
    before: dict[str, Any] = {"Condition": {"StringEquals": {}}}
    changes = {"assume_role_policy": (before, {"Condition": {"StringEquals": {"aws:SourceAccount": "1"}}})}
    assert shown(action("Role/x", "update", changes, id="x")) == dedent("""
          ~ Role/x  x
              assume_role_policy.Condition.StringEquals.aws:SourceAccount
                  + 1

        1 to update.
    """)


def test_warnings_stand_first_and_refusals_last() -> None:
    preview = Preview((), ("there is no domain",), ("Cluster/db holds data",))
    assert text(terminal.plan_lines(preview, ())) == "! there is no domain\n\nNothing to do.\n"
    assert text(terminal.refusal_lines(preview.refusals)) == "\n`up` refuses this:\n  Cluster/db holds data\n"


def test_a_secret_is_never_a_word() -> None:
    secret = Secret('very "secret"')
    assert values.words(secret) == "(secret)"
    assert values.words({"password": secret, "url": 'mysql://very "secret"@host\n'}) == (
        '{password: (secret), url: "mysql://(secret)@host\\n"}'
    )
    assert values.plain({"password": secret, "url": 'mysql://very "secret"@host'}) == {
        "password": {"secret": True},
        "url": "mysql://(secret)@host",
    }


def test_the_json_of_a_plan_has_the_shape_that_scripts_rely_on() -> None:
    changes = {
        "vpc": ("vpc-1", Unknown("Vpc/main"), True),
        "word": (None, Secret("sesame-sesame")),
        "zones": ({"b"}, {"b", "a"}),
    }
    preview = Preview((action("Subnet/a", "replace", changes, id="subnet-1", reason="why"),), ("careful",))
    assert json.loads(documents.as_text(documents.plan_document("shop", "dev", preview))) == {
        "plan": "shop",
        "environment": "dev",
        "actions": [
            {
                "step": "Subnet/a",
                "type": "Subnet",
                "action": "replace",
                "id": "subnet-1",
                "changes": [
                    {"property": "vpc", "before": "vpc-1", "after": {"unknown": True}, "replaces": True},
                    {"property": "word", "before": None, "after": {"secret": True}, "replaces": False},
                    {"property": "zones", "before": ["b"], "after": ["a", "b"], "replaces": False},
                ],
                "reason": "why",
            }
        ],
        "summary": {"create": 0, "update": 0, "replace": 1, "delete": 0, "none": 0},
        "warnings": ["careful"],
        "refusals": [],
    }


def test_values_that_json_does_not_know_become_text() -> None:
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    assert values.plain({"at": moment, "on": moment.date(), "n": 1.5, "none": None, 3: b"x"}) == {
        "at": "2026-01-02T03:04:05+00:00",
        "on": "2026-01-02",
        "n": 1.5,
        "none": None,
        "3": "b'x'",
    }


STATUS = Preview(
    (
        action("Vpc/main", "update", {"enable_dns_hostnames": (False, True)}, id="vpc-1", state=READY, since="1767323045000"),
        action("Subnet/a", "none", id="subnet-1", state=READY, since="2026-01-02 03:04:05+00:00"),
        action("NatGateway/nat", "none", id="nat-1", state=PENDING),
        action("NatGateway/two", "replace", id="nat-2", state=broken("no address"), reason="it has failed: no address"),
        action("Subnet/b", "create"),
        action("Subnet/old", "delete", id="subnet-9", state=READY),
    )
)
STATUS_PLAN = Plan(
    "shop",
    VPC,
    SUBNET,
    GATEWAY,
    NatGateway("two", subnet=SUBNET),
    Subnet("b", vpc=VPC, cidr_block="10.0.1.0/24", availability_zone="z"),
)


def test_the_status_is_a_line_for_every_resource_with_orphans_last() -> None:
    assert "\n" + text(status.status_lines(STATUS, STATUS_PLAN)) == dedent("""
          ~ Vpc/main        drifted  2026-01-02  vpc-1
              enable_dns_hostnames  false → true
          ✓ Subnet/a        ready    2026-01-02  subnet-1
          … NatGateway/nat  pending              nat-1
          ✗ NatGateway/two  broken               nat-2
          + Subnet/b        missing
          - Subnet/old      orphan               subnet-9

        1 drifted, 1 ready, 1 pending, 1 broken, 1 missing, 1 orphan
    """)


def test_the_json_of_a_status_has_the_shape_that_scripts_rely_on() -> None:
    document = documents.status_document("dev", STATUS_PLAN, STATUS)
    words = ("step", "id", "exists", "ready", "drifted", "since")
    assert [tuple(one[word] for word in words) for one in document["resources"]] == [
        ("Vpc/main", "vpc-1", True, True, True, "2026-01-02T03:04:05+00:00"),
        ("Subnet/a", "subnet-1", True, True, False, "2026-01-02T03:04:05+00:00"),
        ("NatGateway/nat", "nat-1", True, False, False, None),
        ("NatGateway/two", "nat-2", True, False, True, None),
        ("Subnet/b", None, False, False, False, None),
    ]
    assert document["resources"][0]["changes"] == [
        {"property": "enable_dns_hostnames", "before": False, "after": True, "replaces": False}
    ]
    assert document["orphans"] == [{"step": "Subnet/old", "type": "Subnet", "id": "subnet-9", "since": None}]
    assert document["summary"] == {"resources": 5, "exists": 4, "ready": 2, "drifted": 2, "missing": 1, "orphans": 1}


def test_a_result_says_what_failed_why_and_what_was_not_reached() -> None:
    refusal = CallFailed("ec2", "CreateSubnet", "UnauthorizedOperation", "not allowed", "r-1", "final", 0)  # type: ignore[arg-type]
    preview = Preview(tuple(action(step, "create") for step in ("Vpc/main", "Subnet/a", "NatGateway/nat", "NatGateway/two")))
    outcomes = {
        "Vpc/main": Outcome("Vpc/main", "done", 1),
        "Subnet/a": Outcome("Subnet/a", "failed", 1, refusal),
        "NatGateway/nat": Outcome("NatGateway/nat", "not reached", needs="Subnet/a"),
        "NatGateway/two": Outcome("NatGateway/two", "not reached", needs="Subnet/a"),
    }
    assert "\n" + text(results.result_lines(preview, Result(outcomes, seconds=61))) == dedent("""
        ✗ Subnet/a failed
            AWS refused ec2:CreateSubnet: UnauthorizedOperation: not allowed (request r-1)
            → these credentials may not do this

        Not reached for lack of Subnet/a: NatGateway/nat, NatGateway/two

        1 done, 1 failed, 2 not reached in 1:01 min.
        What is done stays. Run the same command again to go on from here.
    """)


def test_an_interrupted_result_says_what_was_cut_short() -> None:
    preview = Preview((action("Vpc/main", "create"), action("Subnet/a", "create")))
    outcomes = {"Vpc/main": Outcome("Vpc/main", "interrupted", 1), "Subnet/a": Outcome("Subnet/a", "not reached")}
    assert "\n" + text(results.result_lines(preview, Result(outcomes, interrupted=True, seconds=2))) == dedent("""
        Not begun: Subnet/a
        Cut short: Vpc/main

        0 done, 1 not reached, 1 interrupted in 2.0 s.
        What is done stays. Run the same command again to go on from here.
    """)


def test_a_teardown_lists_what_aws_deletes_later_and_what_is_still_there() -> None:
    result = Result({}, left=("Key/data: KMS deletes it on 2026-12-01",), remaining=("Subnet/a",))
    assert text(results.left_lines(result)) == (
        "Still there:\n    Subnet/a\nAWS deletes later:\n    Key/data: KMS deletes it on 2026-12-01\n"
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.041, "0.04 s"),
        (2.5, "2.5 s"),
        (9.96, "10.0 s"),
        (12.4, "12 s"),
        (59.6, "1:00 min"),
        (185, "3:05 min"),
        (3723, "1:02:03 h"),
    ],
)
def test_a_duration_reads_as_people_say_it(seconds: float, said: str) -> None:
    assert values.duration(seconds) == said


def test_markdown_shows_the_counts_and_folds_the_rest_in_the_colours_of_a_diff() -> None:
    heading = terminal.Heading("shop", "dev", "account 123456789012 · us-east-1")
    changes = {"cidr_block": ("10.0.0.0/24", "10.0.1.0/24", True)}
    preview = Preview(
        (
            action("Vpc/main", "create"),
            action("Vpc/two", "update", {"enable_dns_support": (False, True)}, id="vpc-2"),
            action("Subnet/a", "replace", changes, id="subnet-1", reason="why"),
            action("Subnet/old", "delete", id="subnet-9"),
        ),
        ("no domain",),
        ("Cluster/db holds data",),
    )
    assert "\n" + markdown.plan_text(heading, preview, ()) + "\n" == dedent("""
        <!-- provisioner shop dev -->
        ### `shop` in `dev`: 1 to create, 1 to update, 1 to replace, 1 to delete.

        account 123456789012 · us-east-1

        > **Warning:** no domain

        > **`up` refuses this:** Cluster/db holds data

        <details><summary>Every change</summary>

        ```diff
        + Vpc/main

        ! Vpc/two  vpc-2
              enable_dns_support  false → true

        ! ± Subnet/a  subnet-1
              replaced: why
              cidr_block  10.0.0.0/24 → 10.0.1.0/24  (replaces)

        - Subnet/old  subnet-9
        ```

        </details>
    """)


def test_markdown_is_never_longer_than_a_comment_may_be() -> None:
    many = tuple(action(f"Subnet/number-{number}-```", "create") for number in range(5000))
    shown_in_part = markdown.plan_text(terminal.Heading("shop", "dev", "here"), Preview(many), ())
    assert len(shown_in_part) < 65_536
    assert " lines more: run `plan` to see them\n```\n\n</details>" in shown_in_part
    assert shown_in_part.count("```") == 2


def test_an_estimate_is_the_longest_way_to_the_end() -> None:
    preview = Preview(tuple(action(step.key, "create") for step in (VPC, SUBNET, GATEWAY)))
    estimate = Estimate(preview, (VPC, SUBNET, GATEWAY), {"Vpc/main": 10, "Subnet/a": 4, "NatGateway/nat": 100})
    # The subnet starts a second after the VPC, whose id it needs; the gateway when the VPC is ready, which takes longer.
    assert estimate.seconds_left({}, ()) == 110
    assert estimate.seconds_left({"Vpc/main": 4, "Subnet/a": 1}, ()) == 106
    assert estimate.seconds_left({"NatGateway/nat": 30}, ("Vpc/main", "Subnet/a")) == 70
    assert estimate.seconds_left({"NatGateway/nat": 300}, ("Vpc/main", "Subnet/a")) == 0
    assert estimate.seconds_left({}, ("Vpc/main", "Subnet/a", "NatGateway/nat")) == 0


def test_an_estimate_of_a_teardown_goes_the_other_way_round() -> None:
    preview = Preview(tuple(action(step.key, "delete", id="x") for step in (GATEWAY, SUBNET, VPC)))
    estimate = Estimate(preview, (VPC, SUBNET, GATEWAY), {"Vpc/main": 1, "Subnet/a": 2, "NatGateway/nat": 40})
    assert estimate.seconds_left({}, ()) == 43
    assert estimate.seconds_left({"Subnet/a": 1}, ("NatGateway/nat",)) == 2


def test_a_screen_that_is_no_terminal_gets_whole_and_plain_lines() -> None:
    stream = io.StringIO()
    Screen(stream=stream).write([line(Span("long" * 75, "create"), " tail  ", hang=4, cut=True)])
    assert stream.getvalue() == f"{'long' * 75} tail\n"


def test_a_screen_that_nobody_reads_any_more_stops_nothing() -> None:
    class Closed(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    Screen(stream=Closed()).insist([line("lost")])
