"""What an account may have of each thing."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.conduct import Conduct
from provisioner.embedded.lifelike.quotas import Quotas
from provisioner.embedded.lifelike.service_quotas import QUOTAS
from provisioner.embedded.server import running

from ..conftest import REGION, behaving, make_client, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.embedded.server import Running

    from ..conftest import Connect

TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'
ALLOW = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
SEEN = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}


@pytest.fixture
def lowered(server: Running) -> Iterator[Callable[..., None]]:
    """Lowers quotas of this account."""
    with ExitStack() as stack:
        yield lambda **quotas: stack.enter_context(
            behaving(server, Quotas(QUOTAS, {name.replace("_", " "): most for name, most in quotas.items()}))
        )


def test_there_is_no_other_quota_than_those_that_have_a_name() -> None:
    with pytest.raises(ValueError, match="no such quota: Elephants, Tigers"):
        Quotas(QUOTAS, {"Tigers": 1, "VPCs per Region": 1, "Elephants": 1})


# What needs nothing else, by its quota: where that is 0, the first is one too many.
DISTRIBUTION = {
    "CallerReference": "1",
    "Comment": "",
    "Enabled": False,
    "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "a.example.com"}]},
    "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
}
CONTROL = {"Name": "a", "SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}
FAMILY = {"DBParameterGroupFamily": "aurora-mysql8.0", "Description": "d"}
FIRST: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("VPCs per Region", "ec2", "create_vpc", {"CidrBlock": "10.0.0.0/16"}, "VpcLimitExceeded"),
    ("EC2-VPC Elastic IPs", "ec2", "allocate_address", {}, "AddressLimitExceeded"),
    ("Internet gateways per Region", "ec2", "create_internet_gateway", {}, "InternetGatewayLimitExceeded"),
    (
        *("Application Load Balancers per Region", "elbv2", "create_load_balancer", {"Name": "a", "Subnets": ["subnet-1"]}),
        "TooManyLoadBalancers",
    ),
    (
        *("Target Groups per Region", "elbv2", "create_target_group", {"Name": "a", "Port": 80, "Protocol": "HTTP"}),
        "TooManyTargetGroups",
    ),
    (
        *("Auto Scaling groups per region", "autoscaling", "create_auto_scaling_group"),
        *({"AutoScalingGroupName": "a", "MinSize": 0, "MaxSize": 0, "AvailabilityZones": [f"{REGION}a"]}, "LimitExceeded"),
    ),
    (
        *("DB clusters", "rds", "create_db_cluster", {"DBClusterIdentifier": "a", "Engine": "aurora-mysql"}),
        "DBClusterQuotaExceededFault",
    ),
    (
        *("DB instances", "rds", "create_db_instance"),
        {"DBInstanceIdentifier": "a", "Engine": "aurora-mysql", "DBInstanceClass": "db.r6g.large"},
        "InstanceQuotaExceeded",
    ),
    (
        *("DB subnet groups", "rds", "create_db_subnet_group"),
        {"DBSubnetGroupName": "a", "DBSubnetGroupDescription": "d", "SubnetIds": ["subnet-1"]},
        "DBSubnetGroupQuotaExceeded",
    ),
    (
        *("Parameter groups", "rds", "create_db_parameter_group", {"DBParameterGroupName": "a", **FAMILY}),
        "DBParameterGroupQuotaExceeded",
    ),
    (
        *("DB cluster parameter groups", "rds", "create_db_cluster_parameter_group"),
        *({"DBClusterParameterGroupName": "a", **FAMILY}, "DBParameterGroupQuotaExceeded"),
    ),
    ("Roles per account", "iam", "create_role", {"RoleName": "a", "AssumeRolePolicyDocument": TRUST}, "LimitExceeded"),
    ("Instance profiles per account", "iam", "create_instance_profile", {"InstanceProfileName": "a"}, "LimitExceeded"),
    (
        *("Customer managed policies per account", "iam", "create_policy", {"PolicyName": "a", "PolicyDocument": ALLOW}),
        "LimitExceeded",
    ),
    (
        *("Web ACLs", "wafv2", "create_web_acl"),
        {"Name": "a", "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": SEEN},
        "WAFLimitsExceededException",
    ),
    (
        *("Web distributions per AWS account", "cloudfront", "create_distribution", {"DistributionConfig": DISTRIBUTION}),
        "TooManyDistributions",
    ),
    (
        *("Origin access controls per account", "cloudfront", "create_origin_access_control"),
        *({"OriginAccessControlConfig": CONTROL}, "TooManyOriginAccessControls"),
    ),
    ("Hosted zones", "route53", "create_hosted_zone", {"Name": "example.com", "CallerReference": "1"}, "TooManyHostedZones"),
    (
        *("General purpose buckets", "s3", "create_bucket"),
        {"Bucket": "some-bucket", "CreateBucketConfiguration": {"LocationConstraint": REGION}},
        "TooManyBuckets",
    ),
]


@pytest.mark.parametrize(("quota", "service", "operation", "parameters", "code"), FIRST, ids=[case[0] for case in FIRST])
def test_one_too_many_is_refused(
    connect: Connect, lowered: Any, quota: str, service: str, operation: str, parameters: dict[str, Any], code: str
) -> None:
    create = getattr(connect(service), operation)
    lowered(**{quota: 0})
    assert refusal(create, **parameters) == code


def test_what_a_region_was_born_with_counts_and_what_is_gone_does_not(ec2: Any, lowered: Any) -> None:
    lowered(**{"VPCs per Region": 2})
    made = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert refusal(ec2.create_vpc, CidrBlock="10.1.0.0/16") == "VpcLimitExceeded"
    ec2.delete_vpc(VpcId=made)
    ec2.create_vpc(CidrBlock="10.1.0.0/16")


def test_nat_gateways_are_counted_by_zone_and_a_repeated_create_is_none(ec2: Any, vpc: str, lowered: Any) -> None:
    lowered(**{"NAT gateways per Availability Zone": 1})
    one, other = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{letter}")["Subnet"][
            "SubnetId"
        ]
        for number, letter in enumerate("ab")
    )
    private = {"ConnectivityType": "private", "ClientToken": "once"}
    first = ec2.create_nat_gateway(SubnetId=one, **private)["NatGateway"]["NatGatewayId"]
    assert ec2.create_nat_gateway(SubnetId=one, **private)["NatGateway"]["NatGatewayId"] == first
    assert refusal(ec2.create_nat_gateway, SubnetId=one, ConnectivityType="private") == "NatGatewayLimitExceeded"
    ec2.create_nat_gateway(SubnetId=other, ConnectivityType="private")
    assert refusal(ec2.create_nat_gateway, SubnetId="subnet-1", ConnectivityType="private") == "InvalidSubnetID.NotFound"
    ec2.delete_nat_gateway(NatGatewayId=first)
    while ec2.describe_nat_gateways(NatGatewayIds=[first])["NatGateways"][0]["State"] != "deleted":
        pass
    ec2.create_nat_gateway(SubnetId=one, ConnectivityType="private")


def test_endpoints_are_counted_by_kind(ec2: Any, vpc: str, lowered: Any) -> None:
    lowered(**{"Interface VPC endpoints per VPC": 1, "Gateway VPC endpoints per Region": 1})
    interface = {"VpcId": vpc, "VpcEndpointType": "Interface", "PrivateDnsEnabled": False}
    gateway = {"VpcId": vpc, "ServiceName": f"com.amazonaws.{REGION}.s3", "ClientToken": "once"}
    ec2.create_vpc_endpoint(ServiceName=f"com.amazonaws.{REGION}.kms", **interface)
    ec2.create_vpc_endpoint(**gateway)
    ec2.create_vpc_endpoint(**gateway)
    second = {"ServiceName": f"com.amazonaws.{REGION}.logs"}
    assert refusal(ec2.create_vpc_endpoint, **second, **interface) == "VpcEndpointLimitExceeded"
    assert refusal(ec2.create_vpc_endpoint, **{**gateway, "ClientToken": "twice"}) == "VpcEndpointLimitExceeded"
    elsewhere = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    ec2.create_vpc_endpoint(**second, **{**interface, "VpcId": elsewhere})


@pytest.mark.parametrize(
    ("quota", "operation", "more", "code"),
    [
        ("Subnets per VPC", "create_subnet", {"CidrBlock": "10.0.0.0/24"}, "SubnetLimitExceeded"),
        ("Route tables per VPC", "create_route_table", {}, "RouteTableLimitExceeded"),
        ("Network ACLs per VPC", "create_network_acl", {}, "NetworkAclLimitExceeded"),
    ],
)
def test_parts_of_a_vpc_are_counted_in_it(
    ec2: Any, vpc: str, lowered: Any, quota: str, operation: str, more: dict[str, str], code: str
) -> None:
    other, create = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"], getattr(ec2, operation)
    born_with = 0 if operation == "create_subnet" else 1
    lowered(**{quota: 1 + born_with})
    token = {} if operation == "create_subnet" else {"ClientToken": "once"}
    create(VpcId=vpc, **more, **token)
    if token:
        create(VpcId=vpc, **more, **token)
    assert refusal(create, VpcId=vpc, **{**more, **({"CidrBlock": "10.0.1.0/24"} if more else {})}) == code
    create(VpcId=other, **more)


def test_rules_of_a_network_acl_are_counted_by_direction(ec2: Any, vpc: str, lowered: Any) -> None:
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    entry = {"NetworkAclId": acl, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "10.0.0.0/8"}
    lowered(**{"Rules per network ACL": 1})
    ec2.create_network_acl_entry(RuleNumber=1, Egress=True, **entry)
    assert refusal(ec2.create_network_acl_entry, RuleNumber=2, Egress=True, **entry) == "NetworkAclEntryLimitExceeded"
    ec2.create_network_acl_entry(RuleNumber=2, Egress=False, **entry)
    absent = {**entry, "NetworkAclId": "acl-1", "RuleNumber": 1, "Egress": True}
    assert refusal(ec2.create_network_acl_entry, **absent) != "NetworkAclEntryLimitExceeded"


def _https(port: int, **peers: Any) -> list[dict[str, Any]]:
    return [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peers}]


def test_a_prefix_list_counts_as_all_that_it_may_hold(ec2: Any, vpc: str, lowered: Any) -> None:
    lowered()
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    [edge] = ec2.describe_managed_prefix_lists(
        Filters=[{"Name": "prefix-list-name", "Values": ["com.amazonaws.global.cloudfront.origin-facing"]}]
    )["PrefixLists"]
    named = {"PrefixListIds": [{"PrefixListId": edge["PrefixListId"]}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=_https(443, **named))
    for port in range(5):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=_https(port, IpRanges=[{"CidrIp": "10.0.0.0/8"}]))
    last, code = {"UserIdGroupPairs": [{"GroupId": group}]}, "RulesPerSecurityGroupLimitExceeded"
    assert refusal(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=_https(5, **last)) == code
    # Rules for the other family of addresses, and for the other direction, are counted for themselves.
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=_https(6, Ipv6Ranges=[{"CidrIpv6": "::/0"}]))
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=_https(443, **named))
    assert refusal(ec2.authorize_security_group_egress, GroupId=group, IpPermissions=_https(80, **named)) == code


def test_another_accounts_lists_and_groups_that_are_not_there_are_left_to_others(ec2: Any, vpc: str, lowered: Any) -> None:
    lowered(**{"Inbound or outbound rules per security group": 6})
    own = ec2.create_managed_prefix_list(PrefixListName="p", MaxEntries=6, AddressFamily="IPv4")["PrefixList"]["PrefixListId"]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    other = _https(1, PrefixListIds=[{"PrefixListId": "pl-0123456789abcdef0"}])
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=other)
    code = "RulesPerSecurityGroupLimitExceeded"
    whole = _https(443, PrefixListIds=[{"PrefixListId": own}])
    assert refusal(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=whole) == code
    assert refusal(ec2.authorize_security_group_ingress, GroupId="sg-1", IpPermissions=whole) == "InvalidGroup.NotFound"


def test_listeners_and_rules_are_counted_by_load_balancer(connect: Connect, ec2: Any, lowered: Any) -> None:
    elbv2 = connect("elbv2")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
    lowered(
        **{
            "Application Load Balancers per Region": 1,
            "Listeners per Application Load Balancer": 1,
            "Rules per Application Load Balancer": 1,
        }
    )
    asked = {"Name": "lb", "Scheme": "internal", "Subnets": subnets}
    balancer = elbv2.create_load_balancer(**asked)["LoadBalancers"][0]["LoadBalancerArn"]
    # The same again is the same one, and not one more.
    assert elbv2.create_load_balancer(**asked)["LoadBalancers"][0]["LoadBalancerArn"] == balancer
    assert refusal(elbv2.create_load_balancer, **{**asked, "Name": "other"}) == "TooManyLoadBalancers"
    say = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    listening = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "DefaultActions": say}
    listener = elbv2.create_listener(Port=80, **listening)["Listeners"][0]["ListenerArn"]
    assert refusal(elbv2.create_listener, Port=81, **listening) == "TooManyListeners"
    rule = {"ListenerArn": listener, "Conditions": [{"Field": "path-pattern", "Values": ["/"]}], "Actions": say}
    elbv2.create_rule(Priority=1, **rule)
    assert refusal(elbv2.create_rule, Priority=2, **rule) == "TooManyRules"
    nowhere = listener.replace("/lb/", "/no/")
    assert refusal(elbv2.create_rule, Priority=2, **{**rule, "ListenerArn": nowhere}) == "ListenerNotFound"
    gone = balancer.replace("/lb/", "/no/")
    assert refusal(elbv2.create_listener, Port=81, **{**listening, "LoadBalancerArn": gone}) == "LoadBalancerNotFound"


def test_policies_of_a_role_are_counted_once_each(connect: Connect, lowered: Any) -> None:
    iam, attach = connect("iam"), connect("iam").attach_role_policy
    lowered(**{"Managed policies per role": 1, "Customer managed policies per account": 2})
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    first, second = (iam.create_policy(PolicyName=name, PolicyDocument=ALLOW)["Policy"]["Arn"] for name in "ab")
    assert refusal(iam.create_policy, PolicyName="c", PolicyDocument=ALLOW) == "LimitExceeded"
    for _ in range(2):
        attach(RoleName="r", PolicyArn=first)
    assert refusal(attach, RoleName="r", PolicyArn=second) == "LimitExceeded"
    assert refusal(attach, RoleName="no-such", PolicyArn=second) == "NoSuchEntity"


def test_aliases_of_a_key_and_metric_filters_of_a_group_are_counted_there(connect: Connect, lowered: Any) -> None:
    kms, logs = connect("kms"), connect("logs")
    lowered(**{"Aliases per CMK": 1, "Metric filters per log group": 1})
    one, other = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.create_alias(AliasName="alias/a", TargetKeyId=one)
    assert refusal(kms.create_alias, AliasName="alias/b", TargetKeyId=one) == "LimitExceededException"
    kms.create_alias(AliasName="alias/b", TargetKeyId=other)
    absent = "01234567-89ab-cdef-0123-456789abcdef"
    assert refusal(kms.create_alias, AliasName="alias/c", TargetKeyId=absent) == "NotFoundException"
    filters: dict[str, Any] = {
        "filterPattern": "",
        "metricTransformations": [{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}],
    }
    for group in ("g", "h"):
        logs.create_log_group(logGroupName=group)
        for _ in range(2):
            logs.put_metric_filter(logGroupName=group, filterName="a", **filters)
    assert refusal(logs.put_metric_filter, logGroupName="g", filterName="b", **filters) == "LimitExceededException"


def test_a_cluster_has_so_many_instances(connect: Connect, lowered: Any) -> None:
    rds = connect("rds")
    lowered(**{"Instances per DB cluster": 1})
    rds.create_db_cluster(DBClusterIdentifier="c", Engine="aurora-mysql", MasterUsername="u", MasterUserPassword="a-password")
    instance = {"Engine": "aurora-mysql", "DBInstanceClass": "db.r6g.large"}
    rds.create_db_instance(DBInstanceIdentifier="a", DBClusterIdentifier="c", **instance)
    more = {"DBInstanceIdentifier": "b", **instance}
    assert refusal(rds.create_db_instance, DBClusterIdentifier="c", **more) == "InvalidDBClusterStateFault"
    assert refusal(rds.create_db_instance, DBClusterIdentifier="no-such", **more) == "DBClusterNotFoundFault"


def test_they_are_aws_defaults_at_the_level_lifelike() -> None:
    with running(conduct=Conduct("lifelike")) as lifelike:
        ec2 = make_client("ec2", lifelike.url)
        for _ in range(5):
            ec2.allocate_address(Domain="vpc")
        assert refusal(ec2.allocate_address, Domain="vpc") == "AddressLimitExceeded"
        ec2.close()
