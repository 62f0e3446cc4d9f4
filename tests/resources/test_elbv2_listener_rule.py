from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resources.cloudfront.parts import digest
from provisioner.resources.elbv2.listener import Listener
from provisioner.resources.elbv2.listener_rule import ListenerRule
from provisioner.resources.elbv2.parts import (
    FixedResponse,
    HostHeader,
    HostHeaderRewrite,
    HttpHeader,
    HttpRequestMethod,
    PathPattern,
    QueryString,
    Redirect,
    SourceIp,
    UrlRewrite,
)
from provisioner.secret import Secret
from provisioner.value import Fact

from .balanced import BALANCER, foreign_balancer
from .in_aws import errors, outcome, run, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

FRONT = Listener("front", load_balancer=BALANCER, port=80, protocol="HTTP", default_actions=[Redirect()])
STEPS = (BALANCER, FRONT)
WORD = "a-word-that-nobody-may-see"


def rule(name: str = "rule", priority: int = 10, *conditions: Any, **more: Any) -> ListenerRule:
    wanted = conditions or (PathPattern([f"/{name}"]),)
    return ListenerRule(name, listener=FRONT, priority=priority, conditions=wanted, actions=[FixedResponse(404)], **more)


def header(*values: Any) -> HttpHeader:
    return HttpHeader("X-Origin-Verify", values)


def priorities(aws: Aws) -> dict[str, int]:
    """Of the plan's rules, by path."""
    found = (one for one in ListenerRule.living(aws))
    return {one["Conditions"][0]["Shown"]["Values"][0]: int(one["Priority"]) for one in found}


def said(aws: Aws, *steps: ListenerRule) -> dict[str, str]:
    return errors(outcome(aws, *STEPS, *steps))


def test_a_secret_value_is_sent_and_never_shown(aws: Aws) -> None:
    secret = rule("rule", 10, header(Fact("a word", lambda aws: WORD).map(Secret)))
    live = up(aws, *STEPS, secret)["rule"]
    [told] = aws.elbv2.describe_rules(RuleArns=[live["RuleArn"]])["Rules"][0]["Conditions"]
    assert told["HttpHeaderConfig"] == {"HttpHeaderName": "X-Origin-Verify", "Values": [WORD]}
    assert WORD not in repr(live)
    shown = {"Values": [digest(WORD)], "HttpHeaderName": "x-origin-verify"}
    assert live["Conditions"] == [{"Field": "http-header", "Shown": shown}]
    for other in (Secret(WORD), WORD):
        assert to_do(aws, *STEPS, rule("rule", 10, header(other))) == {}
    change = to_do(aws, *STEPS, rule("rule", 10, header(Secret("another-word"))))["ListenerRule/rule"]["conditions"]
    assert WORD not in repr(change)
    assert "another-word" not in repr(change)


def test_what_create_answers_holds_no_secret_either(aws: Aws) -> None:
    listener = up(aws, *STEPS)["front"]["ListenerArn"]
    step = dataclasses.replace(rule("rule", 10, header(Secret(WORD))), listener=listener, tags={"provisioner:plan": "shop"})
    made = step.create(aws)
    assert made is not None
    assert WORD not in repr(made)
    assert made["ListenerArn"] == listener


def test_the_order_of_conditions_and_values_means_nothing_nor_does_the_case_of_hosts(aws: Aws) -> None:
    one = rule("rule", 10, header("a", "b"), HostHeader(["Shop.example.com"]), HttpRequestMethod(["GET"]))
    other = rule("rule", 10, HttpRequestMethod(["GET"]), HostHeader(["shop.Example.com"]), header("b", "a"))
    up(aws, *STEPS, one)
    assert to_do(aws, *STEPS, other) == {}


