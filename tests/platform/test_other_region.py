"""The platform in another region than us-east-1, where CloudFront's parts stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from provisioner.engine.preview import ActionKind

from .conftest import ACCOUNT, Shown, tags

if TYPE_CHECKING:
    from .conftest import Platform

REGION, EDGE = "eu-central-1", "us-east-1"


def in_the_edge(shown: Shown) -> dict[str, list[str]]:
    """What stands in us-east-1, by name."""
    topics = [one["TopicArn"] for one in shown.client("sns", EDGE).list_topics()["Topics"]]
    return {
        "certificates": [one["DomainName"] for one in shown.client("acm", EDGE).list_certificates()["CertificateSummaryList"]],
        "web ACLs": [one["Name"] for one in shown.client("wafv2", EDGE).list_web_acls(Scope="CLOUDFRONT")["WebACLs"]],
        "log groups": [one["logGroupName"] for one in shown.client("logs", EDGE).describe_log_groups()["logGroups"]],
        "keys": [
            one["AliasName"]
            for one in shown.client("kms", EDGE).list_aliases()["Aliases"]
            if not one["AliasName"].startswith("alias/aws/")
        ],
        "topics": [arn.rpartition(":")[2] for arn in topics],
        "alarms": [one["AlarmName"] for one in shown.client("cloudwatch", EDGE).describe_alarms()["MetricAlarms"]],
        "log deliveries": [one["name"] for one in shown.client("logs", EDGE).describe_delivery_sources()["deliverySources"]],
    }


def regions_of_writes(shown: Shown) -> dict[str, set[str]]:
    """In which regions a service was called to change something."""
    found: dict[str, set[str]] = {}
    for call in shown.server.calls:
        if not re.match("Describe|Get|List|Head", call.operation):
            found.setdefault(call.service, set()).add(call.region)
    return found


def test_cloudfronts_parts_stand_in_us_east_1_and_all_else_in_the_region(platform: Platform) -> None:
    wanted: dict[str, Any] = {"region": REGION, "empty_buckets_on_teardown": True}
    platform.up("prod", **wanted)
    shown = Shown(platform.server, platform.run("prod", **wanted), platform.environment)
    named = shown.named
    assert in_the_edge(shown) == {
        "certificates": ["portal.financial.example"],
        "web ACLs": [named("edge")],
        "log groups": [f"aws-waf-logs-{named('edge')}"],
        "keys": [f"alias/{named('edge-logs-key')}"],
        "topics": [named("edge-alarms")],
        "alarms": [named("web-acl-blocks")],
        "log deliveries": [named("cdn-logs")],
    }
    beside = {"acm", "wafv2", "logs", "kms", "sns", "cloudwatch"}
    found = regions_of_writes(shown)
    assert {service: found.pop(service) for service in beside} == {service: {REGION, EDGE} for service in beside}
    assert set().union(*found.values()) == {REGION}
    _hold_together(shown)
    # -- a second look has nothing to do, and a teardown leaves nothing, in either region
    assert {action.kind for action in platform.preview("prod", **wanted).actions} == {ActionKind.NONE}
    platform.teardown("prod", protect=False, **wanted)
    assert set(map(tuple, in_the_edge(shown).values())) == {()}
    _nothing_is_left(shown)


def _hold_together(shown: Shown) -> None:
    """Across the two regions, each part uses what stands where AWS wants it."""
    [distribution] = shown.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    assert distribution["WebACLId"].startswith(f"arn:aws:wafv2:{EDGE}:{ACCOUNT}:global/")
    assert distribution["ViewerCertificate"]["ACMCertificateArn"].startswith(f"arn:aws:acm:{EDGE}:")
    origins = {one["Id"]: one["DomainName"] for one in distribution["Origins"]["Items"]}
    assert origins["assets"] == f"{shown.named('assets')}-{ACCOUNT}.s3.{REGION}.amazonaws.com"
    balancing = shown.client("elbv2", REGION)
    [balancer] = balancing.describe_load_balancers()["LoadBalancers"]
    assert {zone["ZoneName"] for zone in balancer["AvailabilityZones"]} == {f"{REGION}{zone}" for zone in "abc"}
    found = balancing.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    [certificate] = [one["CertificateArn"] for listener in found for one in listener.get("Certificates", ())]
    assert certificate.startswith(f"arn:aws:acm:{REGION}:")
    [group] = shown.client("logs", EDGE).describe_log_groups()["logGroups"]
    assert group["kmsKeyId"].startswith(f"arn:aws:kms:{EDGE}:")
    [alarm] = shown.client("cloudwatch", EDGE).describe_alarms()["MetricAlarms"]
    assert [arn.split(":")[3] for arn in alarm["AlarmActions"]] == [EDGE]
    for bucket in shown.client("s3").list_buckets()["Buckets"]:
        assert shown.client("s3").get_bucket_location(Bucket=bucket["Name"])["LocationConstraint"] == REGION
    [trail] = shown.client("cloudtrail", REGION).describe_trails()["trailList"]
    assert (trail["HomeRegion"], trail["IsMultiRegionTrail"]) == (REGION, True)


def _nothing_is_left(shown: Shown) -> None:
    here = {service: shown.client(service, REGION) for service in ("ec2", "elbv2", "rds", "acm", "logs", "kms")}
    assert [tags(one) for one in here["ec2"].describe_vpcs()["Vpcs"] if not one["IsDefault"]] == []
    assert here["ec2"].describe_addresses()["Addresses"] == []
    assert here["elbv2"].describe_load_balancers()["LoadBalancers"] == []
    assert here["rds"].describe_db_clusters()["DBClusters"] == []
    assert here["acm"].list_certificates()["CertificateSummaryList"] == []
    assert here["logs"].describe_log_groups()["logGroups"] == []
    assert shown.client("s3").list_buckets()["Buckets"] == []
    assert shown.client("route53").list_hosted_zones()["HostedZones"] == []
    for region in (REGION, EDGE):
        kms = shown.client("kms", region)
        found = [kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"] for one in kms.list_keys()["Keys"]]
        assert {one["KeyState"] for one in found if one["KeyManager"] == "CUSTOMER"} == {"PendingDeletion"}
