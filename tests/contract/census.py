"""What stands in an account, read with plain boto3: whole documents by id, whoever's they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from provisioner.aws.account import Aws
    from provisioner.resource import Resource

    Found = Iterator[tuple[str, list[Any]]]

Census = dict[str, str]
"""Everything that AWS shows of a thing, as text, by its id."""


def census(aws: Aws, kinds: Iterable[type[Resource]]) -> Census:
    """All that stands there of these types and of what they are parts of."""
    readers = {_READERS[kind.__name__]: None for kind in kinds}
    found: Census = {}
    for service, read in readers:
        for identity, shown in read(aws.connection.client(service, aws.region, once=False)):
            plain = json.dumps([_plain(one) for one in shown], sort_keys=True, default=str)
            found[identity] = found.get(identity, "") + plain
    return found


# What moves though nobody changes anything.
_MOVING = frozenset({"ResponseMetadata", "LatestRestorableTime"})


def _plain(answer: Any) -> Any:
    return {key: value for key, value in answer.items() if key not in _MOVING} if isinstance(answer, dict) else answer


def _shown(call: Callable[..., Any], **parameters: Any) -> Any:
    """An answer, or AWS's word for there being none."""
    try:
        return call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]


def _list(operation: str, name: str, identity: str) -> Callable[[Any], Found]:
    """For what one list shows whole."""

    def read(client: Any) -> Found:
        for one in getattr(client, operation)()[name]:
            yield one[identity], [one]

    return read


def _vpcs(ec2: Any) -> Found:
    for vpc in ec2.describe_vpcs()["Vpcs"]:
        named = {"VpcId": vpc["VpcId"]}
        attributes = [ec2.describe_vpc_attribute(**named, Attribute=one) for one in ("enableDnsSupport", "enableDnsHostnames")]
        yield vpc["VpcId"], [vpc, *attributes]


def _templates(ec2: Any) -> Found:
    for template in ec2.describe_launch_templates()["LaunchTemplates"]:
        identity = template["LaunchTemplateId"]
        yield identity, [template, ec2.describe_launch_template_versions(LaunchTemplateId=identity)]


def _groups(autoscaling: Any) -> Found:
    for group in autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]:
        name = group["AutoScalingGroupName"]
        parts = [
            autoscaling.describe_policies(AutoScalingGroupName=name),
            autoscaling.describe_scheduled_actions(AutoScalingGroupName=name),
            autoscaling.describe_notification_configurations(AutoScalingGroupNames=[name]),
        ]
        yield name, [group, *parts]


def _balancers(elbv2: Any) -> Found:
    for balancer in elbv2.describe_load_balancers()["LoadBalancers"]:
        arn = balancer["LoadBalancerArn"]
        yield arn, [balancer, elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn), _elb_tags(elbv2, arn)]
        for listener in elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
            own = listener["ListenerArn"]
            rules = elbv2.describe_rules(ListenerArn=own)
            yield own, [listener, elbv2.describe_listener_attributes(ListenerArn=own), _elb_tags(elbv2, own), rules]
            for rule in rules["Rules"]:
                yield rule["RuleArn"], [rule] if rule["IsDefault"] else [rule, _elb_tags(elbv2, rule["RuleArn"])]


def _target_groups(elbv2: Any) -> Found:
    for group in elbv2.describe_target_groups()["TargetGroups"]:
        arn = group["TargetGroupArn"]
        yield arn, [group, elbv2.describe_target_group_attributes(TargetGroupArn=arn), _elb_tags(elbv2, arn)]


def _elb_tags(elbv2: Any, arn: str) -> Any:
    return elbv2.describe_tags(ResourceArns=[arn])


def _roles(iam: Any) -> Found:
    for role in iam.list_roles()["Roles"]:
        named = {"RoleName": role["RoleName"]}
        inline = [iam.get_role_policy(**named, PolicyName=one) for one in iam.list_role_policies(**named)["PolicyNames"]]
        yield role["RoleName"], [iam.get_role(**named)["Role"], iam.list_attached_role_policies(**named), *inline]


