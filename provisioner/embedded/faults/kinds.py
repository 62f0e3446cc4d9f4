"""The kinds of resources that AWS's reads may show late: how one is made, named, listed and deleted.

One row a kind. Reads of a single one need no row, since they name it in a parameter; nor do reads of parts, which are shown
as they were before. S3's objects are not here: AWS shows them at once, everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Listing(NamedTuple):
    """Where a read lists a kind: the path of its list, and what names one in it (`@`: the item itself)."""

    path: str
    members: tuple[str, ...]
    noun: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of resource; where words stand in one text, a space divides them.

    `key`: what names one, in parameters and documents; several words name it together. `listed`: the call that lists it, the
    path of its list, and what names one there where that is not the key. `missing`: AWS's error for one that is not there, and
    its status unless that is 400; empty: AWS has none, and lists nothing. `makes`, `ends`: the calls that make and delete one.
    `made`: where the answer to its making shows it; empty: the caller chose its name, as a parameter. `also`: what else names
    one. `parameters`: those that name one by a name that others may have; what only one has (an ARN, an id) counts in any.
    """

    service: str
    noun: str
    key: str
    listed: str
    missing: str
    makes: str
    ends: str
    made: str = ""
    also: str = ""
    parameters: str = ""

    @property
    def call(self) -> str:
        """The call that lists it."""
        return f"{self.service}:{self.listed.split()[0]}"

    @property
    def listing(self) -> Listing:
        _, path, *members = self.listed.split()
        return Listing(path, tuple(members or self.key.split()), self.noun)


def _kind(service: str, noun: str, key: str, listed: str, missing: str, **more: str) -> Kind:
    makes, ends = more.pop("makes", f"Create{noun}"), more.pop("ends", f"Delete{noun}")
    # A name that the caller chose is one that others may have chosen, too.
    parameters = more.pop("parameters", "" if "made" in more else key)
    return Kind(service, noun, key, listed, missing, makes, ends, parameters=parameters, **more)


def _ec2(noun: str, missing: str, **more: str) -> Kind:
    """EC2's custom: CreateVpc answers with a Vpc that has a VpcId, and DescribeVpcs lists Vpcs."""
    key, listed = more.pop("key", f"{noun}Id"), more.pop("listed", f"Describe{noun}s {noun}s")
    return _kind("ec2", noun, key, listed, missing, made=more.pop("made", noun), **more)


def _iam(noun: str) -> Kind:
    return _kind("iam", noun, f"{noun}Name", f"List{noun}s {noun}s", "NoSuchEntity 404")


def _elbv2(noun: str, **more: str) -> Kind:
    return _kind("elbv2", noun, f"{noun}Arn", f"Describe{noun}s {noun}s", f"{noun}NotFound", made=f"{noun}s[0]", **more)


def _rds(noun: str, key: str, missing: str) -> Kind:
    return _kind("rds", noun, key, f"Describe{noun}s {noun}s", f"{missing} 404")


def _logs(noun: str, key: str, listed: str, makes: str = "", **more: str) -> Kind:
    """Logs' custom: what it calls `put` makes, or changes what is there."""
    return _kind("logs", noun, key, listed, "ResourceNotFoundException", makes=makes or f"Put{noun}", **more)


def _cloudfront(noun: str, listed: str, **more: str) -> Kind:
    return _kind("cloudfront", noun, "Id", listed, f"NoSuch{noun} 404", made=noun, **more)


