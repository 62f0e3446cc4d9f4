"""The alarms of the platform, each with the metric filter that it counts by, where it counts what a log says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.resources.cloudwatch.alarm import Alarm
from provisioner.resources.logs.metric_filter import MetricFilter, MetricTransformation

from . import audit
from .policies import EDGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioner.resource import Resource
    from provisioner.resources.logs.log_group import LogGroup
    from provisioner.resources.sns.topic import Topic

    from .alb import Entry
    from .cdn import Cdn
    from .database import Database
    from .secrets import Rotation
    from .settings import Settings

MINUTE, FIVE_MINUTES, HOUR = 60, 300, 3600
APPLICATION_PATTERNS = {
    "application-errors": '{ $.level = "error" || $.level = "critical" }',
    "application-4xx": "{ $.status >= 400 && $.status < 500 }",
    "application-5xx": "{ $.status >= 500 }",
}
LEAST_FREE_MEMORY = 256 * 1024**2
MOST_REPLICA_LAG_MILLISECONDS = 2000
SLOW_SECONDS = 2.0
SURGE_OF_BLOCKS = 500


def application_alarms(settings: Settings, log: LogGroup, topic: Topic) -> tuple[Resource, ...]:
    """Errors are counted, and so are answers of 4xx and 5xx, for the dashboard."""
    filters = tuple(_counted(name, log, pattern, log_namespace(settings)) for name, pattern in APPLICATION_PATTERNS.items())
    errors = _alarm("application-errors", topic, "Errors in the application's log", log_namespace(settings), threshold=10)
    return (*filters, errors)


def load_balancer_alarms(entry: Entry, topic: Topic) -> tuple[Alarm, ...]:
    """What customers feel: errors, instances that do not answer, and answers that take long."""
    balancer = {"LoadBalancer": entry.load_balancer.full_name}
    targets = {**balancer, "TargetGroup": entry.target_group.full_name}
    elb = "AWS/ApplicationELB"
    return (
        _alarm(
            *("alb-5xx", topic, "Answers of 5xx from the load balancer itself", elb),
            metric="HTTPCode_ELB_5XX_Count",
            dimensions=balancer,
            threshold=50,
        ),
        _alarm(
            *("target-5xx", topic, "Answers of 5xx from the application", elb),
            metric="HTTPCode_Target_5XX_Count",
            dimensions=balancer,
            threshold=50,
        ),
        _alarm(
            *("unhealthy-hosts", topic, "Instances that do not reach the database over TLS", elb),
            metric="UnHealthyHostCount",
            dimensions=targets,
            statistic="Maximum",
            period=MINUTE,
            evaluation_periods=5,
            threshold=0,
        ),
        _alarm(
            *("target-latency", topic, "One answer of a hundred takes longer than two seconds", elb),
            metric="TargetResponseTime",
            dimensions=balancer,
            extended_statistic="p99",
            evaluation_periods=3,
            threshold=SLOW_SECONDS,
        ),
    )


def database_alarms(database: Database, topic: Topic) -> tuple[Alarm, ...]:
    """What the database runs out of first."""
    cluster = {"DBClusterIdentifier": database.cluster}

    def alarm(name: str, about: str, metric: str, **more: Any) -> Alarm:
        settings = {"dimensions": cluster, "statistic": "Average", "evaluation_periods": 2, **more}
        return _alarm(name, topic, about, "AWS/RDS", metric=metric, **settings)

    return (
        # Minute by minute the busiest instance: idle readers would hide a writer at its end.
        alarm(
            *("database-cpu", "The database's processors are busier than 80 %", "CPUUtilization"),
            statistic="Maximum",
            period=MINUTE,
            evaluation_periods=5,
            threshold=80,
        ),
        alarm("database-connections", "More than 100 connections", "DatabaseConnections", statistic="Maximum", threshold=100),
        alarm(
            *("database-memory", "The database has little free memory", "FreeableMemory"),
            statistic="Minimum",
            comparison_operator="LessThanThreshold",
            threshold=LEAST_FREE_MEMORY,
        ),
        alarm(
            *("database-replica-lag", "A reader is behind the writer", "AuroraReplicaLagMaximum"),
            statistic="Maximum",
            threshold=MOST_REPLICA_LAG_MILLISECONDS,
        ),
    )


def rotation_alarms(rotation: Rotation, topic: Topic) -> tuple[Resource, ...]:
    """A password that could not be changed."""
    failed = _alarm(
        *("rotation-failed", topic, "The rotation of the database's password failed", "AWS/Lambda"),
        metric="Errors",
        dimensions={"FunctionName": rotation.function.full_name},
        threshold=0,
    )
    return (failed,)


def audit_alarms(settings: Settings, log: LogGroup, topic: Topic) -> tuple[Resource, ...]:
    """What nobody should do unseen."""
    steps: list[Resource] = []
    namespace = f"FinancialPlatform/Audit/{settings.environment}"
    for name, pattern in audit.WATCHED.items():
        about = f"CloudTrail: {name.replace('-', ' ')}"
        steps.append(_counted(name, log, pattern, namespace))
        steps.append(_alarm(name, topic, about, namespace, threshold=audit.OFTEN.get(name, 0)))
    return tuple(steps)


def edge_alarms(cdn: Cdn, topic: Topic) -> tuple[Alarm, ...]:
    """CloudFront's web ACL, whose metrics are in us-east-1."""
    surge = _alarm(
        *("web-acl-blocks", topic, "CloudFront's web ACL blocks far more than usual", "AWS/WAFV2"),
        metric="BlockedRequests",
        dimensions={"WebACL": cdn.web_acl.metric, "Rule": "ALL"},
        threshold=SURGE_OF_BLOCKS,
        region=EDGE,
    )
    return (surge,)


def log_namespace(settings: Settings) -> str:
    """Where the application's log is counted: each environment for itself, since a count takes no dimension."""
    return f"FinancialPlatform/Logs/{settings.environment}"


def metric_name(name: str) -> str:
    """The metric that a filter counts into, in CloudWatch's own way to write names."""
    return "".join(part.capitalize() for part in name.split("-"))


def _counted(name: str, log: LogGroup, pattern: str, namespace: str) -> MetricFilter:
    counting = MetricTransformation(metric_name(name), namespace, "1", default_value=0.0, unit="Count")
    return MetricFilter(name, log_group=log, filter_pattern=pattern, metric_transformations=(counting,))


def _alarm(
    name: str,
    topic: Topic,
    about: str,
    namespace: str,
    *,
    threshold: float,
    metric: str | None = None,
    dimensions: dict[str, Any] | None = None,
    statistic: Any = "Sum",
    extended_statistic: str | None = None,
    period: int = FIVE_MINUTES,
    evaluation_periods: int = 1,
    comparison_operator: Any = "GreaterThanThreshold",
    region: str | None = None,
) -> Alarm:
    """An alarm that tells the topic when something is wrong, and when it is well again. No data is no news."""
    return Alarm(
        name,
        alarm_description=about,
        namespace=namespace,
        metric_name=metric or metric_name(name),
        dimensions=dimensions or {},
        statistic=None if extended_statistic else statistic,
        extended_statistic=extended_statistic,
        period=period,
        evaluation_periods=evaluation_periods,
        comparison_operator=comparison_operator,
        threshold=threshold,
        treat_missing_data="notBreaching",
        alarm_actions=(topic,),
        ok_actions=(topic,),
        region=region,
    )


def among(alarms: Sequence[Resource]) -> tuple[Alarm, ...]:
    """The alarms among these steps."""
    return tuple(step for step in alarms if isinstance(step, Alarm))