def _profiles(iam: Any) -> Found:
    for profile in iam.list_instance_profiles()["InstanceProfiles"]:
        name = profile["InstanceProfileName"]
        yield name, [iam.get_instance_profile(InstanceProfileName=name)]


def _policies(iam: Any) -> Found:
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        arn = policy["Arn"]
        version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
        yield arn, [iam.get_policy(PolicyArn=arn), version, iam.list_entities_for_policy(PolicyArn=arn)]


def _keys(kms: Any) -> Found:
    for key in kms.list_keys()["Keys"]:
        named = {"KeyId": key["KeyId"]}
        calls = (kms.describe_key, kms.list_resource_tags, kms.list_aliases, kms.get_key_rotation_status)
        yield key["KeyId"], [*(_shown(call, **named) for call in calls), _shown(kms.get_key_policy, **named)]


def _secrets(secretsmanager: Any) -> Found:
    for secret in secretsmanager.list_secrets(IncludePlannedDeletion=True)["SecretList"]:
        named = {"SecretId": secret["ARN"]}
        yield secret["ARN"], [secretsmanager.describe_secret(**named), _shown(secretsmanager.get_resource_policy, **named)]


def _buckets(s3: Any) -> Found:
    parts = ("tagging", "policy", "versioning", "encryption", "ownership_controls", "logging", "notification_configuration")
    for bucket in s3.list_buckets()["Buckets"]:
        named = {"Bucket": bucket["Name"]}
        # Access logs are written while one reads.
        objects = s3.list_objects_v2(**named, Prefix="provisioner/").get("Contents", ())
        tags = [s3.get_object_tagging(**named, Key=one["Key"])["TagSet"] for one in objects]
        whole = [_shown(getattr(s3, f"get_bucket_{part}"), **named) for part in parts]
        yield bucket["Name"], [bucket, *whole, _shown(s3.get_public_access_block, **named), *objects, *tags]


def _topics(sns: Any) -> Found:
    for topic in sns.list_topics()["Topics"]:
        arn = topic["TopicArn"]
        parts = [sns.get_topic_attributes(TopicArn=arn), sns.list_tags_for_resource(ResourceArn=arn)]
        yield arn, [*parts, sns.list_subscriptions_by_topic(TopicArn=arn)]
    for one in sns.list_subscriptions()["Subscriptions"]:
        arn = one["SubscriptionArn"]
        yield arn, [one, _shown(sns.get_subscription_attributes, SubscriptionArn=arn)]


def _log_groups(logs: Any) -> Found:
    metric_filters = logs.describe_metric_filters()["metricFilters"]
    for group in logs.describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        filters = [one for one in metric_filters if one["logGroupName"] == name]
        tags = logs.list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))
        yield name, [group, tags, filters, logs.describe_subscription_filters(logGroupName=name)]


def _deliveries(logs: Any) -> Found:
    for operation, name in (
        ("describe_deliveries", "deliveries"),
        ("describe_delivery_sources", "deliverySources"),
        ("describe_delivery_destinations", "deliveryDestinations"),
    ):
        for one in getattr(logs, operation)()[name]:
            yield one["arn"], [one, logs.list_tags_for_resource(resourceArn=one["arn"])]


def _functions(lambda_: Any) -> Found:
    for function in lambda_.list_functions()["Functions"]:
        named = {"FunctionName": function["FunctionArn"]}
        whole = {key: value for key, value in lambda_.get_function(**named).items() if key != "Code"}
        yield function["FunctionArn"], [whole, _shown(lambda_.get_policy, **named)]


