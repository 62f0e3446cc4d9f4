from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from provisioner.engine.remove import Doomed, order
from provisioner.engine.snapshot import Place
from provisioner.resources.elbv2.listener import Listener
from provisioner.resources.elbv2.listener_rule import ListenerRule
from provisioner.resources.elbv2.load_balancer import LoadBalancer
from provisioner.resources.elbv2.parts import (
    AuthenticateCognito,
    AuthenticateOidc,
    Claim,
    FixedResponse,
    Forward,
    JwtValidation,
    MutualAuthentication,
    PathPattern,
    Redirect,
)
from provisioner.resources.elbv2.target_group import TargetGroup
from provisioner.secret import Secret

from .balanced import BALANCER, DEFAULT_VPC, TWO_SUBNETS, WEB, balancer_arn, foreign_balancer, issued
from .in_aws import errors, outcome, run, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

FRONT = Listener("front", load_balancer=BALANCER, port=80, protocol="HTTP", default_actions=[Redirect()])
SAFEST = "ELBSecurityPolicy-TLS13-1-2-2021-06"
STORE = "arn:aws:elasticloadbalancing:us-east-1:123456789012:truststore/clients/1"


def https(*certificates: str, **more: Any) -> Listener:
    return dataclasses.replace(FRONT, port=443, protocol="HTTPS", certificates=certificates, **more)


def shown(aws: Aws, step: Listener, *more: Any) -> Any:
    return up(aws, BALANCER, *more, step)["front"]


def certificates(aws: Aws, arn: str) -> list[str]:
    found = aws.elbv2.describe_listener_certificates(ListenerArn=arn)["Certificates"]
    return [one["CertificateArn"] for one in sorted(found, key=lambda one: not one["IsDefault"])]


def sent(server: Running, since: int) -> list[tuple[str, Any]]:
    changing = set(writes(server, since))
    return [(call.operation, call.parameters) for call in list(server.calls)[since:] if call.operation in changing]


def test_an_encrypted_one_takes_no_tls_below_1_2_unless_the_plan_says_so(aws: Aws) -> None:
    [one] = issued(aws, "shop.example.com")
    assert shown(aws, https(one))["SslPolicy"] == SAFEST
    old = "ELBSecurityPolicy-2016-08"
    assert shown(aws, https(one, ssl_policy=old))["SslPolicy"] == old
    assert FRONT.ssl_policy is None


def test_certificates_are_a_default_one_and_others_in_no_order(aws: Aws, embedded: Running) -> None:
    a, b, c = issued(aws, "a.example.com", "b.example.com", "c.example.com")
    arn = shown(aws, https(a, b, c))["ListenerArn"]
    assert certificates(aws, arn)[0] == a
    assert set(certificates(aws, arn)) == {a, b, c}
    assert to_do(aws, BALANCER, https(a, c, b)) == {}
    before = len(embedded.calls)
    shown(aws, https(a, b))
    assert sent(embedded, before) == [
        ("RemoveListenerCertificates", {"ListenerArn": arn, "Certificates": [{"CertificateArn": c}]})
    ]


def test_nobody_is_without_a_certificate_while_the_default_one_changes(aws: Aws, embedded: Running) -> None:
    a, b = issued(aws, "a.example.com", "b.example.com")
    arn = shown(aws, https(a, b))["ListenerArn"]
    before = len(embedded.calls)
    shown(aws, https(b, a))
    assert sent(embedded, before) == [
        ("AddListenerCertificates", {"ListenerArn": arn, "Certificates": [{"CertificateArn": a}]}),
        ("ModifyListener", {"ListenerArn": arn, "Certificates": [{"CertificateArn": b}]}),
        ("RemoveListenerCertificates", {"ListenerArn": arn, "Certificates": [{"CertificateArn": b}]}),
    ]
    assert certificates(aws, arn) == [b, a]


def test_it_becomes_encrypted_and_plain_again(aws: Aws, embedded: Running) -> None:
    a, b = issued(aws, "a.example.com", "b.example.com")
    plain = shown(aws, FRONT)["ListenerArn"]
    before = len(embedded.calls)
    assert shown(aws, https(a, b))["ListenerArn"] == plain
    assert writes(embedded, before) == ["ModifyListener", "AddListenerCertificates"]
    before = len(embedded.calls)
    assert shown(aws, FRONT)["CertificateArns"] == []
    assert writes(embedded, before) == ["ModifyListener"]


def test_a_certificate_that_is_not_known_everywhere_yet_is_waited_for(aws: Aws, embedded: Running) -> None:
    [one] = issued(aws, "a.example.com")
    with refusing(embedded, "CreateListener", "CertificateNotFound", "Certificate not found", times=2):
        assert shown(aws, https(one))["CertificateArns"] == [one]


