"""RDS: what must not be destroyed by a call that changes or repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect


def test_a_subnet_group_survives_its_change(connect: Connect, ec2: Any, vpc: str, subnet: str) -> None:
    rds = connect("rds")
    other = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.2.0/24")["Subnet"]["SubnetId"]
    wanted = {"DBSubnetGroupName": "g", "DBSubnetGroupDescription": "d"}
    rds.create_db_subnet_group(**wanted, SubnetIds=[subnet, other])
    rds.modify_db_subnet_group(DBSubnetGroupName="g", DBSubnetGroupDescription="e", SubnetIds=[other])
    (shown,) = rds.describe_db_subnet_groups()["DBSubnetGroups"]
    assert shown["DBSubnetGroupDescription"] == "e"
    assert [entry["SubnetIdentifier"] for entry in shown["Subnets"]] == [other]
    assert refusal(rds.create_db_subnet_group, **wanted, SubnetIds=[subnet]) == "DBSubnetGroupAlreadyExists"
    missing = {"DBSubnetGroupName": "none", "SubnetIds": [subnet]}
    assert refusal(rds.modify_db_subnet_group, **missing) == "DBSubnetGroupNotFoundFault"


def test_a_cluster_is_not_overwritten(connect: Connect) -> None:
    rds = connect("rds")
    wanted = {"DBClusterIdentifier": "c", "Engine": "aurora-mysql", "MasterUsername": "root", "ManageMasterUserPassword": True}
    rds.create_db_cluster(**wanted, BackupRetentionPeriod=7)
    assert refusal(rds.create_db_cluster, **wanted, BackupRetentionPeriod=1) == "DBClusterAlreadyExistsFault"
    (shown,) = rds.describe_db_clusters()["DBClusters"]
    assert shown["BackupRetentionPeriod"] == 7
