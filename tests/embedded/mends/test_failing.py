"""Creations that AWS accepts, and of which nothing comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.call import Answer, Behaviour, Call
from provisioner.embedded.mends.failing import CAN_FAIL, fail

from ..conftest import REGION, behaving
from .test_lambda import about, make_role
from .test_rds_instances import CLUSTER, MEMBER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.embedded.server import Running

    from ..conftest import Connect
    from .conftest import AwsTime


class Unlucky(Behaviour):
    """Every creation that can end badly does."""

    def __init__(self, *words: str) -> None:
        self._words = words

    def after(self, call: Call, answer: Answer) -> Answer:
        if str(call) in CAN_FAIL and isinstance(answer.content, dict):
            fail(call, answer.content, *self._words)
        return answer


@pytest.fixture
def unlucky(server: Running) -> Iterator[None]:
    with behaving(server, Unlucky()):
        yield


def _nat(ec2: Any) -> dict[str, Any]:
    (found,) = ec2.describe_nat_gateways()["NatGateways"]
    return dict(found)


@pytest.mark.usefixtures("unlucky")
def test_a_nat_gateway_fails_and_lets_its_address_go(time: AwsTime, ec2: Any, subnet: str, address: str) -> None:
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    assert _nat(ec2)["State"] == "pending"
    time.passes(120)
    failed = {name: _nat(ec2)[name] for name in ("State", "FailureCode", "FailureMessage")}
    message = "Network has no Internet gateway attached"
    assert failed == {"State": "failed", "FailureCode": "Gateway.NotAttached", "FailureMessage": message}
    ec2.release_address(AllocationId=address)
    ec2.delete_nat_gateway(NatGatewayId=made)
    assert _nat(ec2)["State"] == "deleting"
    time.passes(120)
    assert _nat(ec2)["State"] == "deleted"


def test_it_fails_for_the_reason_that_is_given(time: AwsTime, server: Running, ec2: Any, subnet: str, address: str) -> None:
    with behaving(server, Unlucky("InternalError", "no more")):
        ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)
    assert _nat(ec2)["State"] == "pending"
    time.passes(120)
    assert (_nat(ec2)["FailureCode"], _nat(ec2)["FailureMessage"]) == ("InternalError", "no more")
    time.passes(3600)
    ec2.describe_vpcs()
    assert ec2.describe_nat_gateways()["NatGateways"] == []


@pytest.mark.usefixtures("unlucky")
def test_where_no_clock_goes_it_fails_at_once(ec2: Any, subnet: str, address: str) -> None:
    ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)
    assert _nat(ec2)["State"] == "failed"


@pytest.mark.usefixtures("unlucky")
def test_an_endpoint_fails(time: AwsTime, ec2: Any, vpc: str) -> None:
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3")["VpcEndpoint"]["VpcEndpointId"]

    def shown() -> dict[str, Any]:
        return dict(ec2.describe_vpc_endpoints()["VpcEndpoints"][0])

    assert (shown()["State"], "LastError" in shown()) == ("pending", False)
    time.passes(5)
    assert (shown()["State"], shown()["LastError"]["Code"]) == ("failed", "InternalError")
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made])
    assert shown()["State"] == "deleting"


@pytest.mark.usefixtures("unlucky")
def test_a_load_balancer_fails(time: AwsTime, ec2: Any, connect: Connect) -> None:
    elbv2, subnets = connect("elbv2"), [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
    elbv2.create_load_balancer(Name="lb", Scheme="internal", Subnets=subnets)

    def state() -> dict[str, str]:
        return dict(elbv2.describe_load_balancers()["LoadBalancers"][0]["State"])

    assert state() == {"Code": "provisioning"}
    time.passes(150)
    assert state() == {"Code": "failed", "Reason": "The load balancer could not be set up"}


@pytest.mark.usefixtures("unlucky")
def test_a_function_fails(time: AwsTime, connect: Connect) -> None:
    functions = connect("lambda")
    functions.create_function(**about(make_role(connect)))

    def shown() -> tuple[str, str]:
        found = functions.get_function_configuration(FunctionName="f")
        return found["State"], found["StateReasonCode"]

    assert shown() == ("Pending", "Creating")
    time.passes(5)
    assert shown() == ("Failed", "EniLimitExceeded")


@pytest.mark.usefixtures("unlucky")
def test_a_certificate_fails(time: AwsTime, connect: Connect) -> None:
    acm = connect("acm")
    arn = acm.request_certificate(DomainName="example.com", ValidationMethod="DNS")["CertificateArn"]

    def shown() -> tuple[str, str]:
        found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        return found["Status"], found.get("FailureReason", "")

    assert shown() == ("PENDING_VALIDATION", "")
    time.passes(60)
    assert shown() == ("FAILED", "CAA_ERROR")


@pytest.mark.usefixtures("unlucky")
def test_a_database_instance_fails(time: AwsTime, connect: Connect) -> None:
    rds = connect("rds")
    rds.create_db_cluster(**CLUSTER)
    rds.create_db_instance(DBInstanceIdentifier="i", **MEMBER)

    def status() -> str:
        return str(rds.describe_db_instances()["DBInstances"][0]["DBInstanceStatus"])

    assert status() == "creating"
    time.passes(420)
    assert status() == "incompatible-network"
    rds.delete_db_instance(DBInstanceIdentifier="i", SkipFinalSnapshot=True)
    assert status() == "deleting"