def test_clients_may_have_to_show_certificates(aws: Aws) -> None:
    [one] = issued(aws, "a.example.com")
    verify = MutualAuthentication("verify", STORE, ignore_client_certificate_expiry=True)
    live = shown(aws, https(one, mutual_authentication=verify))
    assert live["MutualAuthentication"]["TrustStoreArn"] == STORE
    assert live["MutualAuthentication"]["AdvertiseTrustStoreCaNames"] == "off"
    other = https(one, mutual_authentication=MutualAuthentication("passthrough"))
    assert shown(aws, other)["MutualAuthentication"] == {"Mode": "passthrough"}
    assert shown(aws, https(one, mutual_authentication=MutualAuthentication()))["MutualAuthentication"] == {"Mode": "off"}
    assert to_do(aws, BALANCER, https(one)) == {}


def test_one_of_packets_has_a_protocol_policy_and_a_timeout(aws: Aws) -> None:
    [one] = issued(aws, "a.example.com")
    nlb = LoadBalancer("nlb", type="network", subnets=TWO_SUBNETS)
    group = TargetGroup("tcp", protocol="TCP", port=80, vpc=DEFAULT_VPC)
    step = Listener("front", load_balancer=nlb, port=443, protocol="TCP", default_actions=[Forward(group)])
    timeout = dataclasses.replace(step, attributes={"tcp.idle_timeout.seconds": 600})
    assert up(aws, nlb, group, timeout)["front"]["Attributes"] == {"tcp.idle_timeout.seconds": "600"}
    tls = dataclasses.replace(step, protocol="TLS", certificates=[one], alpn_policy="HTTP2Preferred")
    assert up(aws, nlb, group, tls)["front"]["AlpnPolicy"] == ["HTTP2Preferred"]
    assert to_do(aws, nlb, group, dataclasses.replace(tls, alpn_policy=None)) == {}
    other = dataclasses.replace(tls, alpn_policy="None")
    assert up(aws, nlb, group, other)["front"]["AlpnPolicy"] == ["None"]


def test_a_port_has_a_listener_for_each_kind_of_packets(aws: Aws) -> None:
    nlb = LoadBalancer("nlb", type="network", subnets=TWO_SUBNETS)
    groups = {name: TargetGroup(name.lower(), protocol=name, port=53, vpc=DEFAULT_VPC) for name in ("TCP", "UDP")}
    steps = [
        Listener(f"on-{name.lower()}", load_balancer=nlb, port=53, protocol=name, default_actions=[Forward(group)])  # type: ignore[arg-type]
        for name, group in groups.items()
    ]
    assert {"on-tcp", "on-udp"} <= set(up(aws, nlb, *groups.values(), *steps))


def test_actions_are_carried_out_in_their_order_and_no_secret_of_theirs_is_shown(aws: Aws, embedded: Running) -> None:
    secret = Secret("the-clients-own-word")
    oidc = AuthenticateOidc(
        *("https://id.example.com", "https://id.example.com/a", "https://id.example.com/t", "https://id.example.com/u"),
        *("client", secret),
        authentication_request_extra_params={"display": "page"},
    )
    [one] = issued(aws, "a.example.com")
    step = https(one, default_actions=[oidc, Forward(WEB)])
    live = shown(aws, step, WEB)
    assert "the-clients-own-word" not in repr(live)
    [made] = [call for call in embedded.calls if call.operation == "CreateListener"]
    assert [action["Order"] for action in made.parameters["DefaultActions"]] == [1, 2]
    back = {**live, "DefaultActions": live["DefaultActions"][::-1]}
    with answering(embedded, "DescribeListeners", {"Listeners": [back]}):
        assert to_do(aws, BALANCER, WEB, step) == {}
    other = https(one, default_actions=[oidc._replace(client_id="other"), Forward(WEB)])
    assert list(to_do(aws, BALANCER, WEB, other)["Listener/front"]) == ["default_actions"]


def test_clients_may_have_to_sign_in_first(aws: Aws) -> None:
    [one] = issued(aws, "a.example.com")
    front = https(one)
    pool = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/p"
    claim = Claim("aud", ["shop", "web"], "string-array")
    firsts: list[Any] = [
        AuthenticateCognito(pool, "client", "shop", session_timeout=600),
        JwtValidation("https://id.example.com", "https://id.example.com/keys", [claim]),
        JwtValidation("https://id.example.com", "https://id.example.com/keys"),
    ]
    rules = [
        ListenerRule(f"rule-{n}", listener=front, priority=n, conditions=[PathPattern(["/"])], actions=[first, Forward(WEB)])
        for n, first in enumerate(firsts, 1)
    ]
    live = up(aws, BALANCER, WEB, front, *rules)
    shown = [live[one.name]["Actions"][0]["Type"] for one in rules]
    assert shown == ["authenticate-cognito", "jwt-validation", "jwt-validation"]