def _rds(describe: str, collection: str, name: str, parameters: str | None = None) -> Callable[[Any], Found]:
    def read(rds: Any) -> Found:
        for one in getattr(rds, describe)()[collection]:
            shown = [one, rds.list_tags_for_resource(ResourceName=one[f"{name}Arn"])]
            if parameters:
                shown.append(getattr(rds, parameters)(**{f"{name}Name": one[f"{name}Name"]}, Source="user"))
            yield one.get(f"{name}Name") or one[f"{name}Identifier"], shown

    return read


def _certificates(acm: Any) -> Found:
    for one in acm.list_certificates()["CertificateSummaryList"]:
        named = {"CertificateArn": one["CertificateArn"]}
        yield one["CertificateArn"], [acm.describe_certificate(**named), acm.list_tags_for_certificate(**named)]


def _controls(cloudfront: Any) -> Found:
    for one in cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", ()):
        yield one["Id"], [cloudfront.get_origin_access_control(Id=one["Id"])]


def _headers(cloudfront: Any) -> Found:
    listed = cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"].get("Items", ())
    for one in listed:
        identity = one["ResponseHeadersPolicy"]["Id"]
        yield identity, [cloudfront.get_response_headers_policy(Id=identity)]


def _distributions(cloudfront: Any) -> Found:
    for one in cloudfront.list_distributions()["DistributionList"].get("Items", ()):
        yield one["Id"], [cloudfront.get_distribution(Id=one["Id"]), cloudfront.list_tags_for_resource(Resource=one["ARN"])]


def _trails(cloudtrail: Any) -> Found:
    for trail in cloudtrail.describe_trails()["trailList"]:
        arn = trail["TrailARN"]
        parts = [cloudtrail.list_tags(ResourceIdList=[arn]), cloudtrail.get_event_selectors(TrailName=arn)]
        yield arn, [trail, *parts, cloudtrail.get_trail_status(Name=arn)["IsLogging"]]


def _alarms(cloudwatch: Any) -> Found:
    found = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    for alarm in (*found["MetricAlarms"], *found["CompositeAlarms"]):
        yield alarm["AlarmArn"], [alarm, cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])]


def _dashboards(cloudwatch: Any) -> Found:
    for one in cloudwatch.list_dashboards()["DashboardEntries"]:
        shown = cloudwatch.get_dashboard(DashboardName=one["DashboardName"])
        yield one["DashboardName"], [shown, cloudwatch.list_tags_for_resource(ResourceARN=shown["DashboardArn"])]


def _streams(firehose: Any) -> Found:
    for name in firehose.list_delivery_streams(Limit=100)["DeliveryStreamNames"]:
        named = {"DeliveryStreamName": name}
        yield name, [firehose.describe_delivery_stream(**named), firehose.list_tags_for_delivery_stream(**named)]


def _zones(route53: Any) -> Found:
    for zone in route53.list_hosted_zones()["HostedZones"]:
        identity = zone["Id"].rpartition("/")[2]
        tags = route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=identity)
        records = route53.list_resource_record_sets(HostedZoneId=identity)
        yield identity, [route53.get_hosted_zone(Id=identity), tags, records]


def _web_acls(wafv2: Any) -> Found:
    for one in wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"]:
        acl = wafv2.get_web_acl(Name=one["Name"], Scope="REGIONAL", Id=one["Id"])
        of = [_shown(wafv2.get_logging_configuration, ResourceArn=one["ARN"])]
        of += [wafv2.list_tags_for_resource(ResourceARN=one["ARN"])]
        of += [wafv2.list_resources_for_web_acl(WebACLArn=one["ARN"], ResourceType="API_GATEWAY")]
        yield one["ARN"], [acl, *of]


