"""With a clock, what the network is made of comes and goes as slowly as AWS has it, and holds what it has until it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.clock import going

from ..conftest import REGION, refusal

if TYPE_CHECKING:
    from ..conftest import Connect
    from .conftest import AwsTime

KMS, S3 = (f"com.amazonaws.{REGION}.{service}" for service in ("kms", "s3"))
IMAGE = "ami-12c6146b"


def interfaces(ec2: Any) -> list[str]:
    return [one["NetworkInterfaceId"] for one in ec2.describe_network_interfaces()["NetworkInterfaces"]]


@pytest.fixture
def nat(ec2: Any, subnet: str, address: str) -> str:
    return str(ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"])


def _nat(ec2: Any) -> dict[str, Any]:
    (found,) = ec2.describe_nat_gateways()["NatGateways"]
    return dict(found)


def test_a_vpc_and_its_subnet_come_in_a_second(time: AwsTime, ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]
    subnet = ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.0.1.0/24")["Subnet"]

    def states() -> list[str]:
        [shown] = ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"]
        [within] = ec2.describe_subnets(SubnetIds=[subnet["SubnetId"]])["Subnets"]
        return [shown["State"], within["State"]]

    assert [vpc["State"], subnet["State"], *states()] == ["pending"] * 4
    time.passes(1)
    assert states() == ["available"] * 2


def test_a_nat_gateway_comes_in_two_minutes(time: AwsTime, ec2: Any, nat: str) -> None:
    assert _nat(ec2)["State"] == "pending"
    time.passes(119)
    assert _nat(ec2)["State"] == "pending"
    time.passes(1)
    assert _nat(ec2)["State"] == "available"


def test_a_nat_gateway_holds_its_address_and_its_interface_until_it_is_deleted(
    time: AwsTime, ec2: Any, nat: str, address: str
) -> None:
    time.passes(120)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    time.passes(60)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert (_nat(ec2)["State"], len(interfaces(ec2))) == ("deleting", 1)
    assert refusal(ec2.release_address, AllocationId=address) == "InvalidIPAddress.InUse"
    time.passes(60)
    ec2.release_address(AllocationId=address)
    assert (_nat(ec2)["State"], interfaces(ec2)) == ("deleted", [])


def test_a_deleted_nat_gateway_is_shown_for_an_hour(time: AwsTime, ec2: Any, nat: str) -> None:
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert _nat(ec2)["State"] == "deleting"
    time.passes(120)
    assert [_nat(ec2)["State"] for _ in range(2)] == ["deleted"] * 2
    time.passes(3599)
    assert _nat(ec2)["State"] == "deleted"
    time.passes(1)
    assert ec2.describe_nat_gateways()["NatGateways"] == []


def _endpoint(ec2: Any, vpc: str, **more: Any) -> str:
    return str(ec2.create_vpc_endpoint(VpcId=vpc, **more)["VpcEndpoint"]["VpcEndpointId"])


def _state(ec2: Any) -> str:
    (found,) = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    return str(found["State"])


def test_an_interface_endpoint_comes_and_goes_in_two_minutes(time: AwsTime, ec2: Any, vpc: str, subnet: str) -> None:
    for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
        ec2.modify_vpc_attribute(VpcId=vpc, **{attribute: {"Value": True}})
    wanted = {"ServiceName": KMS, "VpcEndpointType": "Interface", "SubnetIds": [subnet]}
    endpoint = _endpoint(ec2, vpc, **wanted)
    time.passes(119)
    assert _state(ec2) == "pending"
    time.passes(1)
    assert _state(ec2) == "available"
    for _ in range(2):
        assert ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"] == []
        time.passes(59)
    [interface] = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert (_state(ec2), interface["SubnetId"], len(interface["Groups"])) == ("deleting", subnet, 1)
    assert refusal(ec2.create_vpc_endpoint, VpcId=vpc, **wanted) == "InvalidParameter"
    time.passes(2)
    assert (_state(ec2), interfaces(ec2), _state(ec2)) == ("deleted", [], "deleted")
    time.passes(600)
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []


def test_a_gateway_endpoint_comes_and_goes_in_seconds(time: AwsTime, ec2: Any, vpc: str) -> None:
    endpoint = _endpoint(ec2, vpc, ServiceName=S3)
    assert _state(ec2) == "pending"
    time.passes(5)
    assert _state(ec2) == "available"
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert _state(ec2) == "deleting"
    time.passes(5)
    assert _state(ec2) == "deleted"


def test_an_instance_holds_its_interface_until_it_is_terminated(time: AwsTime, ec2: Any, subnet: str) -> None:
    made = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]["InstanceId"]

    def state() -> str:
        return str(ec2.describe_instances()["Reservations"][0]["Instances"][0]["State"]["Name"])

    for _ in range(2):
        ec2.terminate_instances(InstanceIds=[made])
        time.passes(29)
    assert (state(), len(interfaces(ec2))) == ("shutting-down", 1)
    time.passes(2)
    assert (state(), interfaces(ec2)) == ("terminated", [])
    ec2.terminate_instances(InstanceIds=[made])
    assert state() == "terminated"


def test_a_locked_instance_is_not_terminated_and_loses_nothing(time: AwsTime, ec2: Any, subnet: str) -> None:
    made = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]["InstanceId"]
    ec2.modify_instance_attribute(InstanceId=made, DisableApiTermination={"Value": True})
    assert refusal(ec2.terminate_instances, InstanceIds=[made]) == "OperationNotPermitted"
    ec2.modify_instance_attribute(InstanceId=made, DisableApiTermination={"Value": False})
    ec2.terminate_instances(InstanceIds=[made])
    time.passes(60)
    ec2.describe_vpcs()
    assert interfaces(ec2) == []


def test_a_load_balancer_comes_in_minutes_and_its_interfaces_outlive_it(time: AwsTime, ec2: Any, connect: Connect) -> None:
    elbv2, subnets = connect("elbv2"), [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
    made = elbv2.create_load_balancer(Name="lb", Scheme="internal", Subnets=subnets)["LoadBalancers"][0]

    def code() -> str:
        return str(elbv2.describe_load_balancers()["LoadBalancers"][0]["State"]["Code"])

    assert [made["State"]["Code"], code()] == ["provisioning"] * 2
    time.passes(150)
    assert code() == "active"
    elbv2.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])
    assert elbv2.describe_load_balancers()["LoadBalancers"] == []
    time.passes(149)
    assert len(interfaces(ec2)) == 2
    time.passes(1)
    # Nobody looks at them.
    ec2.describe_vpcs()
    assert interfaces(ec2) == []


def test_what_is_deleted_while_it_comes_never_comes(time: AwsTime, ec2: Any, connect: Connect, nat: str) -> None:
    ec2.delete_nat_gateway(NatGatewayId=nat)
    time.passes(60)
    ec2.describe_vpcs()
    assert _nat(ec2)["State"] == "deleting"


def test_a_fast_clock_makes_nobody_wait(ec2: Any, subnet: str, address: str) -> None:
    with going(1e-6):
        ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)
        assert [_nat(ec2)["State"] for _ in range(2)] == ["pending", "available"]
