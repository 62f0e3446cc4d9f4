"""Listeners and their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from moto.backends import get_backend

from ..conftest import ACCOUNT, REGION, refusal

if TYPE_CHECKING:
    from ..conftest import Connect

ANSWER = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
STORE = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:truststore/clients/1"


@pytest.fixture
def elbv2(connect: Connect) -> Any:
    return connect("elbv2")


@pytest.fixture
def balancer(ec2: Any, elbv2: Any) -> str:
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
    made = elbv2.create_load_balancer(Name="lb", Scheme="internal", Subnets=subnets)
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


@pytest.fixture
def targets(ec2: Any, elbv2: Any) -> str:
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = elbv2.create_target_group(Name="tg", Protocol="HTTP", Port=80, VpcId=vpc)
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def issued(connect: Connect, domain: str) -> str:
    arn = str(connect("acm").request_certificate(DomainName=domain, ValidationMethod="DNS")["CertificateArn"])
    get_backend("acm")[ACCOUNT][REGION]._certificates[arn].status = "ISSUED"
    return arn


@pytest.fixture
def certificate(connect: Connect) -> str:
    return issued(connect, "example.com")


def listen(elbv2: Any, balancer: str, **more: Any) -> dict[str, Any]:
    asked = {"LoadBalancerArn": balancer, "Port": 80, "Protocol": "HTTP", "DefaultActions": [ANSWER], **more}
    return dict(elbv2.create_listener(**asked)["Listeners"][0])


@pytest.fixture
def listener(elbv2: Any, balancer: str) -> str:
    return str(listen(elbv2, balancer)["ListenerArn"])


def encrypted(elbv2: Any, balancer: str, certificate: str, **more: Any) -> dict[str, Any]:
    certificates = [{"CertificateArn": certificate}]
    return listen(elbv2, balancer, **{"Port": 443, "Protocol": "HTTPS", "Certificates": certificates, **more})


def rule(elbv2: Any, listener: str, priority: int = 1, **more: Any) -> dict[str, Any]:
    asked = {"ListenerArn": listener, "Priority": priority, "Actions": [ANSWER], **more}
    asked.setdefault("Conditions", [{"Field": "path-pattern", "Values": ["/a"]}])
    return dict(elbv2.create_rule(**asked)["Rules"][0])


def test_a_port_is_taken_once_and_the_same_again_is_the_same_one(elbv2: Any, balancer: str, listener: str) -> None:
    assert listen(elbv2, balancer)["ListenerArn"] == listener
    other = {**ANSWER, "FixedResponseConfig": {"StatusCode": "403"}}
    assert refusal(listen, elbv2=elbv2, balancer=balancer, DefaultActions=[other]) == "DuplicateListener"
    second = listen(elbv2, balancer, Port=81)["ListenerArn"]
    assert refusal(elbv2.modify_listener, ListenerArn=second, Port=80) == "DuplicateListener"
    assert refusal(listen, elbv2=elbv2, balancer=balancer[:-1]) == "LoadBalancerNotFound"


def test_only_an_encrypted_one_has_certificates_and_a_policy(elbv2: Any, balancer: str, certificate: str) -> None:
    asked = {"elbv2": elbv2, "balancer": balancer}
    assert refusal(listen, **asked, Port=443, Protocol="HTTPS") == "ValidationError"
    assert refusal(listen, **asked, Certificates=[{"CertificateArn": certificate}]) == "ValidationError"
    assert refusal(listen, **asked, SslPolicy="ELBSecurityPolicy-2016-08") == "ValidationError"
    assert refusal(encrypted, **asked, certificate=certificate, SslPolicy="none") == "SSLPolicyNotFound"
    two = [{"CertificateArn": certificate}] * 2
    assert refusal(encrypted, **asked, certificate=certificate, Certificates=two) == "ValidationError"
    assert refusal(encrypted, **asked, certificate=certificate + "x") == "CertificateNotFound"
    assert refusal(encrypted, **asked, certificate="arn:aws:iam::123456789012:server-certificate/x") == "CertificateNotFound"
    shown = encrypted(elbv2, balancer, certificate)
    assert (shown["SslPolicy"], shown["MutualAuthentication"]) == ("ELBSecurityPolicy-2016-08", {"Mode": "off"})
    plain = listen(elbv2, balancer)
    assert {"SslPolicy", "Certificates", "MutualAuthentication"} & plain.keys() == set()


def test_a_certificate_must_be_issued(connect: Connect, elbv2: Any, balancer: str) -> None:
    waiting = connect("acm").request_certificate(DomainName="other.example.com", ValidationMethod="DNS")["CertificateArn"]
    assert refusal(encrypted, elbv2=elbv2, balancer=balancer, certificate=waiting) == "UnsupportedCertificate"


def test_further_certificates_stay_when_the_default_one_changes(
    connect: Connect, elbv2: Any, balancer: str, certificate: str
) -> None:
    others = [issued(connect, domain) for domain in ("b.example.com", "c.example.com")]
    arn = encrypted(elbv2, balancer, certificate)["ListenerArn"]

    def shown() -> list[tuple[str, bool]]:
        found = elbv2.describe_listener_certificates(ListenerArn=arn)["Certificates"]
        return [(one["CertificateArn"], one["IsDefault"]) for one in found]

    two = [{"CertificateArn": other} for other in others]
    assert refusal(elbv2.add_listener_certificates, ListenerArn=arn, Certificates=two) == "ValidationError"
    for _ in range(2):
        elbv2.add_listener_certificates(ListenerArn=arn, Certificates=two[:1])
    elbv2.modify_listener(ListenerArn=arn, Certificates=two[1:])
    assert shown() == [(others[1], True), (others[0], False)]
    assert refusal(elbv2.remove_listener_certificates, ListenerArn=arn, Certificates=two[1:]) == "OperationNotPermitted"
    elbv2.remove_listener_certificates(ListenerArn=arn, Certificates=two[:1])
    assert shown() == [(others[1], True)]
    assert elbv2.modify_listener(ListenerArn=arn, Protocol="HTTP")["Listeners"][0].get("Certificates") is None


def test_mutual_authentication_reads_back(elbv2: Any, balancer: str, certificate: str) -> None:
    asked = {"elbv2": elbv2, "balancer": balancer, "certificate": certificate}
    assert refusal(encrypted, **asked, MutualAuthentication={"Mode": "verify"}) == "ValidationError"
    arn = encrypted(elbv2, balancer, certificate, Port=444, MutualAuthentication={"Mode": "passthrough"})["ListenerArn"]
    verify = {"Mode": "verify", "TrustStoreArn": STORE}
    elbv2.modify_listener(ListenerArn=arn, MutualAuthentication=verify)
    shown = elbv2.describe_listeners(ListenerArns=[arn])["Listeners"][0]["MutualAuthentication"]
    assert shown == {**verify, "IgnoreClientCertificateExpiry": False, "AdvertiseTrustStoreCaNames": "off"}


def test_attributes_are_those_of_the_protocol_and_stay_with_it(
    elbv2: Any, balancer: str, listener: str, certificate: str
) -> None:
    def shown() -> dict[str, str]:
        found = elbv2.describe_listener_attributes(ListenerArn=listener)["Attributes"]
        return {one["Key"]: one["Value"] for one in found}

    server = {"Key": "routing.http.response.server.enabled", "Value": "false"}
    elbv2.modify_listener_attributes(ListenerArn=listener, Attributes=[server])
    wrong = [{"Key": "tcp.idle_timeout.seconds", "Value": "60"}]
    assert refusal(elbv2.modify_listener_attributes, ListenerArn=listener, Attributes=wrong) == "ValidationError"
    version = "routing.http.request.x_amzn_tls_version.header_name"
    assert version not in shown()
    elbv2.modify_listener(ListenerArn=listener, Protocol="HTTPS", Certificates=[{"CertificateArn": certificate}])
    assert (shown()[version], shown()["routing.http.response.server.enabled"]) == ("X-Amzn-Tls-Version", "false")


def test_a_network_one_takes_packets_for_as_long_as_it_says(ec2: Any, elbv2: Any) -> None:
    subnet, vpc = ec2.describe_subnets()["Subnets"][0], ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = elbv2.create_load_balancer(Name="nlb", Type="network", Scheme="internal", Subnets=[subnet["SubnetId"]])
    targets = elbv2.create_target_group(Name="tcp", Protocol="TCP", Port=80, VpcId=vpc)["TargetGroups"][0]
    forward = {"Type": "forward", "TargetGroupArn": targets["TargetGroupArn"]}
    arns = [
        listen(elbv2, made["LoadBalancers"][0]["LoadBalancerArn"], Protocol=protocol, DefaultActions=[forward])["ListenerArn"]
        for protocol in ("TCP", "UDP")
    ]
    shown = [elbv2.describe_listener_attributes(ListenerArn=arn)["Attributes"] for arn in arns]
    assert shown == [[{"Key": "tcp.idle_timeout.seconds", "Value": "350"}], []]


def test_actions_are_shown_with_defaults_and_without_secrets(elbv2: Any, balancer: str, targets: str) -> None:
    urls = dict.fromkeys(("Issuer", "AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint"), "https://id.example.com")
    sign_in = {
        "Type": "authenticate-oidc",
        "Order": 1,
        "AuthenticateOidcConfig": {**urls, "ClientId": "c", "ClientSecret": "s"},
    }
    forward = {"Type": "forward", "Order": 2, "TargetGroupArn": targets}
    first, second = listen(elbv2, balancer, DefaultActions=[sign_in, forward])["DefaultActions"]
    assert "ClientSecret" not in first["AuthenticateOidcConfig"]
    assert first["AuthenticateOidcConfig"]["Scope"] == "openid"
    config = {"TargetGroups": [{"TargetGroupArn": targets, "Weight": 1}], "TargetGroupStickinessConfig": {"Enabled": False}}
    assert second == {**forward, "ForwardConfig": config}
    redirect = {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Protocol": "HTTPS"}}
    shown = listen(elbv2, balancer, Port=81, DefaultActions=[redirect])["DefaultActions"][0]["RedirectConfig"]
    assert (shown["Port"], shown["Host"], shown["Path"], shown["Query"]) == ("#{port}", "#{host}", "/#{path}", "#{query}")


def test_tokens_may_be_checked(elbv2: Any, balancer: str) -> None:
    check = {"Type": "jwt-validation", "JwtValidationConfig": {"JwksEndpoint": "https://a", "Issuer": "https://b"}}
    assert listen(elbv2, balancer, DefaultActions=[check, ANSWER])["DefaultActions"][0] == check


def test_a_target_group_names_who_forwards_to_it_and_stays_as_long(
    elbv2: Any, balancer: str, listener: str, targets: str
) -> None:
    def users() -> list[str]:
        return list(elbv2.describe_target_groups(TargetGroupArns=[targets])["TargetGroups"][0]["LoadBalancerArns"])

    assert users() == []
    arn = rule(elbv2, listener, Actions=[{"Type": "forward", "TargetGroupArn": targets}])["RuleArn"]
    assert users() == [balancer]
    assert refusal(elbv2.delete_target_group, TargetGroupArn=targets) == "ResourceInUse"
    elbv2.modify_rule(RuleArn=arn, Actions=[ANSWER])
    assert users() == []
    elbv2.modify_listener(ListenerArn=listener, DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}])
    assert users() == [balancer]
    elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    elbv2.delete_target_group(TargetGroupArn=targets)
    assert refusal(elbv2.describe_tags, ResourceArns=[targets]) == "TargetGroupNotFound"


def test_the_default_rule_stays(elbv2: Any, listener: str) -> None:
    [default] = elbv2.describe_rules(ListenerArn=listener)["Rules"]
    named = {"RuleArn": default["RuleArn"]}
    assert (default["IsDefault"], default["Priority"]) == (True, "default")
    assert refusal(elbv2.delete_rule, **named) == "OperationNotPermitted"
    assert refusal(elbv2.modify_rule, **named, Actions=[ANSWER]) == "OperationNotPermitted"
    assert refusal(elbv2.set_rule_priorities, RulePriorities=[{**named, "Priority": 1}]) == "OperationNotPermitted"
    arn = rule(elbv2, listener)["RuleArn"]
    elbv2.delete_rule(RuleArn=arn)
    assert refusal(elbv2.delete_rule, RuleArn=arn) == "RuleNotFound"


def test_rules_change_places_in_one_call(elbv2: Any, listener: str) -> None:
    a, b, c = (rule(elbv2, listener, priority)["RuleArn"] for priority in (1, 2, 3))
    moves = [{"RuleArn": a, "Priority": 2}, {"RuleArn": b, "Priority": 1}]
    assert [one["Priority"] for one in elbv2.set_rule_priorities(RulePriorities=moves)["Rules"]] == ["2", "1"]
    assert refusal(elbv2.set_rule_priorities, RulePriorities=[{"RuleArn": a, "Priority": 3}]) == "PriorityInUse"
    assert refusal(rule, elbv2=elbv2, listener=listener, priority=3) == "PriorityInUse"
    assert elbv2.describe_rules(RuleArns=[c])["Rules"][0]["Priority"] == "3"


def test_a_rule_has_so_many_values_and_shows_some_twice(elbv2: Any, listener: str) -> None:
    def paths(*values: str) -> dict[str, Any]:
        return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}

    shown = rule(elbv2, listener, Conditions=[paths("/a", "/b")])
    assert shown["Conditions"] == [{**paths("/a", "/b"), "Values": ["/a", "/b"]}]
    old = rule(elbv2, listener, 2, Conditions=[{"Field": "host-header", "Values": ["a.example.com"]}])["Conditions"][0]
    assert old["HostHeaderConfig"] == {"Values": ["a.example.com"]}
    asked = {"elbv2": elbv2, "listener": listener, "priority": 3}
    assert refusal(rule, **asked, Conditions=[paths("/a", "/b", "/c", "/d")]) == "ValidationError"
    assert refusal(rule, **asked, Conditions=[paths("/a", "/b", "/c")] * 2) == "ValidationError"
    change = {"RuleArn": shown["RuleArn"], "Conditions": [paths("/a", "/b", "/c", "/d")]}
    assert refusal(elbv2.modify_rule, **change) == "ValidationError"


def test_conditions_may_be_by_expression_or_by_kind_of_address(elbv2: Any, listener: str) -> None:
    header = {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-A", "RegexValues": ["^a"]}}
    kind = {"Field": "source-ip", "SourceIpConfig": {"IpAddressType": "ipv6"}}
    assert rule(elbv2, listener, Conditions=[header, kind])["Conditions"] == [header, kind]


def test_transforms_read_back_and_go(elbv2: Any, listener: str) -> None:
    rewrite = {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/api", "Replace": "/"}]}}
    made = rule(elbv2, listener, Transforms=[rewrite])
    assert made["Transforms"] == [rewrite]
    shown = elbv2.modify_rule(RuleArn=made["RuleArn"], Conditions=[{"Field": "path-pattern", "Values": ["/b"]}])["Rules"][0]
    assert (shown["Transforms"], shown["Actions"][0]["Type"]) == ([rewrite], "fixed-response")
    assert elbv2.modify_rule(RuleArn=made["RuleArn"], ResetTransforms=True)["Rules"][0]["Transforms"] == []


def test_tags_end_with_what_they_are_on(elbv2: Any, balancer: str) -> None:
    tags = [{"Key": "a", "Value": "b"}]
    listener = listen(elbv2, balancer, Tags=tags)["ListenerArn"]
    arn = rule(elbv2, listener, Tags=tags)["RuleArn"]
    assert [one["Tags"] for one in elbv2.describe_tags(ResourceArns=[listener, arn])["TagDescriptions"]] == [tags, tags]
    elbv2.delete_listener(ListenerArn=listener)
    kept = get_backend("elbv2")[ACCOUNT][REGION].tagging_service.tags
    assert {listener, arn} & kept.keys() == set()
    assert refusal(elbv2.delete_listener, ListenerArn=listener) == "ListenerNotFound"