def test_conditions_are_compared_by_what_they_say(aws: Aws) -> None:
    pairs: list[tuple[Any, Any]] = [
        (PathPattern(["/a/*"]), PathPattern(["/A/*"])),
        (PathPattern(regex_values=["^/a$"]), PathPattern(["^/a$"])),
        (HostHeader(regex_values=["^a"]), HostHeader(regex_values=["^b"])),
        (HttpHeader("X-A", regex_values=["^a"]), HttpHeader("X-A", regex_values=["^b"])),
        (HttpHeader("X-A", ["a"]), HttpHeader("X-B", ["a"])),
        (QueryString([("a", "1"), (None, "2")]), QueryString([("a", "1"), ("b", "2")])),
        (SourceIp(["10.0.0.0/8"]), SourceIp(["10.0.0.0/8", "192.168.0.0/16"])),
        (SourceIp(ip_address_type="ipv4"), SourceIp(ip_address_type="ipv6")),
    ]
    up(aws, *STEPS, *(rule(f"rule-{n}", n, one) for n, (one, _) in enumerate(pairs, 1)))
    changes = to_do(aws, *STEPS, *(rule(f"rule-{n}", n, other) for n, (_, other) in enumerate(pairs, 1)))
    assert {key: list(changed) for key, changed in changes.items()} == {
        f"ListenerRule/rule-{n}": ["conditions"] for n in range(1, len(pairs) + 1)
    }


def test_a_condition_may_be_shown_in_the_old_way(aws: Aws, embedded: Running) -> None:
    live = up(aws, *STEPS, rule())["rule"]
    old = {**live, "Conditions": [{"Field": "path-pattern", "Values": ["/rule"]}]}
    with answering(embedded, "DescribeRules", {"Rules": [old]}):
        assert to_do(aws, *STEPS, rule()) == {}


def test_requests_may_be_rewritten(aws: Aws, embedded: Running) -> None:
    both = rule(transforms=[HostHeaderRewrite("^shop", "app"), UrlRewrite("^/api", "/")])
    live = up(aws, *STEPS, both)["rule"]
    assert [transform["Type"] for transform in live["Transforms"]] == ["host-header-rewrite", "url-rewrite"]
    before = len(embedded.calls)
    assert up(aws, *STEPS, rule())["rule"]["Transforms"] == []
    [sent] = [call.parameters for call in list(embedded.calls)[before:] if call.operation == "ModifyRule"]
    assert sent == {"RuleArn": live["RuleArn"], "ResetTransforms": True}


def test_rules_change_places(aws: Aws) -> None:
    up(aws, *STEPS, rule("a", 1), rule("b", 2), rule("c", 3))
    up(aws, *STEPS, rule("a", 2), rule("b", 3), rule("c", 1))
    assert priorities(aws) == {"/a": 2, "/b": 3, "/c": 1}


def test_a_new_rule_takes_the_place_of_one_that_moves_on(aws: Aws) -> None:
    up(aws, *STEPS, rule("a", 1), rule("b", 2))
    up(aws, *STEPS, rule("new", 1), rule("a", 2), rule("b", 3))
    assert priorities(aws) == {"/new": 1, "/a": 2, "/b": 3}


def test_a_renamed_rule_takes_the_place_of_the_old_one_which_goes_last(aws: Aws) -> None:
    up(aws, *STEPS, rule("old", 7))
    up(aws, *STEPS, rule("new", 7))
    assert priorities(aws) == {"/new": 7}


def test_a_place_far_down_that_is_taken_is_passed_over(aws: Aws, embedded: Running) -> None:
    up(aws, *STEPS, rule("old", 7))
    up(aws, *STEPS, rule("new", 7))
    [first] = [call for call in embedded.calls if call.operation == "CreateRule" and "/new" in repr(call.parameters)]
    there = first.parameters["Priority"]
    up(aws, *STEPS, rule("old", 7), rule("there", there))
    up(aws, *STEPS, rule("new", 7), rule("there", there))
    again = [call for call in embedded.calls if call.operation == "CreateRule" and "/new" in repr(call.parameters)][-1]
    assert again.parameters["Priority"] == there - 1
    assert priorities(aws) == {"/new": 7, "/there": there}