_ACLS = ("ec2", _list("describe_network_acls", "NetworkAcls", "NetworkAclId"))
_SECURITY_GROUPS = ("ec2", _list("describe_security_groups", "SecurityGroups", "GroupId"))
_AUTOSCALING, _ELBV2, _LAMBDA, _LOGS = (
    ("autoscaling", _groups),
    ("elbv2", _balancers),
    ("lambda", _functions),
    ("logs", _log_groups),
)
_DELIVERIES, _ZONES, _S3, _SECRETS = ("logs", _deliveries), ("route53", _zones), ("s3", _buckets), ("secretsmanager", _secrets)
_SNS, _ALARMS = ("sns", _topics), ("cloudwatch", _alarms)
_CLUSTER_PARAMETERS = _rds(
    "describe_db_cluster_parameter_groups",
    "DBClusterParameterGroups",
    "DBClusterParameterGroup",
    "describe_db_cluster_parameters",
)
_PARAMETERS = _rds("describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroup", "describe_db_parameters")

_READERS: dict[str, tuple[str, Callable[[Any], Found]]] = {
    "Alarm": _ALARMS,
    "AutoScalingGroup": _AUTOSCALING,
    "Bucket": _S3,
    "BucketObject": _S3,
    "BucketPolicy": _S3,
    "Certificate": ("acm", _certificates),
    "CompositeAlarm": _ALARMS,
    "Dashboard": ("cloudwatch", _dashboards),
    "DbCluster": ("rds", _rds("describe_db_clusters", "DBClusters", "DBCluster")),
    "DbClusterParameterGroup": ("rds", _CLUSTER_PARAMETERS),
    "DbInstance": ("rds", _rds("describe_db_instances", "DBInstances", "DBInstance")),
    "DbParameterGroup": ("rds", _PARAMETERS),
    "DbSubnetGroup": ("rds", _rds("describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroup")),
    "DefaultNetworkAcl": _ACLS,
    "DefaultSecurityGroup": _SECURITY_GROUPS,
    "Delivery": _DELIVERIES,
    "DeliveryDestination": _DELIVERIES,
    "DeliverySource": _DELIVERIES,
    "DeliveryStream": ("firehose", _streams),
    "Distribution": ("cloudfront", _distributions),
    "ElasticIp": ("ec2", _list("describe_addresses", "Addresses", "AllocationId")),
    "FlowLog": ("ec2", _list("describe_flow_logs", "FlowLogs", "FlowLogId")),
    "Function": _LAMBDA,
    "HostedZone": _ZONES,
    "InstanceProfile": ("iam", _profiles),
    "InternetGateway": ("ec2", _list("describe_internet_gateways", "InternetGateways", "InternetGatewayId")),
    "Key": ("kms", _keys),
    "LaunchTemplate": ("ec2", _templates),
    "Listener": _ELBV2,
    "ListenerRule": _ELBV2,
    "LoadBalancer": _ELBV2,
    "LogGroup": _LOGS,
    "ManagedPolicy": ("iam", _policies),
    "MetricFilter": _LOGS,
    "NatGateway": ("ec2", _list("describe_nat_gateways", "NatGateways", "NatGatewayId")),
    "NetworkAcl": _ACLS,
    "OriginAccessControl": ("cloudfront", _controls),
    "Permission": _LAMBDA,
    "RecordSet": _ZONES,
    "ResponseHeadersPolicy": ("cloudfront", _headers),
    "Role": ("iam", _roles),
    "RotationSchedule": _SECRETS,
    "RouteTable": ("ec2", _list("describe_route_tables", "RouteTables", "RouteTableId")),
    "ScalingPolicy": _AUTOSCALING,
    "ScheduledAction": _AUTOSCALING,
    "Secret": _SECRETS,
    "SecretValue": _SECRETS,
    "SecurityGroup": _SECURITY_GROUPS,
    "SecurityGroupRules": _SECURITY_GROUPS,
    "Subnet": ("ec2", _list("describe_subnets", "Subnets", "SubnetId")),
    "Subscription": _SNS,
    "SubscriptionFilter": _LOGS,
    "TargetGroup": ("elbv2", _target_groups),
    "Topic": _SNS,
    "Trail": ("cloudtrail", _trails),
    "Vpc": ("ec2", _vpcs),
    "VpcEndpoint": ("ec2", _list("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId")),
    "WebAcl": ("wafv2", _web_acls),
}
