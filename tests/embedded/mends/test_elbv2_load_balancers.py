"""Load balancers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import ACCOUNT, REGION, refusal

if TYPE_CHECKING:
    from ..conftest import Connect

WRITER = {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}


@pytest.fixture
def elbv2(connect: Connect) -> Any:
    return connect("elbv2")


@pytest.fixture
def subnets(ec2: Any) -> list[str]:
    """One in each zone of the default VPC."""
    return [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]


def make(elbv2: Any, subnets: list[str], **more: Any) -> dict[str, Any]:
    asked = {"Name": "lb", "Scheme": "internal", "Subnets": subnets[:2], **more}
    return dict(elbv2.create_load_balancer(**asked)["LoadBalancers"][0])


@pytest.fixture
def balancer(elbv2: Any, subnets: list[str]) -> str:
    return str(make(elbv2, subnets)["LoadBalancerArn"])


def attributes(elbv2: Any, balancer: str) -> dict[str, str]:
    shown = elbv2.describe_load_balancer_attributes(LoadBalancerArn=balancer)["Attributes"]
    return {one["Key"]: one["Value"] for one in shown}


def change(elbv2: Any, balancer: str, **wanted: str) -> Any:
    pairs = [{"Key": key.replace("__", "."), "Value": value} for key, value in wanted.items()]
    return elbv2.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=pairs)


def interfaces(ec2: Any) -> list[dict[str, Any]]:
    return list(ec2.describe_network_interfaces()["NetworkInterfaces"])


@pytest.mark.parametrize("name", ["a" * 33, "-a", "a-", "internal-a", "a_b"])
def test_a_name_is_short_and_plain(elbv2: Any, subnets: list[str], name: str) -> None:
    assert refusal(make, elbv2=elbv2, subnets=subnets, Name=name) == "ValidationError"


def test_the_same_again_is_the_same_one_and_another_of_its_name_is_refused(elbv2: Any, subnets: list[str]) -> None:
    first = make(elbv2, subnets)
    assert make(elbv2, subnets, Tags=[{"Key": "a", "Value": "b"}])["LoadBalancerArn"] == first["LoadBalancerArn"]
    for other in ({"Subnets": subnets[1:3]}, {"Type": "network"}):
        assert refusal(make, elbv2=elbv2, subnets=subnets, **other) == "DuplicateLoadBalancerName"
    assert len(elbv2.describe_load_balancers()["LoadBalancers"]) == 1


def test_it_needs_two_zones_and_one_subnet_in_each(ec2: Any, elbv2: Any, subnets: list[str]) -> None:
    asked = {"elbv2": elbv2, "subnets": subnets}
    assert refusal(make, **asked, Subnets=subnets[:1]) == "ValidationError"
    assert make(elbv2, subnets, Name="nlb", Type="network", Subnets=subnets[:1])["Type"] == "network"
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    zone = ec2.describe_subnets(SubnetIds=subnets[:1])["Subnets"][0]["AvailabilityZone"]
    twin = ec2.create_subnet(VpcId=vpc, CidrBlock="172.31.128.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
    assert refusal(make, **asked, Subnets=[*subnets[:2], twin]) == "InvalidConfigurationRequest"
    assert refusal(make, **asked, Subnets=["subnet-1", subnets[0]]) == "SubnetNotFound"
    assert refusal(make, **asked, IpAddressType="dualstack") == "ValidationError"


def test_an_internet_facing_one_needs_an_internet_gateway(ec2: Any, elbv2: Any, subnets: list[str]) -> None:
    asked = {"Name": "lb", "Subnets": subnets[:2]}
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    assert refusal(elbv2.create_load_balancer, **asked) == "InvalidSubnet"
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    made = elbv2.create_load_balancer(**asked)["LoadBalancers"][0]
    assert (made["Scheme"], made["DNSName"].startswith("internal-")) == ("internet-facing", False)
    assert all("Association" in one for one in interfaces(ec2))


def test_security_groups_are_of_its_vpc_or_the_vpcs_default(ec2: Any, elbv2: Any, subnets: list[str]) -> None:
    made = make(elbv2, subnets)
    [default] = made["SecurityGroups"]
    assert ec2.describe_security_groups(GroupIds=[default])["SecurityGroups"][0]["GroupName"] == "default"
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    foreign = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    change_groups = {"LoadBalancerArn": made["LoadBalancerArn"]}
    assert refusal(elbv2.set_security_groups, **change_groups, SecurityGroups=[foreign]) == "InvalidConfigurationRequest"
    assert refusal(elbv2.set_security_groups, **change_groups, SecurityGroups=["sg-1"]) == "InvalidSecurityGroup"
    bare = make(elbv2, subnets, Name="nlb", Type="network")["LoadBalancerArn"]
    wanted = {"LoadBalancerArn": bare, "SecurityGroups": [default]}
    assert refusal(elbv2.set_security_groups, **wanted) == "InvalidConfigurationRequest"


def test_it_is_provisioning_for_two_looks(elbv2: Any, balancer: str) -> None:
    looks = [elbv2.describe_load_balancers(LoadBalancerArns=[balancer])["LoadBalancers"][0]["State"]["Code"] for _ in range(4)]
    assert looks == ["provisioning", "provisioning", "active", "active"]
    assert refusal(elbv2.describe_load_balancers, Names=["none"]) == "LoadBalancerNotFound"


def test_what_names_and_places_it(elbv2: Any, subnets: list[str]) -> None:
    alb, nlb = make(elbv2, subnets), make(elbv2, subnets, Name="nlb", Type="network")
    assert alb["DNSName"].startswith("internal-lb-")
    assert alb["DNSName"].endswith(f".{REGION}.elb.amazonaws.com")
    assert nlb["DNSName"].endswith(f".elb.{REGION}.amazonaws.com")
    assert (alb["CanonicalHostedZoneId"], nlb["CanonicalHostedZoneId"]) == ("Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90")
    assert ":loadbalancer/net/nlb/" in nlb["LoadBalancerArn"]
    assert elbv2.describe_tags(ResourceArns=[nlb["LoadBalancerArn"]])["TagDescriptions"][0]["Tags"] == []


def test_a_new_one_shows_all_attributes_of_its_kind_and_takes_no_others(elbv2: Any, subnets: list[str], balancer: str) -> None:
    shown = attributes(elbv2, balancer)
    assert len(shown) > 20
    assert (shown["routing.http2.enabled"], shown["ipv6.deny_all_igw_traffic"]) == ("true", "true")
    nlb = make(elbv2, subnets, Name="nlb", Type="network")["LoadBalancerArn"]
    assert "routing.http2.enabled" not in attributes(elbv2, nlb)
    assert refusal(change, elbv2=elbv2, balancer=nlb, idle_timeout__timeout_seconds="1") == "ValidationError"
    answer = change(elbv2, balancer, idle_timeout__timeout_seconds="90")["Attributes"]
    assert len(answer) == len(shown)
    assert attributes(elbv2, balancer)["idle_timeout.timeout_seconds"] == "90"
    assert refusal(change, elbv2=elbv2, balancer=balancer[:-1], waf__fail_open__enabled="true") == "LoadBalancerNotFound"


@pytest.mark.parametrize(
    "principal",
    [WRITER, {"AWS": "arn:aws:iam::054676820928:root"}, {"AWS": "054676820928"}, {"Service": "delivery.logs.amazonaws.com"}],
)
def test_access_logs_need_a_bucket_that_lets_their_writer_in(
    connect: Connect, elbv2: Any, balancer: str, principal: dict[str, str]
) -> None:
    s3 = connect("s3")

    def refused(**more: str) -> str | None:
        wanted = {"access_logs__s3__enabled": "true", "access_logs__s3__bucket": "logs-of-all", **more}
        try:
            change(elbv2, balancer, **wanted)
        except elbv2.exceptions.InvalidConfigurationRequestException as error:
            return str(error.response["Error"]["Message"])
        return None

    denied = "Access Denied for bucket: logs-of-all. Please check S3bucket permission"
    assert refused() == denied
    s3.create_bucket(Bucket="logs-of-all", CreateBucketConfiguration={"LocationConstraint": REGION})
    assert refused() == denied
    allowed = {"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject"}
    resource = f"arn:aws:s3:::logs-of-all/lb/AWSLogs/{ACCOUNT}/*"
    policy = {"Version": "2012-10-17", "Statement": [{**allowed, "Resource": resource}]}
    s3.put_bucket_policy(Bucket="logs-of-all", Policy=json.dumps(policy))
    assert refused() == denied
    for_network = principal == {"Service": "delivery.logs.amazonaws.com"}
    assert refused(access_logs__s3__prefix="lb") == (denied if for_network else None)
    assert attributes(elbv2, balancer)["access_logs.s3.enabled"] == ("false" if for_network else "true")
    assert refused(access_logs__s3__prefix="AWSLogs") == "The prefix cannot contain 'AWSLogs'"
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket="logs-of-all", ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert refused(access_logs__s3__prefix="lb") == denied


def test_a_network_one_writes_its_logs_as_another_service(connect: Connect, elbv2: Any, subnets: list[str]) -> None:
    s3, nlb = connect("s3"), make(elbv2, subnets, Type="network")["LoadBalancerArn"]
    s3.create_bucket(Bucket="logs-of-nlb", CreateBucketConfiguration={"LocationConstraint": REGION})
    allowed = {"Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "s3:*"}
    plain = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    statements = [one | {"Resource": "arn:aws:s3:::logs-of-nlb/*"} for one in (allowed, plain)]
    s3.put_bucket_policy(Bucket="logs-of-nlb", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    change(elbv2, nlb, access_logs__s3__enabled="true", access_logs__s3__bucket="logs-of-nlb")
    assert attributes(elbv2, nlb)["access_logs.s3.bucket"] == "logs-of-nlb"


def test_a_protected_one_is_not_deleted_and_a_missing_one_is(elbv2: Any, balancer: str) -> None:
    change(elbv2, balancer, deletion_protection__enabled="true")
    assert refusal(elbv2.delete_load_balancer, LoadBalancerArn=balancer) == "OperationNotPermitted"
    change(elbv2, balancer, deletion_protection__enabled="false")
    elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    assert refusal(elbv2.describe_tags, ResourceArns=[balancer]) == "LoadBalancerNotFound"


def test_an_interface_stands_in_each_subnet_and_leaves_two_looks_after_it(
    ec2: Any, elbv2: Any, subnets: list[str], balancer: str
) -> None:
    name = balancer.partition(":loadbalancer/")[2]
    before = interfaces(ec2)
    assert {one["SubnetId"] for one in before} == set(subnets[:2])
    assert {(one["Description"], one["RequesterManaged"], one["RequesterId"]) for one in before} == {
        (f"ELB {name}", True, "amazon-elb")
    }
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    other = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    elbv2.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=[other])
    elbv2.set_subnets(LoadBalancerArn=balancer, Subnets=subnets[1:3])
    after = interfaces(ec2)
    assert {one["SubnetId"] for one in after} == set(subnets[1:3])
    assert {group["GroupId"] for one in after for group in one["Groups"]} == {other}
    elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    assert [len(interfaces(ec2)) for _ in range(4)] == [2, 2, 0, 0]


def test_addresses_of_a_network_one_are_held_by_its_interfaces(ec2: Any, elbv2: Any, subnets: list[str], address: str) -> None:
    mapping = {"SubnetId": subnets[0], "AllocationId": address}
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=ec2.describe_vpcs()["Vpcs"][0]["VpcId"])
    made = elbv2.create_load_balancer(Name="nlb", Type="network", SubnetMappings=[mapping])["LoadBalancers"][0]
    assert made["AvailabilityZones"][0]["LoadBalancerAddresses"] == [{"AllocationId": address}]
    assert interfaces(ec2)[0]["InterfaceType"] == "network_load_balancer"
    assert refusal(ec2.release_address, AllocationId=address) == "InvalidIPAddress.InUse"
    elbv2.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])
    for _ in range(3):
        ec2.describe_addresses()
    ec2.release_address(AllocationId=address)


def test_pools_and_reserved_capacity_read_back(elbv2: Any, balancer: str) -> None:
    named = {"LoadBalancerArn": balancer}
    elbv2.modify_ip_pools(**named, IpamPools={"Ipv4IpamPoolId": "ipam-pool-1"})
    assert elbv2.describe_load_balancers()["LoadBalancers"][0]["IpamPools"] == {"Ipv4IpamPoolId": "ipam-pool-1"}
    elbv2.modify_ip_pools(**named, RemoveIpamPools=["ipv4"])
    assert "IpamPools" not in elbv2.describe_load_balancers()["LoadBalancers"][0]
    elbv2.modify_capacity_reservation(**named, MinimumLoadBalancerCapacity={"CapacityUnits": 100})
    assert elbv2.describe_capacity_reservation(**named)["MinimumLoadBalancerCapacity"] == {"CapacityUnits": 100}
    elbv2.modify_capacity_reservation(**named, ResetCapacityReservation=True)
    assert "MinimumLoadBalancerCapacity" not in elbv2.describe_capacity_reservation(**named)


def test_fifty_tags_are_taken_and_twenty_resources_described(elbv2: Any, balancer: str) -> None:
    tags = [{"Key": str(number), "Value": "x"} for number in range(51)]
    elbv2.add_tags(ResourceArns=[balancer], Tags=tags[:50])
    assert refusal(elbv2.add_tags, ResourceArns=[balancer], Tags=tags[50:]) == "TooManyTags"
    assert refusal(elbv2.describe_tags, ResourceArns=[balancer] * 21) == "ValidationError"


def test_both_kinds_of_addresses_need_subnets_that_have_them(ec2: Any, elbv2: Any, balancer: str) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    block = ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    dual = [
        ec2.create_subnet(
            VpcId=vpc["VpcId"],
            CidrBlock=f"10.0.{number}.0/24",
            Ipv6CidrBlock=block.replace("00::/56", f"0{number}::/64"),
            AvailabilityZone=f"{REGION}{zone}",
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    named = {"LoadBalancerArn": balancer}
    assert refusal(elbv2.set_ip_address_type, **named, IpAddressType="dualstack") == "ValidationError"
    made = make(elbv2, dual, Name="dual", IpAddressType="dualstack-without-public-ipv4")
    assert made["IpAddressType"] == "dualstack-without-public-ipv4"
    named = {"LoadBalancerArn": made["LoadBalancerArn"]}
    assert elbv2.set_ip_address_type(**named, IpAddressType="ipv4")["IpAddressType"] == "ipv4"
    assert elbv2.set_subnets(**named, Subnets=dual, IpAddressType="dualstack")["IpAddressType"] == "dualstack"


def test_what_only_network_ones_have_reads_back(ec2: Any, elbv2: Any, subnets: list[str]) -> None:
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    arn = make(elbv2, subnets, Type="network", SecurityGroups=[group])["LoadBalancerArn"]
    enforce = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
    elbv2.set_security_groups(LoadBalancerArn=arn, SecurityGroups=[group], **{enforce: "off"})
    mapping = {"SubnetId": subnets[0], "SourceNatIpv6Prefix": "2001:db8::/80"}
    elbv2.set_subnets(LoadBalancerArn=arn, SubnetMappings=[mapping], EnablePrefixForIpv6SourceNat="on")
    shown = elbv2.describe_load_balancers()["LoadBalancers"][0]
    assert (shown[enforce], shown["EnablePrefixForIpv6SourceNat"]) == ("off", "on")
    assert shown["AvailabilityZones"][0]["SourceNatIpv6Prefixes"] == ["2001:db8::/80"]