_ABSENT = "ResourceNotFoundException"
_ASG, _POLICY, _ACTION = (
    "AutoScalingGroupName",
    "AutoScalingGroupName PolicyName",
    "AutoScalingGroupName ScheduledActionName",
)
_ACTIONS = "DescribeScheduledActions ScheduledUpdateGroupActions"
_ALARMS = {"ends": "DeleteAlarms", "parameters": "AlarmName AlarmNames"}
_DASHBOARDS = {"makes": "PutDashboard", "ends": "DeleteDashboards", "parameters": "DashboardName DashboardNames"}
_DISTRIBUTIONS = {"makes": "CreateDistribution CreateDistributionWithTags"}
_HEADERS = "ListResponseHeadersPolicies ResponseHeadersPolicyList.Items ResponseHeadersPolicy.Id"
_ROLE_POLICY, _ROLE_POLICIES = "RoleName PolicyName", "ListRolePolicies PolicyNames RoleName @"
_SUBSCRIPTIONS = "ListSubscriptionsByTopic Subscriptions"
_SUBSCRIBING = {"makes": "Subscribe", "ends": "Unsubscribe", "made": "@"}
_TEMPLATE = {"also": "LaunchTemplateName", "parameters": "LaunchTemplateName LaunchTemplateNames"}

VPC = _ec2("Vpc", "InvalidVpcID.NotFound")
SECURITY_GROUP = _ec2("SecurityGroup", "InvalidGroup.NotFound", key="GroupId", made="@")
NETWORK_ACL = _ec2("NetworkAcl", "InvalidNetworkAclID.NotFound")
ROUTE_TABLE = _ec2("RouteTable", "InvalidRouteTableID.NotFound")
_ADDRESS = {
    "key": "AllocationId",
    "listed": "DescribeAddresses Addresses",
    "makes": "AllocateAddress",
    "ends": "ReleaseAddress",
    "made": "@",
}