def foreign_rule(aws: Aws, priority: int) -> str:
    listener = up(aws, *STEPS)["front"]["ListenerArn"]
    made = aws.elbv2.create_rule(
        ListenerArn=listener,
        Priority=priority,
        Conditions=[{"Field": "path-pattern", "Values": ["/theirs"]}],
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )
    return made["Rules"][0]["RuleArn"]


def test_a_rule_that_is_not_the_plans_keeps_its_place(aws: Aws, embedded: Running) -> None:
    theirs = foreign_rule(aws, 10)
    up(aws, *STEPS, rule("other", 11))
    before = len(embedded.calls)
    words = f"is to have the priority 10, which {theirs} has, and that is not the plan's"
    assert words in said(aws, rule("rule", 10), rule("other", 11))["ListenerRule/rule"]
    assert words in said(aws, rule("other", 10))["ListenerRule/other"]
    assert writes(embedded, before) == []


def test_a_move_that_another_hand_came_before_is_looked_at_again(aws: Aws, embedded: Running) -> None:
    up(aws, *STEPS, rule("a", 1))
    with refusing(embedded, "SetRulePriorities", "PriorityInUse", times=2):
        up(aws, *STEPS, rule("a", 2))
    assert priorities(aws) == {"/a": 2}


def test_a_rule_whose_making_was_not_heard_of_is_found(aws: Aws, embedded: Running) -> None:
    up(aws, *STEPS)
    preview = (going := run(aws, *STEPS, rule())).preview()
    up(aws, *STEPS, rule())
    before = len(embedded.calls)
    assert errors(going.up(preview)) == {}
    assert writes(embedded, before) == ["CreateRule"]
    assert priorities(aws) == {"/rule": 10}


def test_it_belongs_to_a_load_balancer_of_the_plan(aws: Aws) -> None:
    theirs = foreign_balancer(aws, "theirs")
    action: Any = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    made = aws.elbv2.create_listener(LoadBalancerArn=theirs, Port=80, Protocol="HTTP", DefaultActions=[action])
    step = dataclasses.replace(rule(), listener=made["Listeners"][0]["ListenerArn"])
    said = f"ListenerRule/rule is for {theirs}, which is not the plan's: refer to a LoadBalancer of the plan"
    assert errors(outcome(aws, step)) == {"ListenerRule/rule": said}


def test_a_listener_that_is_gone_has_no_rules(aws: Aws, embedded: Running) -> None:
    up(aws, *STEPS, rule())
    with refusing(embedded, "DescribeRules", "ListenerNotFound"):
        assert list(ListenerRule.living(aws)) == []


def test_the_rule_that_a_listener_is_born_with_is_nobodys(aws: Aws, embedded: Running) -> None:
    up(aws, *STEPS)
    assert list(ListenerRule.living(aws)) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"priority": 0}, "priority is 1 to 50000, not 0"),
        ({"priority": 50001}, "priority is 1 to 50000, not 50001"),
        ({"conditions": [header("a", "b", "c", "d")]}, "a condition takes at most 3 values, and a rule 5"),
        ({"conditions": [PathPattern(["/a", "/b"], ["^/c", "^/d"])]}, "a condition takes at most 3 values, and a rule 5"),
        ({"conditions": [header("a", "b", "c"), SourceIp(["1.1.1.1/32"] * 3)]}, "at most 3 values, and a rule 5"),
        ({"conditions": [header(Secret("x" * 129))]}, "a value of a condition takes at most 128 characters"),
        ({"conditions": [QueryString([(None, "x" * 129)])]}, "a value of a condition takes at most 128 characters"),
    ],
)
def test_what_aws_would_refuse_is_a_wrong_plan(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        dataclasses.replace(rule(), **wrong)


def test_values_that_are_not_known_yet_are_not_judged() -> None:
    unknown = Fact("a word", lambda aws: "x" * 129)
    assert rule("rule", 10, header(unknown), QueryString([("a", unknown)])).priority == 10
