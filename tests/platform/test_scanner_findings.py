"""What scanners of PCI DSS 4.0 and of AWS's foundational best practices once found here, each read back as they read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import ACCOUNT, tags

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")
REMOTE_CONTROL = (22, 3389)


@pytest.fixture
def vpc(prod: Shown) -> str:
    [found] = [one for one in prod.client("ec2").describe_vpcs()["Vpcs"] if tags(one).get("Name") == prod.named("vpc")]
    return str(found["VpcId"])


# -- CloudTrail


def test_the_trails_management_events_are_selected_under_the_name_that_tools_look_for(prod: Shown) -> None:
    selectors = prod.client("cloudtrail").get_event_selectors(TrailName=prod.named("trail"))["AdvancedEventSelectors"]
    [management] = [one for one in selectors if one["Name"] == "Management events selector"]
    assert management["FieldSelectors"] == [{"Field": "eventCategory", "Equals": ["Management"]}]


def test_the_trail_is_seen_to_deliver_to_its_log_group(prod: Shown) -> None:
    """CloudTrail.5."""
    status = prod.client("cloudtrail").get_trail_status(Name=prod.named("trail"))
    assert {"LatestDeliveryTime", "LatestCloudWatchLogsDeliveryTime", "LatestDigestDeliveryTime"} <= set(status)


@pytest.mark.parametrize("event", ["CancelHandshake", "CreateOrganization", "EnableAllFeatures"])
def test_what_an_organization_begins_and_gives_up_is_watched_too(prod: Shown, event: str) -> None:
    filters = prod.pages("logs", "describe_metric_filters", "metricFilters", logGroupName=prod.named("trail"))
    [pattern] = [one["filterPattern"] for one in filters if "organizations.amazonaws.com" in one["filterPattern"]]
    assert f"($.eventName = {event})" in pattern


# -- S3


@pytest.mark.parametrize("name", ["assets", "trail"])
def test_a_bucket_that_is_no_destination_of_access_logs_can_lock_objects(prod: Shown, name: str) -> None:
    """S3.15."""
    found = prod.client("s3").get_object_lock_configuration(Bucket=f"{prod.named(name)}-{ACCOUNT}")
    assert found["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"


@pytest.mark.parametrize("name", ["assets", "logs", "trail"])
def test_a_bucket_tells_of_changes(prod: Shown, name: str) -> None:
    """S3.11."""
    told = prod.client("s3").get_bucket_notification_configuration(Bucket=f"{prod.named(name)}-{ACCOUNT}")
    assert "EventBridgeConfiguration" in told


# -- CloudFront


def test_the_distribution_has_a_default_root_object(prod: Shown) -> None:
    """CloudFront.1. That the application answers it: tests/application."""
    cloudfront = prod.client("cloudfront")
    [found] = cloudfront.list_distributions()["DistributionList"]["Items"]
    config = cloudfront.get_distribution_config(Id=found["Id"])["DistributionConfig"]
    assert config["DefaultRootObject"] == "index.html"


# -- RDS


def test_the_cluster_can_be_rewound_by_a_day(prod: Shown) -> None:
    """RDS.14."""
    [cluster] = prod.client("rds").describe_db_clusters(DBClusterIdentifier=prod.named("aurora"))["DBClusters"]
    assert cluster["BacktrackWindow"] == 24 * 3600


def instances(prod: Shown) -> list[Any]:
    found: list[Any] = prod.client("rds").describe_db_instances()["DBInstances"]
    assert len(found) == 2
    return found


def test_each_instance_shows_its_logs_its_identities_and_where_it_is_measured(prod: Shown) -> None:
    """RDS.9, RDS.10, RDS.6."""
    for one in instances(prod):
        assert set(one["EnabledCloudwatchLogsExports"]) == {"audit", "error", "general", "slowquery"}
        assert one["IAMDatabaseAuthenticationEnabled"] is True
        assert one["EnhancedMonitoringResourceArn"].endswith(one["DbiResourceId"])


def test_each_instance_runs_a_version_that_is_supported(prod: Shown) -> None:
    known = prod.client("rds").describe_db_engine_versions(Engine="aurora-mysql")["DBEngineVersions"]
    assert {one["EngineVersion"] for one in instances(prod)} <= {one["EngineVersion"] for one in known}


# -- EC2


def test_no_rule_of_a_network_acl_opens_a_port_of_remote_control_to_the_world(prod: Shown, vpc: str) -> None:
    """EC2.21, which looks at each rule by itself, whatever an earlier one denies."""
    acls = prod.client("ec2").describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
    open_to_all = [
        (entry["PortRange"]["From"], entry["PortRange"]["To"])
        for acl in acls
        for entry in acl["Entries"]
        if not entry["Egress"] and entry["RuleAction"] == "allow" and entry["CidrBlock"] == "0.0.0.0/0" and "PortRange" in entry
    ]
    assert open_to_all
    assert not any(first <= port <= last for first, last in open_to_all for port in REMOTE_CONTROL)


def test_every_security_group_has_something_in_it(prod: Shown, vpc: str) -> None:
    """EC2.22."""
    ec2 = prod.client("ec2")
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    groups = {one["GroupId"]: one["GroupName"] for one in ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]}
    interfaces = prod.pages("ec2", "describe_network_interfaces", "NetworkInterfaces", Filters=of_vpc)
    worn = {group["GroupId"] for one in interfaces for group in one["Groups"]}
    assert {name for group, name in groups.items() if group not in worn} == {"default"}


def test_systems_manager_manages_every_instance(prod: Shown) -> None:
    """SSM.1."""
    running = [{"Name": "instance-state-name", "Values": ["running"]}]
    reservations = prod.pages("ec2", "describe_instances", "Reservations", Filters=running)
    there = {one["InstanceId"] for reservation in reservations for one in reservation["Instances"]}
    managed = prod.client("ssm").describe_instance_information()["InstanceInformationList"]
    assert there == {one["InstanceId"] for one in managed if one["PingStatus"] == "Online"}
    assert len(there) == 3
