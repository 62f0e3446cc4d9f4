"""What the tests' behaviours show late, do slowly, lose and throttle."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.behaviours import Late, Lossy, Slow, Throttling

from .conftest import REGION, behaving, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.embedded.server import Running

    from .conftest import Connect

TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'


# -- Late


def test_what_was_made_is_missing_from_the_next_reads(server: Running, ec2: Any) -> None:
    def shown() -> list[str]:
        return [vpc["VpcId"] for vpc in ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]]

    with behaving(server, Late(3)):
        made = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        assert shown() == []
        assert refusal(ec2.describe_vpcs, VpcIds=[made]) == "InvalidVpcID.NotFound"
        assert refusal(ec2.describe_vpc_attribute, VpcId=made, Attribute="enableDnsSupport") == "InvalidVpcID.NotFound"
        assert shown() == [made]
        of_vpc = [{"Name": "vpc-id", "Values": [made]}]
        assert [len(ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"]) for _ in range(5)] == [0, 0, 0, 1, 1]


def test_what_was_deleted_stays_in_the_next_lists(server: Running, ec2: Any, vpc: str, subnet: str) -> None:
    def shown(**asked: Any) -> list[str]:
        return [found["SubnetId"] for found in ec2.describe_subnets(**asked)["Subnets"] if found["VpcId"] == vpc]

    ours, others = ([{"Name": "tag:a", "Values": [value]}] for value in ("b", "c"))
    with behaving(server, Late(2)):
        ec2.create_tags(Resources=[subnet], Tags=[{"Key": "a", "Value": "b"}])
        assert shown() == [subnet]
        ec2.delete_subnet(SubnetId=subnet)
        assert refusal(ec2.delete_subnet, SubnetId=subnet) == "InvalidSubnetID.NotFound"
        assert shown(Filters=others) == []
        assert [shown(Filters=ours) for _ in range(3)] == [[subnet], [subnet], []]


@pytest.mark.parametrize("service", ["iam", "kms", "logs", "s3"])
def test_other_services_are_late_too(server: Running, connect: Connect, service: str) -> None:
    client = connect(service)
    kinds: dict[str, tuple[str, str, dict[str, str], Callable[[], list[Any]]]] = {
        "iam": ("create_role", "get_role", {"RoleName": "a"}, lambda: client.list_roles()["Roles"]),
        "kms": ("create_key", "describe_key", {}, lambda: client.list_keys()["Keys"]),
        "logs": ("create_log_group", "", {"logGroupName": "a"}, lambda: client.describe_log_groups()["logGroups"]),
        "s3": ("create_bucket", "head_bucket", {"Bucket": "some-bucket"}, lambda: client.list_buckets()["Buckets"]),
    }
    make, read, asked, listed = kinds[service]
    more: dict[str, Any] = {
        "iam": {"AssumeRolePolicyDocument": TRUST},
        "s3": {"CreateBucketConfiguration": {"LocationConstraint": REGION}},
    }
    with behaving(server, Late(2)):
        made = getattr(client, make)(**asked, **more.get(service, {}))
        named = asked or {"KeyId": made["KeyMetadata"]["KeyId"]}
        assert listed() == []
        if read:
            assert refusal(getattr(client, read), **named) in ("NoSuchEntity", "NotFoundException", "404")
        else:
            assert listed() == []
        assert len(listed()) == 1


# -- Slow


def test_a_nat_gateway_comes_and_goes_slowly(server: Running, ec2: Any, subnet: str, address: str) -> None:
    def state(nat: str) -> str:
        return str(ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"])

    with behaving(server, Slow(2)):
        made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]
        nat = made["NatGatewayId"]
        assert [made["State"], *(state(nat) for _ in range(3))] == ["pending", "pending", "pending", "available"]
        ec2.delete_nat_gateway(NatGatewayId=nat)
        ec2.delete_nat_gateway(NatGatewayId=nat)
        assert refusal(ec2.release_address, AllocationId=address) == "InvalidIPAddress.InUse"
        assert [state(nat) for _ in range(3)] == ["deleting", "deleting", "deleted"]
        ec2.release_address(AllocationId=address)


# -- Lossy and Throttling


def test_a_lost_answer_is_lost_once_and_its_call_carried_out(server: Running, ec2: Any) -> None:
    watching = Lossy()
    with behaving(server, watching):
        ec2.create_vpc(CidrBlock="10.0.0.0/16")
    lossy = Lossy(watching.carried_out)
    with behaving(server, lossy):
        with pytest.raises(ConnectionClosedError):
            ec2.create_vpc(CidrBlock="10.0.0.0/16")
        ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert (lossy.lost, lossy.lose) == (watching.carried_out, set())
    assert len([vpc for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]) == 3


def test_calls_have_the_same_words_whatever_their_ids(server: Running, ec2: Any) -> None:
    step = [{"ResourceType": "vpc", "Tags": [{"Key": "provisioner:step", "Value": "Vpc/a"}]}]
    words = []
    for _ in range(2):
        server.reset()
        watching = Lossy()
        with behaving(server, watching):
            vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=step)["Vpc"]["VpcId"]
            tables = [ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(2)]
            for table in tables:
                ec2.delete_route_table(RouteTableId=table)
        words.append(watching.carried_out)
    assert words[0] == words[1]
    assert words[0][-2:] == [f'ec2:DeleteRouteTable {{"ClientToken": null, "RouteTableId": "?"}} {n}' for n in range(2)]


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("ec2", "describe_vpcs", "RequestLimitExceeded"),
        ("iam", "list_roles", "Throttling"),
        ("kms", "list_keys", "ThrottlingException"),
        ("s3", "list_buckets", "SlowDown"),
    ],
)
def test_each_service_throttles_in_its_own_words(server: Running, connect: Connect, service: str, call: str, code: str) -> None:
    with behaving(server, Throttling(1.0, 0)):
        assert refusal(getattr(connect(service), call)) == code


def test_the_same_dice_throttle_the_same_share(server: Running, connect: Connect) -> None:
    def answered() -> list[str]:
        with behaving(server, Throttling(0.3, 7)):
            before = len(server.calls)
            for _ in range(100):
                with suppress(ClientError):
                    connect("sts").get_caller_identity()
            return [call.outcome for call in list(server.calls)[before:]]

    first = answered()
    assert 20 < first.count("Throttling") < 40
    assert answered() == first
