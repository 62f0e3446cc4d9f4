"""What AWS refuses to delete."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.lifelike.dependencies import Jealous

from ..conftest import REGION, behaving, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.embedded.server import Running

    from ..conftest import Connect

_FILE = io.BytesIO()
with zipfile.ZipFile(_FILE, "w") as _archive:
    _archive.writestr("h.py", "def h(*_): ...")
ZIP = _FILE.getvalue()
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
    assert refusal(ec2.delete_nat_gateway, NatGatewayId="nat-0123456789abcdef0") == "NatGatewayNotFound"


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


@pytest.mark.usefixtures("jealous")
def test_an_interface_is_held_by_its_instance_and_by_the_service_that_made_it(ec2: Any, subnet: str, nat: str) -> None:
    [made] = ec2.describe_network_interfaces()["NetworkInterfaces"]
    ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=subnet, InstanceType="t3.micro")
    interfaces = {one["NetworkInterfaceId"] for one in ec2.describe_network_interfaces()["NetworkInterfaces"]}
    assert len(interfaces) == 2
    assert made["NetworkInterfaceId"] in interfaces
    for held in interfaces:
        assert refusal(ec2.delete_network_interface, NetworkInterfaceId=held) == "InvalidParameterValue"
    own = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    ec2.delete_network_interface(NetworkInterfaceId=own)
    assert refusal(ec2.delete_network_interface, NetworkInterfaceId=own) == "InvalidNetworkInterfaceID.NotFound"


@pytest.mark.usefixtures("jealous")
def test_an_interface_of_a_function_may_be_deleted_once_that_is_gone(connect: Connect, ec2: Any, vpc: str, subnet: str) -> None:
    iam, lambda_ = connect("iam"), connect("lambda")
    trust = TRUST.replace('"AWS": "*"', '"Service": "lambda.amazonaws.com"')
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole")
    lambda_.create_function(
        FunctionName="f",
        Runtime="python3.12",
        Role=role,
        Handler="h.h",
        Code={"ZipFile": ZIP},
        VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group(ec2, vpc, "g")]},
    )
    [made] = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert refusal(ec2.delete_network_interface, NetworkInterfaceId=made["NetworkInterfaceId"]) == "InvalidParameterValue"
    lambda_.delete_function(FunctionName="f")
    ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])


SEEN = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}


def _rules(statement: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Name": "r", "Priority": 0, "Statement": statement, "Action": {"Count": {}}, "VisibilityConfig": SEEN}]


@pytest.mark.usefixtures("jealous")
def test_what_the_rules_of_a_web_acl_refer_to_is_held_by_it(connect: Connect) -> None:
    waf, scope = connect("wafv2"), {"Scope": "REGIONAL"}
    addresses = waf.create_ip_set(Name="a", IPAddressVersion="IPV4", Addresses=["192.0.2.1/32"], **scope)["Summary"]
    inner = _rules({"IPSetReferenceStatement": {"ARN": addresses["ARN"]}})
    rules = waf.create_rule_group(Name="g", Capacity=1, Rules=inner, VisibilityConfig=SEEN, **scope)["Summary"]
    reference = {"Name": "r", "Priority": 0, "OverrideAction": {"None": {}}, "VisibilityConfig": SEEN}
    reference["Statement"] = {"RuleGroupReferenceStatement": {"ARN": rules["ARN"]}}
    acl = waf.create_web_acl(Name="w", DefaultAction={"Allow": {}}, Rules=[reference], VisibilityConfig=SEEN, **scope)[
        "Summary"
    ]
    some_token = "01234567-89ab-cdef-0123-456789abcdef"
    in_use = "WAFAssociatedItemException"
    assert refusal(waf.delete_ip_set, Name="a", Id=addresses["Id"], LockToken=some_token, **scope) == in_use
    group = {"Name": "g", "Id": rules["Id"], "LockToken": rules["LockToken"], **scope}
    assert refusal(waf.delete_rule_group, **group) == in_use
    waf.delete_web_acl(Name="w", Id=acl["Id"], LockToken=acl["LockToken"], **scope)
    waf.delete_rule_group(**group)
