"""Module 2: who may reach what, and with which key: KMS keys, security groups, and the identities of what runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provisioner import ACCOUNT_ID, PARTITION, REGION, text
from provisioner.resources.ec2.facts import managed_prefix_list
from provisioner.resources.ec2.security_group import SecurityGroup
from provisioner.resources.ec2.security_group_rule_set import SecurityGroupRules
from provisioner.resources.ec2.security_group_rules import Rule
from provisioner.resources.iam.instance_profile import InstanceProfile
from provisioner.resources.iam.role import Role
from provisioner.resources.kms.key import Key

from .policies import EDGE, HERE, allow, arn, assumed_by, let, log_group_arn, named, policy, writes_to

if TYPE_CHECKING:
    from provisioner.resource import Resource
    from provisioner.resources.logs.log_group import LogGroup

    from .settings import Settings
    from .vpc import Network

APP_PORT, DATABASE_PORT = 8080, 3306
ANYWHERE = "0.0.0.0/0"
CLOUDFRONT_ADDRESSES = "com.amazonaws.global.cloudfront.origin-facing"
METRICS_NAMESPACE = "FinancialPlatform/Application"

_ENCRYPT = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]


@dataclass(frozen=True)
class Keys:
    """The customer keys: for data, for logs, and for logs where CloudFront's are (the same one in us-east-1)."""

    data: Key
    logs: Key
    edge: Key
    steps: tuple[Resource, ...]


def keys(settings: Settings) -> Keys:
    """A key for what customers trust us with, and one for the record of what was done with it."""
    data = _key(settings, "data-key", "Encrypts the data of the financial transaction platform", *_users_of_data(settings))
    logs = _key(settings, "logs-key", "Encrypts the logs of the financial transaction platform", *_writers(settings, REGION))
    if settings.region == EDGE:
        return Keys(data, logs, logs, (data, logs))
    about = "Encrypts the logs that CloudFront and its web ACL write in us-east-1"
    edge = _key(settings, "edge-logs-key", about, *_writers(settings, EDGE), region=EDGE)
    return Keys(data, logs, edge, (data, logs, edge))


def _key(settings: Settings, name: str, about: str, *statements: dict[str, Any], region: str | None = None) -> Key:
    root = text("arn:{}:iam::{}:root", PARTITION, ACCOUNT_ID)
    administration = {"Sid": "Administration", "Effect": "Allow", "Principal": {"AWS": root}}
    return Key(
        name,
        description=about,
        policy=policy({**administration, "Action": "kms:*", "Resource": "*"}, *statements),
        enable_key_rotation=True,
        rotation_period_in_days=365,
        deletion_window_in_days=settings.kms_deletion_window_days,
        region=region,
    )


def _users_of_data(settings: Settings) -> tuple[dict[str, Any], ...]:
    """CloudFront reads the static files, Auto Scaling starts instances on encrypted volumes; all others come by their role."""
    # Any distribution of this account: the plan's own stands on the bucket, which stands on this key.
    distributions = {"aws:SourceArn": text("arn:{}:cloudfront::{}:distribution/*", PARTITION, ACCOUNT_ID)}
    # AWS makes the role with the account's first group, and a policy can not name what is not there: so the condition does.
    scaling = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    as_scaling = {
        "aws:PrincipalArn": text("arn:{}:iam::{}:{}", PARTITION, ACCOUNT_ID, scaling),
        "kms:CallerAccount": ACCOUNT_ID,
    }
    for_volumes = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    everybody = {"Principal": {"AWS": "*"}}
    return (
        let("StaticFiles", "cloudfront.amazonaws.com", "kms:Decrypt", StringEquals=HERE, ArnLike=distributions),
        {"Sid": "Volumes", **everybody, **allow(["kms:DescribeKey", *_ENCRYPT[:4]], "*", StringEquals=as_scaling)},
        {"Sid": "VolumeGrants", **everybody, **allow("kms:CreateGrant", "*", StringEquals=as_scaling, **for_volumes)},
    )


