"""What AWS refuses to delete, and the tests' behaviour with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.behaviours import Jealous

from .conftest import REGION, behaving, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.embedded.server import Running

    from .conftest import Connect

TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'


@pytest.fixture
def jealous(server: Running) -> Iterator[None]:
    with behaving(server, Jealous()):
        yield


@pytest.fixture
def gateway(ec2: Any, vpc: str) -> str:
    made = str(ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"])
    ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=vpc)
    return made


@pytest.fixture
def nat(ec2: Any, subnet: str, address: str) -> str:
    return str(ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"])


def group(ec2: Any, vpc: str, name: str) -> str:
    return str(ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc)["GroupId"])


@pytest.mark.usefixtures("jealous")
def test_a_nat_gateway_holds_its_subnet_its_address_and_the_way_out(
    ec2: Any, vpc: str, subnet: str, gateway: str, address: str, nat: str
) -> None:
    assert refusal(ec2.delete_subnet, SubnetId=subnet) == "DependencyViolation"
    assert refusal(ec2.release_address, AllocationId=address) == "InvalidIPAddress.InUse"
    way_out = {"InternetGatewayId": gateway, "VpcId": vpc}
    assert refusal(ec2.detach_internet_gateway, **way_out) == "DependencyViolation"
    ec2.delete_nat_gateway(NatGatewayId=nat)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.detach_internet_gateway(**way_out)
    # For a moment, AWS takes the address for somebody else's.
    assert refusal(ec2.release_address, AllocationId=address) == "AuthFailure"
    ec2.release_address(AllocationId=address)


@pytest.mark.usefixtures("jealous")
def test_a_security_group_is_held_by_interfaces_and_by_other_groups(ec2: Any, vpc: str, subnet: str) -> None:
    used, user = group(ec2, vpc, "used"), group(ec2, vpc, "user")
    rule = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": used}]}]
    for named_by in (used, user):
        ec2.authorize_security_group_ingress(GroupId=named_by, IpPermissions=rule)
    assert refusal(ec2.delete_security_group, GroupId=used) == "DependencyViolation"
    ec2.revoke_security_group_ingress(GroupId=user, IpPermissions=rule)
    interface = ec2.create_network_interface(SubnetId=subnet, Groups=[used])["NetworkInterface"]["NetworkInterfaceId"]
    assert refusal(ec2.delete_security_group, GroupId=used) == "DependencyViolation"
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    ec2.delete_security_group(GroupId=used)
    (own,) = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"]
    assert refusal(ec2.delete_security_group, GroupId=own["GroupId"]) == "CannotDelete"


def _put_subnet(ec2: Any, vpc: str) -> Callable[[], object]:
    made = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    return lambda: ec2.delete_subnet(SubnetId=made)


def _put_gateway(ec2: Any, vpc: str) -> Callable[[], object]:
    made = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=vpc)
    return lambda: ec2.detach_internet_gateway(InternetGatewayId=made, VpcId=vpc)


def _put_table(ec2: Any, vpc: str) -> Callable[[], object]:
    made = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    return lambda: ec2.delete_route_table(RouteTableId=made)


def _put_group(ec2: Any, vpc: str) -> Callable[[], object]:
    made = group(ec2, vpc, "a")
    return lambda: ec2.delete_security_group(GroupId=made)


def _put_acl(ec2: Any, vpc: str) -> Callable[[], object]:
    made = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    return lambda: ec2.delete_network_acl(NetworkAclId=made)


def _put_endpoint(ec2: Any, vpc: str) -> Callable[[], object]:
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3")["VpcEndpoint"]["VpcEndpointId"]
    return lambda: ec2.delete_vpc_endpoints(VpcEndpointIds=[made])


@pytest.mark.usefixtures("jealous")
@pytest.mark.parametrize("put", [_put_subnet, _put_gateway, _put_table, _put_group, _put_acl, _put_endpoint])
def test_a_vpc_is_held_by_all_that_is_in_it_but_what_it_was_born_with(ec2: Any, vpc: str, put: Any) -> None:
    take_away = put(ec2, vpc)
    assert refusal(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation"
    take_away()
    ec2.delete_vpc(VpcId=vpc)


@pytest.mark.usefixtures("jealous")
def test_a_route_table_and_an_acl_do_not_hold_their_subnets_nor_a_route_its_gateway(
    ec2: Any, vpc: str, subnet: str, gateway: str
) -> None:
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    assert refusal(ec2.delete_route_table, RouteTableId=table) == "DependencyViolation"
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_route_table(RouteTableId=table)


@pytest.mark.usefixtures("jealous")
def test_a_dry_run_and_what_is_not_there_are_answered_as_ever(ec2: Any, subnet: str, nat: str) -> None:
    assert refusal(ec2.delete_subnet, SubnetId=subnet, DryRun=True) == "DryRunOperation"
    assert refusal(ec2.delete_subnet, SubnetId="subnet-0123456789abcdef0") == "InvalidSubnetID.NotFound"
    assert refusal(ec2.delete_vpc, VpcId="vpc-0123456789abcdef0") == "InvalidVpcID.NotFound"


@pytest.mark.usefixtures("jealous")
def test_a_policy_is_held_by_those_it_bounds_and_a_bucket_name_by_the_bucket_before(connect: Connect) -> None:
    iam, s3 = connect("iam"), connect("s3")
    allow = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    policy = iam.create_policy(PolicyName="p", PolicyDocument=allow)["Policy"]["Arn"]
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=policy)
    assert refusal(iam.delete_policy, PolicyArn=policy) == "DeleteConflict"
    iam.delete_role(RoleName="r")
    iam.delete_policy(PolicyArn=policy)
    bucket = {"Bucket": "some-bucket", "CreateBucketConfiguration": {"LocationConstraint": REGION}}
    s3.create_bucket(**bucket)
    s3.delete_bucket(Bucket="some-bucket")
    assert refusal(s3.create_bucket, **bucket) == "OperationAborted"
    s3.create_bucket(**bucket)
