"""Everything in an account that can carry tags, and every name, read service by service as any AWS tool would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jmespath

from .conftest import tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .conftest import Shown

SCOPES = ("CLOUDFRONT", "REGIONAL")


@dataclass(frozen=True)
class Asked:
    """How a service lists what it has: the id of each, and its tags where the list does not show them."""

    service: str
    operation: str
    listed: str
    id: str
    tags: Callable[[Any, Any], Any] | None = None
    parameters: Any = None


def _ec2(operation: str, listed: str, known: str) -> Asked:
    return Asked("ec2", operation, listed, known)


def _by_arn(parameter: str, shown: str = "@") -> Callable[[Any, Any], Any]:
    """The tags of one thing, by its ARN."""
    return lambda client, one: jmespath.search(shown, client.list_tags_for_resource(**{parameter: one}))


def _elb(client: Any, arn: str) -> Any:
    return client.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]


def _trail(client: Any, arn: str) -> Any:
    return {"Tags": client.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"]}


def _bucket(client: Any, name: str) -> Any:
    return {"Tags": client.get_bucket_tagging(Bucket=name)["TagSet"]}


def _zone(client: Any, zone: str) -> Any:
    number = zone.rpartition("/")[2]
    return client.list_tags_for_resource(ResourceType="hostedzone", ResourceId=number)["ResourceTagSet"]


def _key(client: Any, key: str) -> Any:
    return {"Tags": {one["TagKey"]: one["TagValue"] for one in client.list_resource_tags(KeyId=key)["Tags"]}}


_RDS, _CLOUDWATCH, _LOGS = _by_arn("ResourceName"), _by_arn("ResourceARN"), _by_arn("resourceArn")
EVERYTHING = (
    _ec2("describe_vpcs", "Vpcs[?!IsDefault]", "VpcId"),
    _ec2("describe_subnets", "Subnets[?!DefaultForAz]", "SubnetId"),
    _ec2("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    _ec2("describe_nat_gateways", "NatGateways[?State!='deleted']", "NatGatewayId"),
    _ec2("describe_addresses", "Addresses", "AllocationId"),
    # The main one comes with the VPC, and nothing uses it.
    _ec2("describe_route_tables", "RouteTables[?!not_null(Associations[?Main] | [0])]", "RouteTableId"),
    _ec2("describe_network_acls", "NetworkAcls", "NetworkAclId"),
    _ec2("describe_security_groups", "SecurityGroups", "GroupId"),
    _ec2("describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId"),
    _ec2("describe_vpc_endpoints", "VpcEndpoints[?State!='deleted']", "VpcEndpointId"),
    _ec2("describe_flow_logs", "FlowLogs", "FlowLogId"),
    _ec2("describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
    _ec2("describe_instances", "Reservations[].Instances[] | [?State.Name!='terminated']", "InstanceId"),
    _ec2("describe_volumes", "Volumes", "VolumeId"),
    Asked("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupARN"),
    Asked("rds", "describe_db_clusters", "DBClusters", "DBClusterArn", _RDS),
    Asked("rds", "describe_db_instances", "DBInstances", "DBInstanceArn", _RDS),
    Asked("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots", "DBClusterSnapshotArn", _RDS),
    Asked("rds", "describe_db_subnet_groups", "DBSubnetGroups[?DBSubnetGroupName!='default']", "DBSubnetGroupArn", _RDS),
    Asked(
        "rds",
        "describe_db_cluster_parameter_groups",
        "DBClusterParameterGroups[?!starts_with(DBClusterParameterGroupName, 'default.')]",
        "DBClusterParameterGroupArn",
        _RDS,
    ),
    Asked(
        "rds",
        "describe_db_parameter_groups",
        "DBParameterGroups[?!starts_with(DBParameterGroupName, 'default.')]",
        "DBParameterGroupArn",
        _RDS,
    ),
    Asked("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn", _elb),
    Asked("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupArn", _elb),
    Asked("s3", "list_buckets", "Buckets", "Name", _bucket),
    Asked("kms", "list_keys", "Keys", "KeyArn", _key),
    Asked("secretsmanager", "list_secrets", "SecretList", "ARN"),
    Asked("lambda", "list_functions", "Functions", "FunctionArn", lambda client, arn: client.list_tags(Resource=arn)),
    Asked("logs", "describe_log_groups", "logGroups", "logGroupArn", _LOGS),
    Asked("logs", "describe_delivery_sources", "deliverySources", "arn", _LOGS),
    Asked("logs", "describe_delivery_destinations", "deliveryDestinations", "arn", _LOGS),
    Asked("logs", "describe_deliveries", "deliveries", "arn", _LOGS),
    Asked(
        "cloudwatch",
        "describe_alarms",
        "[MetricAlarms, CompositeAlarms][]",
        "AlarmArn",
        _CLOUDWATCH,
        {
            "AlarmTypes": ["MetricAlarm", "CompositeAlarm"],
        },
    ),
    Asked("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardArn", _CLOUDWATCH),
    Asked("sns", "list_topics", "Topics", "TopicArn", _by_arn("ResourceArn")),
    Asked("cloudtrail", "describe_trails", "trailList", "TrailARN", _trail),
    Asked(
        *("firehose", "list_delivery_streams", "DeliveryStreamNames", "@"),
        lambda client, name: client.list_tags_for_delivery_stream(DeliveryStreamName=name),
    ),
    Asked(
        "iam", "list_roles", "Roles[?!starts_with(Path, '/aws-')]", "RoleName", lambda c, name: c.list_role_tags(RoleName=name)
    ),
    Asked(
        *("iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
        lambda client, name: client.list_instance_profile_tags(InstanceProfileName=name),
    ),
    Asked(
        "acm",
        "list_certificates",
        "CertificateSummaryList",
        "CertificateArn",
        lambda c, arn: c.list_tags_for_certificate(CertificateArn=arn),
    ),
    Asked("route53", "list_hosted_zones", "HostedZones", "Id", _zone),
    Asked(
        *("cloudfront", "list_distributions", "DistributionList.Items", "ARN"),
        _by_arn("Resource", "{Tags: Tags.Items}"),
    ),
    *(
        Asked(
            *("wafv2", "list_web_acls", "WebACLs", "ARN"),
            _by_arn("ResourceARN", "{Tags: TagInfoForResource.TagList}"),
            {"Scope": scope},
        )
        for scope in SCOPES
    ),
)


def tagged(shown: Shown) -> dict[str, dict[str, str]]:
    """The tags of everything that can carry some, by ids and ARNs; what AWS brings by itself left out."""
    found: dict[str, dict[str, str]] = {}
    brought = _brought_by_aws(shown)
    for asked in EVERYTHING:
        client = shown.client(asked.service)
        for one in _listed(shown, asked.service, asked.operation, asked.listed, asked.parameters or {}):
            if not _stands_in(one) & brought:
                known = str(jmespath.search(asked.id, one))
                found[known] = tags(asked.tags(client, known) if asked.tags else one)
    return found | dict(_below(shown))


def _below(shown: Shown) -> Iterator[tuple[str, dict[str, str]]]:
    """What is listed inside something else only."""
    elb, s3 = shown.client("elbv2"), shown.client("s3")
    for balancer in elb.describe_load_balancers()["LoadBalancers"]:
        for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]:
            yield listener["ListenerArn"], tags(_elb(elb, listener["ListenerArn"]))
            for rule in elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]:
                if not rule["IsDefault"]:
                    yield rule["RuleArn"], tags(_elb(elb, rule["RuleArn"]))
    for bucket in s3.list_buckets()["Buckets"]:
        # What is not below this, services delivered.
        for entry in s3.list_objects_v2(Bucket=bucket["Name"], Prefix="provisioner/").get("Contents", ()):
            where = {"Bucket": bucket["Name"], "Key": entry["Key"]}
            yield f"{bucket['Name']}/{entry['Key']}", tags({"Tags": s3.get_object_tagging(**where)["TagSet"]})


def _listed(shown: Shown, service: str, operation: str, path: str, parameters: dict[str, Any]) -> list[Any]:
    client = shown.client(service)
    pages = (
        client.get_paginator(operation).paginate(**parameters)
        if client.can_paginate(operation)
        else [getattr(client, operation)(**parameters)]
    )
    return [one for page in pages for one in jmespath.search(path, page) or ()]


def _brought_by_aws(shown: Shown) -> set[str]:
    """The account's default VPC, and the security groups in it."""
    ec2 = shown.client("ec2")
    vpcs = {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if vpc["IsDefault"]}
    return vpcs | {group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"] if group["VpcId"] in vpcs}


def _stands_in(one: Any) -> set[Any]:
    if not isinstance(one, dict):
        return set()
    return {one.get("VpcId"), one.get("GroupId"), *(attached.get("VpcId") for attached in one.get("Attachments", ()))}


NAMES = {
    "load balancer": ("elbv2", "describe_load_balancers", "LoadBalancers[].LoadBalancerName", 32),
    "target group": ("elbv2", "describe_target_groups", "TargetGroups[].TargetGroupName", 32),
    "security group": ("ec2", "describe_security_groups", "SecurityGroups[?GroupName!='default'].GroupName", 255),
    "launch template": ("ec2", "describe_launch_templates", "LaunchTemplates[].LaunchTemplateName", 128),
    "Auto Scaling group": ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups[].AutoScalingGroupName", 255),
    "scaling policy": ("autoscaling", "describe_policies", "ScalingPolicies[].PolicyName", 255),
    "scheduled action": (
        *("autoscaling", "describe_scheduled_actions", "ScheduledUpdateGroupActions[].ScheduledActionName"),
        255,
    ),
    "cluster": ("rds", "describe_db_clusters", "DBClusters[].DBClusterIdentifier", 63),
    "instance": ("rds", "describe_db_instances", "DBInstances[].DBInstanceIdentifier", 63),
    "subnet group": (
        "rds",
        "describe_db_subnet_groups",
        "DBSubnetGroups[?DBSubnetGroupName!='default'].DBSubnetGroupName",
        255,
    ),
    "cluster parameter group": (
        *("rds", "describe_db_cluster_parameter_groups", "DBClusterParameterGroups[].DBClusterParameterGroupName"),
        255,
    ),
    "parameter group": ("rds", "describe_db_parameter_groups", "DBParameterGroups[].DBParameterGroupName", 255),
    "bucket": ("s3", "list_buckets", "Buckets[].Name", 63),
    "key": ("kms", "list_aliases", "Aliases[?!starts_with(AliasName, 'alias/aws/')].AliasName", 256),
    "secret": ("secretsmanager", "list_secrets", "SecretList[].Name", 512),
    "function": ("lambda", "list_functions", "Functions[].FunctionName", 64),
    "log group": ("logs", "describe_log_groups", "logGroups[].logGroupName", 512),
    "metric filter": ("logs", "describe_metric_filters", "metricFilters[].filterName", 512),
    "delivery source": ("logs", "describe_delivery_sources", "deliverySources[].name", 60),
    "delivery destination": ("logs", "describe_delivery_destinations", "deliveryDestinations[].name", 60),
    "alarm": ("cloudwatch", "describe_alarms", "[MetricAlarms, CompositeAlarms][][].AlarmName", 255),
    "dashboard": ("cloudwatch", "list_dashboards", "DashboardEntries[].DashboardName", 255),
    "topic": ("sns", "list_topics", "Topics[].TopicArn", 256),
    "trail": ("cloudtrail", "describe_trails", "trailList[].Name", 128),
    "stream": ("firehose", "list_delivery_streams", "DeliveryStreamNames", 64),
    "role": ("iam", "list_roles", "Roles[?!starts_with(Path, '/aws-')].RoleName", 64),
    "instance profile": ("iam", "list_instance_profiles", "InstanceProfiles[].InstanceProfileName", 128),
    "web ACL": ("wafv2", "list_web_acls", "WebACLs[].Name", 128),
    "origin access control": ("cloudfront", "list_origin_access_controls", "OriginAccessControlList.Items[].Name", 64),
    "response headers policy": (
        *("cloudfront", "list_response_headers_policies"),
        *("ResponseHeadersPolicyList.Items[?Type=='custom'].ResponseHeadersPolicy.ResponseHeadersPolicyConfig.Name", 128),
    ),
}
"""Where each kind shows its names, and how long AWS lets them be."""
OF_SERVICES = ("alias/", "aws-waf-logs-", "/aws/lambda/", "/aws/rds/cluster/")
"""How names begin where the service says so."""


def names(shown: Shown, kind: str) -> list[str]:
    """The names of all of a kind, without what a service puts before and behind them."""
    service, operation, path, _ = NAMES[kind]
    many = (
        [{"Scope": scope} for scope in SCOPES] if kind == "web ACL" else [{"Type": "custom"}] if "policy" in operation else [{}]
    )
    found = [str(name) for parameters in many for name in _listed(shown, service, operation, path, parameters)]
    return [name for name in found if not name.startswith("default.")]
