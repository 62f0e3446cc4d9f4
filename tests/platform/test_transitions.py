"""One environment through the profiles: from small to large and back, and never a replacement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import ACCOUNT, Platform, Shown, tags

if TYPE_CHECKING:
    from provisioner.engine.preview import Preview

pytestmark = pytest.mark.xdist_group("transitions")

DOMAIN: dict[str, Any] = {"domain": "portal.example.org", "create_hosted_zone": True}
ONLY_PROD = {
    *("NatGateway/nat-gateway-2", "NatGateway/nat-gateway-3", "ElasticIp/nat-address-2", "ElasticIp/nat-address-3"),
    "DbInstance/aurora-2",
    *(f"VpcEndpoint/{service}-endpoint" for service in ("secretsmanager", "kms", "logs", "ssm", "ec2")),
    "SecurityGroup/endpoints-group",
    *("WebAcl/alb", "LogGroup/alb-web-acl"),
}
"""What `prod` has and `dev` has not."""


def steps(preview: Preview, kind: str) -> set[str]:
    return {action.step for action in preview.actions if action.kind.value == kind}


def shown(platform: Platform) -> Shown:
    return Shown(platform.server, platform.run("dev", **DOMAIN), platform.environment)


def stands(platform: Platform) -> dict[str, Any]:
    """What tells the profiles apart."""
    of = shown(platform)
    ec2, rds = of.client("ec2"), of.client("rds")
    [cluster] = rds.describe_db_clusters()["DBClusters"]
    instances = rds.describe_db_instances()["DBInstances"]
    [balancer] = of.client("elbv2").describe_load_balancers()["LoadBalancers"]
    attributes = of.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"])
    [group] = of.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    lock = of.client("s3").get_object_lock_configuration(Bucket=f"{of.named('trail')}-{ACCOUNT}")
    gateways = [one for one in ec2.describe_nat_gateways()["NatGateways"] if one["State"] == "available"]
    return {
        "NAT gateways": len(gateways),
        "addresses": len(ec2.describe_addresses()["Addresses"]),
        "instances": sorted(one["DBInstanceClass"] for one in instances),
        "insights": {one["PerformanceInsightsEnabled"] for one in instances},
        "backups": cluster["BackupRetentionPeriod"],
        "protected": cluster["DeletionProtection"],
        "balancer protected": {one["Key"]: one["Value"] for one in attributes["Attributes"]}["deletion_protection.enabled"],
        "endpoints": len([one for one in ec2.describe_vpc_endpoints()["VpcEndpoints"] if one["State"] == "available"]),
        "web ACLs": len(of.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]),
        "logs": {one["retentionInDays"] for one in of.pages("logs", "describe_log_groups", "logGroups")},
        "at most": group["MaxSize"],
        "trail locked": lock["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention", {}).get("Days"),
    }


DEV = {
    "NAT gateways": 1,
    "addresses": 1,
    "instances": ["db.t4g.medium"],
    "insights": {False},
    "backups": 1,
    "protected": False,
    "balancer protected": "false",
    "endpoints": 1,
    "web ACLs": 0,
    "logs": {90},
    "at most": 2,
    "trail locked": None,
}
PROD = {
    "NAT gateways": 3,
    "addresses": 3,
    "instances": ["db.r6g.large", "db.r6g.large"],
    "insights": {True},
    "backups": 35,
    "protected": True,
    "balancer protected": "true",
    "endpoints": 6,
    "web ACLs": 1,
    "logs": {365},
    "at most": 10,
    "trail locked": 365,
}


def data(platform: Platform) -> dict[str, str]:
    """What holds data, by names that AWS gives once."""
    of = shown(platform)
    [cluster] = of.client("rds").describe_db_clusters()["DBClusters"]
    keys = of.pages("kms", "list_keys", "Keys")
    secrets = of.client("secretsmanager").list_secrets()["SecretList"]
    return {
        "cluster": cluster["DbClusterResourceId"],
        "keys": str(sorted(key["KeyArn"] for key in keys)),
        "secrets": str(sorted(secret["ARN"] for secret in secrets)),
        "zone": of.client("route53").list_hosted_zones()["HostedZones"][0]["Id"],
        "vpc": next(vpc["VpcId"] for vpc in of.client("ec2").describe_vpcs()["Vpcs"] if tags(vpc).get("Name")),
    }


def test_an_environment_grows_from_dev_to_prod_and_shrinks_again(platform: Platform) -> None:
    assert steps(platform.up("dev", **DOMAIN), "create")
    assert stands(platform) == DEV
    born = data(platform)

    growing = platform.up("prod", **DOMAIN)
    assert (steps(growing, "create"), steps(growing, "replace"), steps(growing, "delete")) == (ONLY_PROD, set(), set())
    assert (stands(platform), data(platform)) == (PROD, born)
    assert not platform.preview("prod", **DOMAIN).anything_to_do

    shrinking = platform.up("dev", **DOMAIN)
    assert (steps(shrinking, "create"), steps(shrinking, "replace"), steps(shrinking, "delete")) == (set(), set(), ONLY_PROD)
    assert (stands(platform), data(platform)) == (DEV, born)
    assert not platform.preview("dev", **DOMAIN).anything_to_do

    check_that_data_is_kept(platform)


def check_that_data_is_kept(platform: Platform) -> None:
    """What holds data is neither deleted nor replaced unless it is named."""
    before = len(platform.server.calls)
    gone = platform.preview("dev", domain=DOMAIN["domain"])
    assert [text for text in gone.refusals if text.startswith("HostedZone/portal ")] == list(gone.refusals)
    assert "holds data and is no longer in the plan" in gone.refusals[0]
    assert "--delete HostedZone/portal" in gone.refusals[0]

    other = platform.preview("dev", domain="other.example.org", create_hosted_zone=True)
    assert "HostedZone/portal holds data and would be replaced" in "\n".join(other.refusals)
    assert "--replace HostedZone/portal" in "\n".join(other.refusals)

    changes = [
        call
        for call in list(platform.server.calls)[before:]
        if not call.operation.startswith(("Describe", "Get", "List", "Head"))
    ]
    assert changes == []
