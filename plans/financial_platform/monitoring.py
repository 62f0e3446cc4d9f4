"""Module 9: the record of everything, and who is told when something is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provisioner import REGION, text
from provisioner.resources.cloudtrail.selectors import AdvancedEventSelector
from provisioner.resources.cloudtrail.trail import Trail
from provisioner.resources.cloudwatch.composite_alarm import CompositeAlarm
from provisioner.resources.firehose.delivery_stream import DeliveryStream
from provisioner.resources.iam.role import Role
from provisioner.resources.logs.log_group import LogGroup
from provisioner.resources.logs.subscription_filter import SubscriptionFilter
from provisioner.resources.sns.subscription import Subscription
from provisioner.resources.sns.topic import Topic

from .alarms import among, application_alarms, audit_alarms, database_alarms, edge_alarms, load_balancer_alarms, rotation_alarms
from .dashboard import dashboard, dashboard_url
from .database import EXPORTED_LOGS
from .policies import EDGE, HERE, allow, arn, assumed_by, let, log_group_arn, named, policy, writes_to
from .storage import APPLICATION_LOGS, bucket_arn

if TYPE_CHECKING:
    from provisioner.resource import Resource
    from provisioner.resources.cloudtrail.selectors import Insights
    from provisioner.resources.cloudwatch.alarm import Alarm

    from .alb import Entry
    from .cdn import Cdn
    from .compute import Compute
    from .database import Database
    from .secrets import Rotation
    from .security import Keys
    from .settings import Settings
    from .storage import Buckets


@dataclass(frozen=True)
class LogGroups:
    """The log groups, there before those who write to them: a service would make bare ones, kept for ever in plain text."""

    application: LogGroup
    database: tuple[LogGroup, ...]
    rotation: LogGroup
    flow_logs: LogGroup
    trail: LogGroup
    delivery: LogGroup
    edge_web_acl: LogGroup
    alb_web_acl: LogGroup | None
    steps: tuple[Resource, ...]


def log_groups(settings: Settings, keys: Keys) -> LogGroups:
    """Encrypted, and kept for as long as the profile says."""

    def group(step: str, name: str | None = None) -> LogGroup:
        return LogGroup(step, log_group_name=name, retention_in_days=settings.log_retention_days, kms_key=keys.logs)

    cluster, function = named(settings, "aurora"), named(settings, "rotation")
    found = LogGroups(
        application=group("application"),
        database=tuple(group(f"aurora-{log}", f"/aws/rds/cluster/{cluster}/{log}") for log in EXPORTED_LOGS),
        rotation=group("rotation", f"/aws/lambda/{function}"),
        flow_logs=group("vpc-flow-logs"),
        trail=group("trail"),
        delivery=group("application-delivery"),
        # WAF writes only to groups whose names begin like this; CloudFront's web ACL only to one in us-east-1.
        edge_web_acl=LogGroup(
            "edge-web-acl",
            log_group_name=f"aws-waf-logs-{named(settings, 'edge')}",
            retention_in_days=settings.log_retention_days,
            kms_key=keys.edge,
            region=EDGE,
        ),
        alb_web_acl=(
            group("alb-web-acl", f"aws-waf-logs-{named(settings, 'alb')}") if settings.web_acl_on_load_balancer else None
        ),
        steps=(),
    )
    everywhere = (found.application, *found.database, found.rotation, found.flow_logs, found.trail, found.delivery)
    walls = (found.edge_web_acl, *((found.alb_web_acl,) if found.alb_web_acl else ()))
    return LogGroups(**{**vars(found), "steps": (*everywhere, *walls)})


@dataclass(frozen=True)
class Topics:
    """Where alarms go: the platform's topic, and the one for alarms of us-east-1 (the same one there)."""

    alarms: Topic
    edge: Topic
    steps: tuple[Resource, ...]


def topics(settings: Settings, keys: Keys) -> Topics:
    """Encrypted; CloudWatch of this account publishes, over TLS; the addresses of the settings are told."""
    alarms = _topic(settings, "alarms", keys.logs, REGION)
    edge = alarms if settings.region == EDGE else _topic(settings, "edge-alarms", keys.edge, EDGE, region=EDGE)
    made = tuple(dict.fromkeys((alarms, edge)))
    # AWS lets a subscription say nowhere whose it is: by this name it is known again.
    mails = tuple(
        Subscription(f"{topic.name}/email/{address}", topic=topic, protocol="email", endpoint=address, region=topic.region)
        for topic in made
        for address in settings.alarm_emails
    )
    return Topics(alarms, edge, (*made, *mails))


def _topic(settings: Settings, name: str, key: Any, where: Any, region: str | None = None) -> Topic:
    own = arn("sns", named(settings, name), where)
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    return Topic(
        name,
        display_name="Financial platform",
        kms_master_key=key,
        policy=policy(
            let("Alarms", "cloudwatch.amazonaws.com", "sns:Publish", own, StringEquals=HERE),
            {
                "Sid": "OnlyTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sns:Publish",
                "Resource": own,
                "Condition": plain,
            },
        ),
        region=region,
    )


@dataclass(frozen=True)
class Monitoring:
    """The topic, all alarms, and where the dashboard is."""

    topic: Topic
    alarms: tuple[Alarm, ...]
    dashboard_url: Any
    steps: tuple[Resource, ...]


