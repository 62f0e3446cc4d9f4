"""What RDS says about itself, and what its instances show of their cluster and in EC2."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import REGION, refusal
from .test_rds_instances import CLUSTER, MEMBER, NAMED, cluster, ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..conftest import Connect


@pytest.fixture
def rds(connect: Connect) -> Any:
    return connect("rds")


def test_the_version_that_a_cluster_gets_is_one_of_those_that_can_be_had(rds: Any) -> None:
    rds.create_db_cluster(**CLUSTER)
    version = cluster(rds)["EngineVersion"]
    known = rds.describe_db_engine_versions(Engine="aurora-mysql")["DBEngineVersions"]
    assert version in {one["EngineVersion"] for one in known}
    [shown] = rds.describe_db_engine_versions(Engine="aurora-mysql", EngineVersion=version)["DBEngineVersions"]
    assert (shown["DBParameterGroupFamily"], shown["MajorEngineVersion"]) == ("aurora-mysql8.0", "8.0")
    assert {one["Engine"] for one in rds.describe_db_engine_versions()["DBEngineVersions"]} == {
        "aurora-mysql",
        "aurora-postgresql",
    }
    assert rds.describe_db_engine_versions(Engine="aurora-mysql", EngineVersion="5.6")["DBEngineVersions"] == []


def test_who_signs_an_instances_certificate_is_known_and_lasts(rds: Any) -> None:
    rds.create_db_cluster(**CLUSTER)
    rds.create_db_instance(**NAMED, **MEMBER)
    named = ready(rds)["CACertificateIdentifier"]
    [authority] = rds.describe_certificates(CertificateIdentifier=named)["Certificates"]
    assert (authority["CertificateIdentifier"], authority["ValidTill"] > datetime(2060, 1, 1, tzinfo=UTC)) == (named, True)
    assert len(rds.describe_certificates()["Certificates"]) == 3
    assert refusal(rds.describe_certificates, CertificateIdentifier="rds-ca-2015") == "CertificateNotFound"


def test_an_instance_shows_its_clusters_logs_and_identities_and_where_it_is_measured(rds: Any) -> None:
    rds.create_db_cluster(**CLUSTER, EnableCloudwatchLogsExports=["audit"], EnableIAMDatabaseAuthentication=True)
    rds.create_db_instance(**NAMED, **MEMBER)
    shown = ready(rds)
    assert (shown["EnabledCloudwatchLogsExports"], shown["IAMDatabaseAuthenticationEnabled"]) == (["audit"], True)
    assert "EnhancedMonitoringResourceArn" not in shown
    role = "arn:aws:iam::123456789012:role/monitoring"
    rds.modify_db_instance(**NAMED, MonitoringInterval=60, MonitoringRoleArn=role, ApplyImmediately=True)
    stream = f"RDSOSMetrics:log-stream:{shown['DbiResourceId']}"
    assert ready(rds)["EnhancedMonitoringResourceArn"] == f"arn:aws:logs:{REGION}:123456789012:log-group:{stream}"


@pytest.fixture
def interfaces(ec2: Any) -> Callable[[], list[Any]]:
    def there() -> list[Any]:
        named = {"Name": "description", "Values": ["RDSNetworkInterface"]}
        return list(ec2.describe_network_interfaces(Filters=[named])["NetworkInterfaces"])

    return there


@pytest.fixture
def groups(ec2: Any, vpc: str) -> list[str]:
    return [ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("one", "two")]


@pytest.fixture
def in_network(rds: Any, ec2: Any, vpc: str, groups: list[str]) -> dict[str, str]:
    """A cluster with an instance in a network of two subnets, by their zones."""
    subnets = {
        zone: ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for n, zone in enumerate((f"{REGION}a", f"{REGION}b"))
    }
    rds.create_db_subnet_group(DBSubnetGroupName="g", DBSubnetGroupDescription="g", SubnetIds=list(subnets.values()))
    rds.create_db_cluster(**CLUSTER, DBSubnetGroupName="g", VpcSecurityGroupIds=groups[:1])
    rds.create_db_instance(**NAMED, **MEMBER, AvailabilityZone=f"{REGION}b")
    return subnets


def test_an_instance_stands_in_a_subnet_of_its_zone_with_the_clusters_groups(
    rds: Any, in_network: dict[str, str], groups: list[str], interfaces: Callable[[], list[Any]]
) -> None:
    [interface] = interfaces()
    assert (interface["SubnetId"], interface["RequesterManaged"]) == (in_network[f"{REGION}b"], True)
    assert [one["GroupId"] for one in interface["Groups"]] == groups[:1]
    ready(rds)
    cluster(rds)
    rds.modify_db_cluster(DBClusterIdentifier="c", VpcSecurityGroupIds=groups[1:], ApplyImmediately=True)
    assert [one["GroupId"] for one in interfaces()[0]["Groups"]] == groups[1:]


@pytest.mark.parametrize("with_its_cluster", [False, True])
def test_an_instance_takes_its_interface_along(
    rds: Any, in_network: dict[str, str], interfaces: Callable[[], list[Any]], with_its_cluster: bool
) -> None:
    ready(rds)
    rds.delete_db_instance(**NAMED)
    assert len(interfaces()) == 1
    if with_its_cluster:
        cluster(rds)
        rds.delete_db_cluster(DBClusterIdentifier="c", SkipFinalSnapshot=True)
        while rds.describe_db_clusters()["DBClusters"]:
            pass
    else:
        while rds.describe_db_instances()["DBInstances"]:
            pass
    assert interfaces() == []