KINDS = (
    VPC,
    SECURITY_GROUP,
    NETWORK_ACL,
    ROUTE_TABLE,
    _ec2("Address", "InvalidAllocationID.NotFound", **_ADDRESS),
    _ec2("Subnet", "InvalidSubnetID.NotFound"),
    _ec2("InternetGateway", "InvalidInternetGatewayID.NotFound"),
    _ec2("NatGateway", "NatGatewayNotFound"),
    _ec2("VpcEndpoint", "InvalidVpcEndpointId.NotFound", ends="DeleteVpcEndpoints"),
    _ec2("LaunchTemplate", "InvalidLaunchTemplateId.NotFound", **_TEMPLATE),
    _ec2("FlowLog", "InvalidFlowLogId.NotFound", makes="CreateFlowLogs", made="FlowLogIds", ends="DeleteFlowLogs"),
    _iam("Role"),
    _iam("InstanceProfile"),
    _kind("iam", "Policy", "Arn", "ListPolicies Policies", "NoSuchEntity 404", made="Policy"),
    _kind("iam", "RolePolicy", _ROLE_POLICY, _ROLE_POLICIES, "NoSuchEntity 404", makes="PutRolePolicy"),
    _kind("kms", "Key", "KeyId", "ListKeys Keys", "NotFoundException", made="KeyMetadata", ends=""),
    _kind("kms", "Alias", "AliasName", "ListAliases Aliases", "NotFoundException", parameters="AliasName KeyId"),
    _kind("secretsmanager", "Secret", "ARN", "ListSecrets SecretList", _ABSENT, made="@", also="Name", parameters="SecretId"),
    _kind("s3", "Bucket", "Bucket", "ListBuckets Buckets Name", "NoSuchBucket 404"),
    _rds("DBCluster", "DBClusterIdentifier", "DBClusterNotFoundFault"),
    _rds("DBInstance", "DBInstanceIdentifier", "DBInstanceNotFound"),
    _rds("DBSubnetGroup", "DBSubnetGroupName", "DBSubnetGroupNotFoundFault"),
    _rds("DBParameterGroup", "DBParameterGroupName", "DBParameterGroupNotFound"),
    _rds("DBClusterParameterGroup", "DBClusterParameterGroupName", "DBParameterGroupNotFound"),
    _elbv2("LoadBalancer", also="LoadBalancerName", parameters="Names"),
    _elbv2("TargetGroup", also="TargetGroupName", parameters="Names"),
    _elbv2("Listener"),
    _elbv2("Rule"),
    _kind(
        "acm",
        "Certificate",
        "CertificateArn",
        "ListCertificates CertificateSummaryList",
        _ABSENT,
        makes="RequestCertificate",
        made="@",
    ),
    _kind("route53", "HostedZone", "Id", "ListHostedZones HostedZones", "NoSuchHostedZone 404", made="HostedZone"),
    _kind("autoscaling", "AutoScalingGroup", _ASG, "DescribeAutoScalingGroups AutoScalingGroups", ""),
    _kind(
        "autoscaling",
        "ScalingPolicy",
        _POLICY,
        "DescribePolicies ScalingPolicies",
        "",
        makes="PutScalingPolicy",
        ends="DeletePolicy",
    ),
    _kind("autoscaling", "ScheduledAction", _ACTION, _ACTIONS, "", makes="PutScheduledUpdateGroupAction"),
    _kind("lambda", "Function", "FunctionName", "ListFunctions Functions", f"{_ABSENT} 404"),
    _cloudfront("Distribution", "ListDistributions DistributionList.Items", **_DISTRIBUTIONS),
    _cloudfront("OriginAccessControl", "ListOriginAccessControls OriginAccessControlList.Items"),
    _cloudfront("ResponseHeadersPolicy", _HEADERS),
    _kind("wafv2", "WebACL", "Id", "ListWebACLs WebACLs", "WAFNonexistentItemException", made="Summary"),
    _logs("LogGroup", "logGroupName", "DescribeLogGroups logGroups", "CreateLogGroup"),
    _logs("MetricFilter", "logGroupName filterName", "DescribeMetricFilters metricFilters"),
    _logs("SubscriptionFilter", "logGroupName filterName", "DescribeSubscriptionFilters subscriptionFilters"),
    _logs("DeliverySource", "name", "DescribeDeliverySources deliverySources"),
    _logs("DeliveryDestination", "name", "DescribeDeliveryDestinations deliveryDestinations"),
    _logs("Delivery", "id", "DescribeDeliveries deliveries", "CreateDelivery", made="delivery"),
    _kind("cloudwatch", "MetricAlarm", "AlarmName", "DescribeAlarms MetricAlarms", "", makes="PutMetricAlarm", **_ALARMS),
    _kind(
        "cloudwatch", "CompositeAlarm", "AlarmName", "DescribeAlarms CompositeAlarms", "", makes="PutCompositeAlarm", **_ALARMS
    ),
    _kind("cloudwatch", "Dashboard", "DashboardName", "ListDashboards DashboardEntries", "ResourceNotFound 404", **_DASHBOARDS),
    _kind("cloudtrail", "Trail", "Name", "DescribeTrails trailList", "TrailNotFoundException", parameters="Name TrailName"),
    _kind("firehose", "DeliveryStream", "DeliveryStreamName", "ListDeliveryStreams DeliveryStreamNames @", _ABSENT),
    _kind("sns", "Topic", "TopicArn", "ListTopics Topics", "NotFound 404", made="@"),
    _kind("sns", "Subscription", "SubscriptionArn", _SUBSCRIPTIONS, "NotFound 404", **_SUBSCRIBING),
    _kind("dynamodb", "Table", "TableName", "ListTables TableNames @", _ABSENT),
)


def _gathered() -> dict[str, tuple[Listing, ...]]:
    """AWS's index of tags lists all kinds, by their ARNs."""
    gathered: dict[str, tuple[Listing, ...]] = {
        "resourcegroupstaggingapi:GetResources": (Listing("ResourceTagMappingList", ("ResourceARN",)),)
    }
    for kind in KINDS:
        gathered[kind.call] = (*gathered.get(kind.call, ()), kind.listing)
    return gathered


LISTINGS = _gathered()
"""By call, the lists in its answer."""