def test_a_forward_is_compared_by_groups_weights_and_stickiness(aws: Aws, embedded: Running) -> None:
    blue = TargetGroup("blue", protocol="HTTP", port=81, vpc=DEFAULT_VPC)
    steps = (BALANCER, WEB, blue)

    def to(forward: Forward) -> Listener:
        return dataclasses.replace(FRONT, default_actions=[forward])

    up(aws, *steps, to(Forward({WEB: 9, blue: 1})))
    assert to_do(aws, *steps, to(Forward({blue: 1, WEB: 9}))) == {}
    for other in (Forward({WEB: 8, blue: 1}), Forward(WEB), Forward({WEB: 9, blue: 1}, stickiness_seconds=60)):
        assert list(to_do(aws, *steps, to(other))["Listener/front"]) == ["default_actions"]
    live = up(aws, *steps, to(Forward(WEB)))
    short = {"Type": "forward", "TargetGroupArn": live["web"]["TargetGroupArn"]}
    with answering(embedded, "DescribeListeners", {"Listeners": [{**live["front"], "DefaultActions": [short]}]}):
        assert to_do(aws, *steps, to(Forward(WEB))) == {}


def test_one_that_is_not_the_steps_is_never_taken(aws: Aws, embedded: Running) -> None:
    arn = balancer_arn(aws)
    answer: Any = FixedResponse(403).spelt()
    answer["FixedResponseConfig"] = {"StatusCode": "403"}
    theirs = aws.elbv2.create_listener(LoadBalancerArn=arn, Port=80, Protocol="HTTP", DefaultActions=[answer])
    step = dataclasses.replace(FRONT, default_actions=[FixedResponse(403)])
    before = len(embedded.calls)
    said = errors(outcome(aws, BALANCER, step))["Listener/front"]
    assert f"at port 80, and there stands {theirs['Listeners'][0]['ListenerArn']}, which is not the plan's" in said
    assert writes(embedded, before) == []
    up(aws, BALANCER, dataclasses.replace(step, port=81))
    renamed = Listener("other", load_balancer=BALANCER, port=81, protocol="HTTP", default_actions=[Redirect()])
    said = errors(outcome(aws, BALANCER, renamed))["Listener/other"]
    assert "which is Listener/front: remove that one first" in said


def test_it_belongs_to_a_load_balancer_of_the_plan(aws: Aws, embedded: Running) -> None:
    theirs = foreign_balancer(aws, "theirs")
    before = len(embedded.calls)
    said = errors(outcome(aws, dataclasses.replace(FRONT, load_balancer=theirs)))["Listener/front"]
    assert said == f"Listener/front is for {theirs}, which is not the plan's: refer to a LoadBalancer of the plan"
    assert writes(embedded, before) == []


def test_a_load_balancer_that_is_not_shown_yet_is_waited_for(aws: Aws, embedded: Running) -> None:
    with (
        refusing(embedded, "DescribeTags", "LoadBalancerNotFound", times=1),
        refusing(embedded, "DescribeListeners", "LoadBalancerNotFound", times=1),
        refusing(embedded, "CreateListener", "LoadBalancerNotFound", times=1),
    ):
        shown(aws, FRONT)


def test_one_that_is_gone_meanwhile_does_not_live(aws: Aws, embedded: Running) -> None:
    shown(aws, FRONT)
    with refusing(embedded, "DescribeListenerAttributes", "ListenerNotFound"):
        assert list(Listener.living(aws)) == []
    with refusing(embedded, "DescribeListeners", "LoadBalancerNotFound"):
        assert list(Listener.living(aws)) == []


def test_rules_go_before_listeners_and_these_before_load_balancers_and_target_groups(aws: Aws) -> None:
    front = dataclasses.replace(FRONT, default_actions=[Forward(WEB)])
    rule = ListenerRule("rule", listener=front, priority=1, conditions=[PathPattern(["/"])], actions=[Forward(WEB)])
    live = up(aws, BALANCER, WEB, front, rule)
    steps = (BALANCER, WEB, front, rule)
    doomed = [Doomed(step.key, Place(type(step), aws.region), live[step.name]) for step in steps]
    assert order(doomed) == {
        "LoadBalancer/alb": {"Listener/front"},
        "TargetGroup/web": {"Listener/front", "ListenerRule/rule"},
        "Listener/front": {"ListenerRule/rule"},
        "ListenerRule/rule": set(),
    }
    going = run(aws, BALANCER, WEB, front, rule)
    assert going.teardown(going.preview_teardown()).ok