def _writers(settings: Settings, region: Any) -> tuple[dict[str, Any], ...]:
    """CloudWatch Logs for the groups of this environment, CloudTrail for its trail, alarms that go to an encrypted topic."""
    name = named(settings, "*")
    groups = (name, f"aws-waf-logs-{name}", f"/aws/lambda/{name}", f"/aws/rds/cluster/{name}/*")
    context = {"kms:EncryptionContext:aws:logs:arn": [log_group_arn(group, region) for group in groups]}
    trail = arn("cloudtrail", f"trail/{named(settings, 'trail')}", region)
    trails = {"kms:EncryptionContext:aws:cloudtrail:arn": arn("cloudtrail", "trail/*", "*")}
    by_trail = {"StringEquals": {"aws:SourceArn": trail}}
    return (
        let("Logs", text("logs.{}.amazonaws.com", region), _ENCRYPT, ArnLike=context),
        let("Trail", "cloudtrail.amazonaws.com", "kms:GenerateDataKey*", StringLike=trails, **by_trail),
        let("TrailLooks", "cloudtrail.amazonaws.com", "kms:DescribeKey", **by_trail),
        # Its bucket has a bucket key, which is made for the bucket and not for the trail, and opened for each file.
        let("TrailBucket", "cloudtrail.amazonaws.com", ["kms:GenerateDataKey*", "kms:Decrypt"], **by_trail),
        let("Alarms", "cloudwatch.amazonaws.com", ["kms:Decrypt", "kms:GenerateDataKey*"], StringEquals=HERE),
    )


@dataclass(frozen=True)
class Groups:
    """The security groups, each with a step of its own for its rules, since groups name each other."""

    load_balancer: SecurityGroup
    app: SecurityGroup
    database: SecurityGroup
    rotation: SecurityGroup
    steps: tuple[Resource, ...]


def security_groups(settings: Settings, net: Network) -> Groups:
    """CloudFront reaches the load balancer, that the application, that and the rotation function the database; nothing else."""
    load_balancer = _group(net, "alb-group", "The load balancer: from CloudFront alone")
    app = _group(net, "app-group", "The application: from the load balancer alone")
    database = _group(net, "database-group", "The database: from the application and the rotation function alone")
    rotation = _group(net, "rotation-group", "The rotation function: to the database and the secret alone")
    # CloudFront's list counts as 55 of the 60 rules that a group may hold: there is room for one port.
    entry = 80 if settings.domain is None else 443
    from_cloudfront = Rule(managed_prefix_list(CLOUDFRONT_ADDRESSES), entry, description="CloudFront")
    rules = (
        SecurityGroupRules(
            "alb-group",
            group=load_balancer,
            ingress=(from_cloudfront,),
            egress=(Rule(app, APP_PORT, description="The application, and its health"),),
        ),
        SecurityGroupRules(
            "app-group",
            group=app,
            ingress=(Rule(load_balancer, APP_PORT, description="The load balancer"),),
            egress=(
                Rule(database, DATABASE_PORT, description="The database"),
                Rule(ANYWHERE, 443, description="The services of AWS and packages, over HTTPS"),
            ),
        ),
        SecurityGroupRules(
            "database-group",
            group=database,
            ingress=(
                Rule(app, DATABASE_PORT, description="The application"),
                Rule(rotation, DATABASE_PORT, description="The rotation function"),
            ),
            egress=(),
        ),
        SecurityGroupRules(
            "rotation-group",
            group=rotation,
            ingress=(),
            egress=(Rule(database, DATABASE_PORT, description="The database"), _to_secrets(net)),
        ),
    )
    groups = (load_balancer, app, database, rotation)
    return Groups(*groups, steps=(*groups, *rules))


def _group(net: Network, name: str, about: str) -> SecurityGroup:
    return SecurityGroup(name, vpc=net.vpc, description=about, ingress=None, egress=None)


def _to_secrets(net: Network) -> Rule:
    """Secrets Manager: by its private endpoint where there is one, else through the NAT gateway."""
    if net.endpoints_group is not None:
        return Rule(net.endpoints_group, 443, description="The private endpoints of Secrets Manager and CloudWatch Logs")
    return Rule(ANYWHERE, 443, description="Secrets Manager, over HTTPS")


