"""AWS's default quotas, of what plans make more than one of, and how each is counted in moto's state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..mends.wafv2.finding import scoped
from . import finding
from .quotas import Quota

if TYPE_CHECKING:
    from ..call import Call
    from .quotas import Count

_GONE = ("deleted", "failed")
# EC2, "AWS-managed prefix lists": the weight of those that count as more than one rule.
_WEIGHTS = {"com.amazonaws.global.cloudfront.origin-facing": 55, "com.amazonaws.global.ipv6.cloudfront.origin-facing": 55}


def _all(collection: str) -> Count:
    return lambda call, there: len(getattr(there, collection)) + 1


def _new(collection: str, parameter: str, attribute: str = "name") -> Count:
    """As many as there are, and one more if none has the name: AWS says yes to a repeated create, or something else."""

    def count(call: Call, there: Any) -> int:
        names = {getattr(one, attribute) for one in getattr(there, collection).values()}
        return len(names | {call.parameters[parameter]}) if call.parameters[parameter] not in names else 0

    return count


def _seen_before(call: Call, there: Any) -> bool:
    """Whether a create is repeated with its token, which makes nothing."""
    return call.parameters.get("ClientToken") in vars(there).get(f"_kept_tokens_{call.operation}", {})


def _nat_gateways(call: Call, ec2: Any) -> int:
    subnet = finding.subnet(call, call.parameters["SubnetId"])
    if subnet is None or _seen_before(call, ec2):
        return 0
    living = [gateway for gateway in ec2.nat_gateways.values() if gateway.state not in _GONE]
    zones = [finding.subnet(call, gateway.subnet_id).availability_zone for gateway in living]
    return zones.count(subnet.availability_zone) + 1


def _endpoints(kind: str) -> Count:
    def count(call: Call, ec2: Any) -> int:
        if call.parameters.get("VpcEndpointType", "Gateway") != kind or _seen_before(call, ec2):
            return 0
        living = [one for one in ec2.vpc_end_points.values() if one.state not in _GONE and one.vpc_endpoint_type == kind]
        return 1 + len([one for one in living if kind == "Gateway" or one.vpc_id == call.parameters["VpcId"]])

    return count


def _in_vpc(collection: str) -> Count:
    """Of things that are kept by their ids."""

    def count(call: Call, ec2: Any) -> int:
        if _seen_before(call, ec2):
            return 0
        return 1 + len([one for one in getattr(ec2, collection).values() if one.vpc_id == call.parameters["VpcId"]])

    return count


def _subnets(call: Call, ec2: Any) -> int:
    found = [subnet for zone in ec2.subnets.values() for subnet in zone.values()]
    return 1 + len([subnet for subnet in found if subnet.vpc_id == call.parameters["VpcId"]])


def _acl_rules(call: Call, ec2: Any) -> int:
    acl, asked = ec2.network_acls.get(call.parameters["NetworkAclId"]), call.parameters
    entries = acl.network_acl_entries if acl is not None else []
    # AWS: the rule that ends every list, which nobody can take away, does not count.
    return 1 + sum(
        str(entry.egress).lower() == str(asked["Egress"]).lower() and int(entry.rule_number) < 32_767 for entry in entries
    )


def _group_rules(call: Call, ec2: Any) -> int:
    """AWS: of each direction and each family of addresses; a prefix list counts as the most entries that it may have."""
    group = ec2.get_security_group_from_id(call.parameters.get("GroupId"))
    if group is None:
        return 0
    v4, v6 = 0, 0
    rules = group.egress_rules if call.operation.endswith("Egress") else group.ingress_rules
    standing = {(rule.prefix_list_id, rule.ip_protocol, str(rule.from_port), str(rule.to_port)) for rule in rules}
    for rule in rules:
        v4 += "CidrIpv6" not in rule.ip_range
        v6 += "CidrIp" not in rule.ip_range
        more = _weight(ec2, rule.prefix_list_id) - 1 if rule.prefix_list_id else 0
        v4, v6 = v4 + more, v6 + more
    for permission in call.parameters.get("IpPermissions", ()):
        both = len(permission.get("UserIdGroupPairs", ()))
        # What stands already is a duplicate, whatever it counts for.
        ports = (permission["IpProtocol"], str(permission.get("FromPort")), str(permission.get("ToPort")))
        named = {(one["PrefixListId"], *ports) for one in permission.get("PrefixListIds", ())} - standing
        both += sum(_weight(ec2, one[0]) for one in named)
        v4 += both + len(permission.get("IpRanges", ()))
        v6 += both + len(permission.get("Ipv6Ranges", ()))
    return max(v4, v6)


def _weight(ec2: Any, named: str) -> int:
    found = ec2.managed_prefix_lists.get(named)
    if found is None:
        return 1
    return int(found.max_entries or _WEIGHTS.get(found.prefix_list_name, 1))


def _rules_of_a_balancer(call: Call, elbv2: Any) -> int:
    for balancer in elbv2.load_balancers.values():
        if call.parameters["ListenerArn"] in balancer.listeners:
            rules = [rule for listener in balancer.listeners.values() for rule in listener.rules.values()]
            return 1 + sum(not rule.is_default for rule in rules)
    return 0


def _listeners(call: Call, elbv2: Any) -> int:
    balancer = elbv2.load_balancers.get(call.parameters["LoadBalancerArn"])
    return 0 if balancer is None else len(balancer.listeners) + 1


def _policies_of_a_role(call: Call, iam: Any) -> int:
    role = finding.role(call, call.parameters["RoleName"])
    return 0 if role is None else len({*role.managed_policies, call.parameters["PolicyArn"]})


def _own_policies(call: Call, iam: Any) -> int:
    return 1 + sum(f":iam::{call.account}:" in arn for arn in iam.managed_policies)


def _aliases_of_a_key(call: Call, kms: Any) -> int:
    key = finding.key(call, call.parameters["TargetKeyId"])
    return 0 if key is None else len({*key.aliases, call.parameters["AliasName"]})


def _metric_filters(call: Call, logs: Any) -> int:
    group, name = call.parameters["logGroupName"], call.parameters["filterName"]
    of_group = {one["filterName"] for one in logs.filters.metric_filters if one["logGroupName"] == group}
    return len(of_group | {name})


def _instances_of_a_cluster(call: Call, rds: Any) -> int:
    cluster = rds.clusters.get(call.parameters.get("DBClusterIdentifier", ""))
    return 0 if cluster is None else len(cluster.members) + 1


def _scoped(collection: str) -> Count:
    return lambda call, there: len(getattr(scoped(call), collection)) + 1


def _reached(what: str) -> str:
    return f"The maximum number of {what} has been reached."


def _ec2(name: str, operation: str, most: int, count: Count, code: str, what: str) -> Quota:
    return Quota(name, "ec2", (operation,), most, count, f"{code}LimitExceeded", _reached(what))


def _iam(name: str, operation: str, most: int, count: Count, quota: str) -> Quota:
    return Quota(name, "iam", (operation,), most, count, "LimitExceeded", f"Cannot exceed quota for {quota}: {most}", 409)


QUOTAS = (
    _ec2("VPCs per Region", "CreateVpc", 5, _all("vpcs"), "Vpc", "VPCs"),
    _ec2("EC2-VPC Elastic IPs", "AllocateAddress", 5, _all("addresses"), "Address", "addresses"),
    _ec2(
        *("Internet gateways per Region", "CreateInternetGateway", 5, _all("internet_gateways"), "InternetGateway"),
        "internet gateways",
    ),
    _ec2("NAT gateways per Availability Zone", "CreateNatGateway", 5, _nat_gateways, "NatGateway", "NAT gateways"),
    _ec2("Interface VPC endpoints per VPC", "CreateVpcEndpoint", 50, _endpoints("Interface"), "VpcEndpoint", "VPC endpoints"),
    _ec2("Gateway VPC endpoints per Region", "CreateVpcEndpoint", 20, _endpoints("Gateway"), "VpcEndpoint", "VPC endpoints"),
    _ec2("Subnets per VPC", "CreateSubnet", 200, _subnets, "Subnet", "subnets"),
    _ec2("Route tables per VPC", "CreateRouteTable", 200, _in_vpc("route_tables"), "RouteTable", "route tables"),
    _ec2("Network ACLs per VPC", "CreateNetworkAcl", 200, _in_vpc("network_acls"), "NetworkAcl", "network ACLs"),
    _ec2("Rules per network ACL", "CreateNetworkAclEntry", 20, _acl_rules, "NetworkAclEntry", "network ACL entries"),
    *(
        _ec2(
            *("Inbound or outbound rules per security group", f"AuthorizeSecurityGroup{direction}", 60, _group_rules),
            *("RulesPerSecurityGroup", "rules per security group"),
        )
        for direction in ("Ingress", "Egress")
    ),
    Quota(
        *("Application Load Balancers per Region", "elbv2", ("CreateLoadBalancer",), 50, _new("load_balancers", "Name")),
        *("TooManyLoadBalancers", _reached("load balancers")),
    ),
    Quota(
        *("Target Groups per Region", "elbv2", ("CreateTargetGroup",), 3000, _new("target_groups", "Name")),
        *("TooManyTargetGroups", _reached("target groups")),
    ),
    Quota(
        *("Rules per Application Load Balancer", "elbv2", ("CreateRule",), 100, _rules_of_a_balancer),
        *("TooManyRules", _reached("rules")),
    ),
    Quota(
        *("Listeners per Application Load Balancer", "elbv2", ("CreateListener",), 50, _listeners),
        *("TooManyListeners", _reached("listeners")),
    ),
    Quota(
        *("Auto Scaling groups per region", "autoscaling", ("CreateAutoScalingGroup",), 500, _all("autoscaling_groups")),
        *("LimitExceeded", _reached("Auto Scaling groups")),
    ),
    Quota(
        "DB clusters",
        "rds",
        ("CreateDBCluster",),
        40,
        _all("clusters"),
        "DBClusterQuotaExceededFault",
        _reached("clusters"),
        403,
    ),
    Quota("DB instances", "rds", ("CreateDBInstance",), 40, _all("databases"), "InstanceQuotaExceeded", _reached("instances")),
    Quota(
        *("Instances per DB cluster", "rds", ("CreateDBInstance",), 16, _instances_of_a_cluster, "InvalidDBClusterStateFault"),
        "The cluster has one writer and 15 readers already.",
    ),
    Quota(
        *("DB subnet groups", "rds", ("CreateDBSubnetGroup",), 50, _all("subnet_groups")),
        *("DBSubnetGroupQuotaExceeded", _reached("subnet groups")),
    ),
    Quota(
        *("Parameter groups", "rds", ("CreateDBParameterGroup",), 50, _all("db_parameter_groups")),
        *("DBParameterGroupQuotaExceeded", _reached("parameter groups")),
    ),
    Quota(
        *("DB cluster parameter groups", "rds", ("CreateDBClusterParameterGroup",), 50, _all("db_cluster_parameter_groups")),
        *("DBParameterGroupQuotaExceeded", _reached("parameter groups")),
    ),
    _iam("Roles per account", "CreateRole", 1000, _all("roles"), "RolesPerAccount"),
    _iam(
        "Instance profiles per account", "CreateInstanceProfile", 1000, _all("instance_profiles"), "InstanceProfilesPerAccount"
    ),
    _iam("Customer managed policies per account", "CreatePolicy", 1500, _own_policies, "PoliciesPerAccount"),
    _iam("Managed policies per role", "AttachRolePolicy", 10, _policies_of_a_role, "PoliciesPerRole"),
    Quota(
        *("Aliases per CMK", "kms", ("CreateAlias",), 50, _aliases_of_a_key, "LimitExceededException"),
        "The maximum number of aliases of a key has been reached.",
    ),
    Quota(
        *("Metric filters per log group", "logs", ("PutMetricFilter",), 100, _metric_filters, "LimitExceededException"),
        "Resource limit exceeded.",
    ),
    Quota(
        *("Web ACLs", "wafv2", ("CreateWebACL",), 100, _scoped("wacls"), "WAFLimitsExceededException"),
        "AWS WAF couldn't perform the operation because you exceeded your resource limit.",
    ),
    Quota(
        *("Web distributions per AWS account", "cloudfront", ("CreateDistribution", "CreateDistributionWithTags"), 200),
        *(
            _all("distributions"),
            "TooManyDistributions",
            "Processing your request would exceed the number of distributions allowed.",
        ),
    ),
    Quota(
        *("Origin access controls per account", "cloudfront", ("CreateOriginAccessControl",), 100),
        *(_all("origin_access_controls"), "TooManyOriginAccessControls", _reached("origin access controls")),
    ),
    Quota(
        *("Hosted zones", "route53", ("CreateHostedZone",), 500, _all("zones"), "TooManyHostedZones"),
        "This operation can't be completed because the current account has reached the limit on hosted zones.",
    ),
    Quota(
        *("General purpose buckets", "s3", ("CreateBucket",), 10_000, _all("buckets"), "TooManyBuckets"),
        "You have attempted to create more buckets than allowed",
    ),
)
