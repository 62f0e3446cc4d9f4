"""Modules 5 and 7 without a domain: plain HTTP behind the same header, and a warning; what `prod` never is."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.cli import session
from provisioner.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("local")


@pytest.fixture
def balancer(local: Shown) -> Any:
    [found] = local.client("elbv2").describe_load_balancers()["LoadBalancers"]
    return found


@pytest.fixture
def listener(local: Shown, balancer: Any) -> Any:
    """The only one."""
    [found] = local.client("elbv2").describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    return found


@pytest.fixture
def distribution(local: Shown) -> Any:
    [found] = local.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    return found


@pytest.fixture
def _own_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_it_listens_on_port_80_and_answers_403_to_whom_it_does_not_know(listener: Any) -> None:
    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP")
    [action] = listener["DefaultActions"]
    assert (action["Type"], action["FixedResponseConfig"]["StatusCode"]) == ("fixed-response", "403")


def test_the_same_header_lets_in(local: Shown, listener: Any, distribution: Any) -> None:
    secret = local.client("secretsmanager").get_secret_value(SecretId=local.named("origin-header"))["SecretString"]
    found = local.client("elbv2").describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    [rule] = [one for one in found if not one["IsDefault"]]
    assert rule["Conditions"][0]["HttpHeaderConfig"] == {"HttpHeaderName": "X-Origin-Verify", "Values": [secret]}
    [sent] = [header for one in distribution["Origins"]["Items"] for header in one["CustomHeaders"].get("Items", [])]
    assert sent == {"HeaderName": "X-Origin-Verify", "HeaderValue": secret}


def test_only_cloudfront_reaches_that_port(local: Shown, balancer: Any) -> None:
    [group] = local.client("ec2").describe_security_groups(GroupIds=balancer["SecurityGroups"])["SecurityGroups"]
    [permission] = group["IpPermissions"]
    assert (permission["FromPort"], permission["ToPort"], permission["IpRanges"]) == (80, 80, [])
    assert len(permission["PrefixListIds"]) == 1


def test_there_are_neither_certificates_nor_zones(local: Shown) -> None:
    assert local.client("acm").list_certificates()["CertificateSummaryList"] == []
    assert local.client("route53").list_hosted_zones()["HostedZones"] == []


def test_cloudfront_has_its_own_name_and_speaks_http_to_the_load_balancers(balancer: Any, distribution: Any) -> None:
    [origin] = [one for one in distribution["Origins"]["Items"] if "CustomOriginConfig" in one]
    assert (origin["DomainName"], origin["CustomOriginConfig"]["OriginProtocolPolicy"]) == (balancer["DNSName"], "http-only")
    assert distribution["ViewerCertificate"]["CloudFrontDefaultCertificate"]
    assert distribution["Aliases"].get("Items", []) == []


def test_browsers_are_led_to_https_all_the_same(local: Shown, distribution: Any) -> None:
    assert distribution["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    outputs = local.run.outputs()
    assert (outputs["url"], "name_servers" in outputs) == (f"https://{distribution['DomainName']}/", False)


def test_it_can_be_deleted_at_once(local: Shown, balancer: Any) -> None:
    found = local.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"])
    assert {one["Key"]: one["Value"] for one in found["Attributes"]}["deletion_protection.enabled"] == "false"


@pytest.mark.usefixtures("_own_signals")
def test_one_warning_says_what_is_missing_and_what_to_do(
    local: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", local.server.url)
    assert main(["plan", "local"]) == 0
    captured = capsys.readouterr()
    said = " ".join((captured.out + captured.err).split())
    assert said.count("! ") == 1
    assert (
        "! no domain is set: CloudFront's own name is used, and CloudFront speaks plain HTTP to the load balancer, "
        "which is not good for real transactions. Set `domain` to a name with a zone in Route 53; "
        "`prod` refuses to start without one."
    ) in said


@pytest.mark.usefixtures("_own_signals")
@pytest.mark.parametrize("command", ["plan", "up", "teardown", "status"])
def test_prod_in_a_real_account_is_refused_without_a_domain_before_any_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    def reach(*_: Any) -> None:
        pytest.fail("AWS was to be reached")

    monkeypatch.setattr(session, "reach", reach)
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "live.toml"
    file.write_text('account_id = "123456789012"\nprofile = "prod"\n')
    assert main([command, "live", "--settings", str(file)]) == 4
    assert " ".join(capsys.readouterr().err.split()) == (
        "✗ live.toml: domain: prod serves HTTPS end to end, so it needs a domain of yours with a zone in Route 53"
    )
