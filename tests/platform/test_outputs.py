"""What the plan says of itself when it is up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.value import Unknown

from .conftest import ACCOUNT, REGION, tags

if TYPE_CHECKING:
    from .conftest import Platform, Shown

pytestmark = pytest.mark.xdist_group("prod")


@pytest.fixture
def outputs(prod: Shown) -> dict[str, Any]:
    return prod.run.outputs()


def test_these_are_the_outputs_and_all_are_known(outputs: dict[str, Any]) -> None:
    assert list(outputs) == [
        *("vpc_id", "alb_dns_name", "cloudfront_domain", "url", "writer_endpoint", "reader_endpoint"),
        *("secret_arn", "dashboard_url", "topic_arn", "name_servers"),
    ]
    assert {name for name, value in outputs.items() if not isinstance(value, str)} == {"name_servers"}


def test_the_network_is_the_one_that_stands(prod: Shown, outputs: dict[str, Any]) -> None:
    vpcs = {tags(vpc).get("Name"): vpc["VpcId"] for vpc in prod.client("ec2").describe_vpcs()["Vpcs"]}
    assert outputs["vpc_id"] == vpcs[prod.named("vpc")]


def test_the_ways_in_are_those_that_stand(prod: Shown, outputs: dict[str, Any]) -> None:
    [balancer] = prod.client("elbv2").describe_load_balancers()["LoadBalancers"]
    [distribution] = prod.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    assert (outputs["alb_dns_name"], outputs["cloudfront_domain"]) == (balancer["DNSName"], distribution["DomainName"])
    assert outputs["url"] == f"https://{distribution['Aliases']['Items'][0]}/"


def test_the_endpoints_are_the_clusters(prod: Shown, outputs: dict[str, Any]) -> None:
    [cluster] = prod.client("rds").describe_db_clusters()["DBClusters"]
    assert (outputs["writer_endpoint"], outputs["reader_endpoint"]) == (cluster["Endpoint"], cluster["ReaderEndpoint"])


def test_the_secret_is_named_and_its_value_stands_nowhere(prod: Shown, outputs: dict[str, Any]) -> None:
    secrets = prod.client("secretsmanager")
    secret = secrets.describe_secret(SecretId=outputs["secret_arn"])
    assert (secret["ARN"], secret["Name"]) == (outputs["secret_arn"], prod.named("database"))
    for one in secrets.list_secrets()["SecretList"]:
        value = secrets.get_secret_value(SecretId=one["ARN"])["SecretString"]
        hidden = json.loads(value)["password"] if value.startswith("{") else value
        assert hidden not in str(outputs)


def test_the_dashboard_is_opened_in_the_platforms_region(prod: Shown, outputs: dict[str, Any]) -> None:
    [dashboard] = prod.client("cloudwatch").list_dashboards()["DashboardEntries"]
    console = f"https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}#dashboards:name="
    assert outputs["dashboard_url"] == console + dashboard["DashboardName"]


def test_the_topic_is_that_of_the_alarms(prod: Shown, outputs: dict[str, Any]) -> None:
    assert outputs["topic_arn"] == f"arn:aws:sns:{REGION}:{ACCOUNT}:{prod.named('alarms')}"


def test_whoever_registered_the_domain_is_told_the_zones_name_servers(prod: Shown, outputs: dict[str, Any]) -> None:
    dns = prod.client("route53")
    [zone] = dns.list_hosted_zones()["HostedZones"]
    assert outputs["name_servers"] == dns.get_hosted_zone(Id=zone["Id"])["DelegationSet"]["NameServers"]


@pytest.mark.xdist_group("empty")
def test_before_up_only_what_needs_no_aws_is_known(platform: Platform) -> None:
    run = platform.run("dev")
    run.preview()
    unknown = {name for name, value in run.outputs().items() if isinstance(value, Unknown)}
    assert unknown >= {"vpc_id", "alb_dns_name", "cloudfront_domain", "writer_endpoint", "secret_arn", "topic_arn"}
    assert "dashboard_url" not in unknown
    assert "name_servers" not in run.outputs()