def monitoring(
    settings: Settings,
    topics: Topics,
    groups: LogGroups,
    buckets: Buckets,
    database: Database,
    entry: Entry,
    compute: Compute,
    cdn: Cdn,
    rotation: Rotation,
    keys: Keys,
) -> Monitoring:
    """Alarms on what customers feel, on what holds their data, and on what PCI DSS asks to be watched."""
    watching = (
        *application_alarms(settings, groups.application, topics.alarms),
        *load_balancer_alarms(entry, topics.alarms),
        *database_alarms(database, topics.alarms),
        *rotation_alarms(rotation, topics.alarms),
        *audit_alarms(settings, groups.trail, topics.alarms),
        *edge_alarms(cdn, topics.edge),
    )
    alarms = among(watching)
    # A composite alarm is of one region: CloudFront's alarms ring for themselves.
    near = [alarm for alarm in alarms if alarm.region in (None, settings.region)]
    rule = text(" OR ".join(['ALARM("{}")'] * len(near)), *near)
    composite = CompositeAlarm(
        "anything-wrong",
        alarm_description="Something of the platform needs a person",
        alarm_rule=rule,
        alarm_actions=(topics.alarms,),
    )
    board = dashboard(settings, groups, database, entry, compute, cdn, near)
    return Monitoring(
        topics.alarms,
        alarms,
        dashboard_url(settings),
        (
            *watching,
            composite,
            board,
            *_delivered(settings, groups, buckets),
            *_trail(settings, groups, buckets, rotation, keys),
        ),
    )


def _delivered(settings: Settings, groups: LogGroups, buckets: Buckets) -> tuple[Resource, ...]:
    """The application's log as files in the log bucket, for those who look back further than a console does."""
    files = bucket_arn(settings, "logs", f"/{APPLICATION_LOGS}*")
    writer = Role(
        "application-delivery-role",
        description="Lets Firehose write the application's log to the log bucket",
        assume_role_policy=assumed_by("firehose.amazonaws.com", StringEquals={"sts:ExternalId": HERE["aws:SourceAccount"]}),
        inline_policies={
            "files": policy(
                allow(["s3:PutObject", "s3:AbortMultipartUpload"], files),
                allow(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], buckets.logs.arn),
            ),
            "log": policy(writes_to(groups.delivery)),
        },
    )
    stream = DeliveryStream(
        "application",
        bucket=buckets.logs,
        role_arn=writer.arn,
        prefix=APPLICATION_LOGS,
        error_output_prefix=f"{APPLICATION_LOGS}failed/!{{firehose:error-output-type}}/",
        # What Logs sends is compressed already.
        compression_format="UNCOMPRESSED",
        file_extension=".gz",
        log_group=groups.delivery,
        log_stream_name="delivery",
        server_side_encryption=True,
    )
    sender = Role(
        "application-subscription-role",
        description="Lets CloudWatch Logs send the application's log to Firehose",
        assume_role_policy=assumed_by("logs.amazonaws.com", ArnLike={"aws:SourceArn": arn("logs", "*")}, StringEquals=HERE),
        inline_policies={"send": policy(allow(["firehose:PutRecord", "firehose:PutRecordBatch"], stream.arn))},
    )
    subscription = SubscriptionFilter(
        "application", log_group=groups.application, destination_arn=stream.arn, role_arn=sender.arn, filter_pattern=""
    )
    return writer, stream, sender, subscription


def _trail(settings: Settings, groups: LogGroups, buckets: Buckets, rotation: Rotation, keys: Keys) -> tuple[Resource, ...]:
    """Who did what in the account, in all regions, in files that can be proven untouched."""
    trail_arn = arn("cloudtrail", f"trail/{named(settings, 'trail')}")
    writer = Role(
        "trail-role",
        description="Lets CloudTrail write to its log group",
        assume_role_policy=assumed_by("cloudtrail.amazonaws.com", StringEquals={"aws:SourceArn": trail_arn}),
        inline_policies={
            "write": policy(
                allow(
                    ["logs:CreateLogStream", "logs:PutLogEvents"],
                    log_group_arn(f"{named(settings, 'trail')}:log-stream:*"),
                )
            )
        },
    )
    objects = [text("{}/", bucket.arn) for bucket in (buckets.trail, buckets.assets)]
    # AWS's own console names it so, and auditors' tools look for that.
    management = AdvancedEventSelector("Management events selector", {"eventCategory": {"Equals": ["Management"]}})
    data = _data_events("Objects", "AWS::S3::Object", {"StartsWith": objects})
    # Who calls it has the database's password changed.
    calls = _data_events("Rotation", "AWS::Lambda::Function", {"Equals": [rotation.function.arn]})
    insights: Insights = {"ApiCallRateInsight": ["Management"], "ApiErrorRateInsight": ["Management"]}
    trail = Trail(
        "trail",
        s3_bucket=buckets.trail,
        is_multi_region_trail=True,
        enable_log_file_validation=True,
        kms_key=keys.logs,
        cloud_watch_logs_log_group=groups.trail,
        cloud_watch_logs_role_arn=writer.arn,
        advanced_event_selectors=(management, data, calls),
        insight_selectors=insights if settings.trail_insights else {},
    )
    return writer, trail


def _data_events(name: str, kind: str, arns: dict[str, list[Any]]) -> AdvancedEventSelector:
    fields: Any = {"eventCategory": {"Equals": ["Data"]}, "resources.type": {"Equals": [kind]}, "resources.ARN": arns}
    return AdvancedEventSelector(name, fields)