def flow_logs_role(group: LogGroup) -> Role:
    """Lets VPC flow logs write to their group."""
    logs = arn("ec2", "vpc-flow-log/*")
    return Role(
        "flow-logs-role",
        description="Lets VPC flow logs write to their log group",
        assume_role_policy=assumed_by("vpc-flow-logs.amazonaws.com", StringEquals=HERE, ArnLike={"aws:SourceArn": logs}),
        inline_policies={"write": policy(writes_to(group), allow("logs:DescribeLogGroups", group.arn))},
    )


@dataclass(frozen=True)
class Identities:
    """The roles of what runs on the platform."""

    instance: Role
    instance_profile: InstanceProfile
    rotation: Role
    database_monitoring: Role
    steps: tuple[Resource, ...]


def identities(
    settings: Settings, net: Network, keys: Keys, groups: Groups, app_log: LogGroup, rotation_log: LogGroup, bundles: Any
) -> Identities:
    """A role for the instances, one for the rotation function, one for the database's monitoring; each names what it may touch.

    `bundles` is the ARN of the objects that instances are installed from.
    """
    secret = secret_arn(settings, "database")
    instance = Role(
        "instance-role",
        description="What the application may do: read its secret and its bundle, write its log and its metrics",
        assume_role_policy=assumed_by("ec2.amazonaws.com"),
        managed_policy_arns=(text("arn:{}:iam::aws:policy/AmazonSSMManagedInstanceCore", PARTITION),),
        inline_policies={
            "secret": policy(
                allow(["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], secret),
                _decrypts(keys.data, "secretsmanager"),
            ),
            "bundle": policy(allow("s3:GetObject", bundles), _decrypts(keys.data, "s3")),
            "log": policy(writes_to(app_log)),
            "metrics": policy(
                allow("cloudwatch:PutMetricData", "*", StringEquals={"cloudwatch:namespace": METRICS_NAMESPACE}),
            ),
        },
    )
    profile = InstanceProfile("instance-profile", role=instance)
    rotation = Role(
        "rotation-role",
        description="What the rotation function may do: rotate one secret, inside the VPC",
        assume_role_policy=assumed_by("lambda.amazonaws.com"),
        inline_policies={
            "secret": policy(*_rotates(secret), _decrypts(keys.data, "secretsmanager", "kms:GenerateDataKey")),
            "log": policy(writes_to(rotation_log)),
            "network": policy(*_stands_in(net, groups.rotation)),
        },
    )
    monitoring = Role(
        "database-monitoring-role",
        description="Lets RDS write the measurements of the database's operating system",
        assume_role_policy=assumed_by("monitoring.rds.amazonaws.com", StringEquals=HERE),
        managed_policy_arns=(text("arn:{}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole", PARTITION),),
    )
    return Identities(instance, profile, rotation, monitoring, (instance, profile, rotation, monitoring))


def secret_arn(settings: Settings, name: str) -> Any:
    """The ARN of a secret by its name: AWS ends it in a dash and six characters of its own."""
    return arn("secretsmanager", f"secret:{named(settings, name)}-??????")


def _decrypts(key: Key, service: str, *more: str) -> dict[str, Any]:
    via = {"kms:ViaService": text("{}.{}.amazonaws.com", service, REGION)}
    return allow(["kms:Decrypt", *more], key.arn, StringEquals=via)


def _rotates(secret: Any) -> tuple[dict[str, Any], ...]:
    steps = ("DescribeSecret", "GetSecretValue", "ListSecretVersionIds", "PutSecretValue", "UpdateSecretVersionStage")
    # A new password is of no secret yet, so the action knows no resource.
    return allow([f"secretsmanager:{step}" for step in steps], secret), allow("secretsmanager:GetRandomPassword", "*")


def _stands_in(net: Network, group: SecurityGroup) -> tuple[dict[str, Any], ...]:
    """What Lambda does with the function's role to put it into the VPC."""
    interfaces = arn("ec2", "network-interface/*")
    subnets = [text("arn:{}:ec2:{}:{}:subnet/{}", PARTITION, REGION, ACCOUNT_ID, subnet) for subnet in net.private_subnets]
    own = text("arn:{}:ec2:{}:{}:security-group/{}", PARTITION, REGION, ACCOUNT_ID, group)
    changes = ["ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]
    return (
        allow("ec2:CreateNetworkInterface", [interfaces, own, *subnets]),
        allow(changes, interfaces),
        # These know no resource.
        allow(["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], "*"),
    )
