"""The dashboard: what customers feel on top, then what they depend on, then who is at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner import REGION, text
from provisioner.resources.cloudwatch.dashboard import Dashboard

from .alarms import log_namespace, metric_name
from .policies import EDGE, named
from .security import METRICS_NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioner.resources.cloudwatch.alarm import Alarm

    from .alb import Entry
    from .cdn import Cdn
    from .compute import Compute
    from .database import Database
    from .monitoring import LogGroups
    from .settings import Settings

_WIDTH, _HEIGHT = 8, 6


def dashboard(
    settings: Settings,
    groups: LogGroups,
    database: Database,
    entry: Entry,
    compute: Compute,
    cdn: Cdn,
    alarms: Sequence[Alarm],
) -> Dashboard:
    """All alarms, and the numbers behind them."""
    balancer, cluster = ("LoadBalancer", entry.load_balancer.full_name), ("DBClusterIdentifier", database.cluster)
    portal = ("DistributionId", cdn.distribution, "Region", "Global")
    ours = ("Environment", settings.environment)
    group = ("AutoScalingGroupName", compute.group)
    graphs = (
        _graph("Requests and errors of the application", [(METRICS_NAMESPACE, name, *ours) for name in ("Requests", "Errors")]),
        _graph("Latency of the application", [(METRICS_NAMESPACE, "Latency", *ours)], "p99"),
        _graph(
            "Errors in the application's log",
            [(log_namespace(settings), metric_name(f"application-{kind}")) for kind in ("errors", "4xx", "5xx")],
        ),
        _graph(
            "Load balancer",
            [
                ("AWS/ApplicationELB", name, *balancer)
                for name in ("RequestCount", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count")
            ],
        ),
        _graph("Answering time", [("AWS/ApplicationELB", "TargetResponseTime", *balancer)], "p99"),
        _graph("Processors of the instances", [("AWS/EC2", "CPUUtilization", *group)], "Average"),
        _graph("Processors of the database", [("AWS/RDS", "CPUUtilization", *cluster)], "Maximum"),
        _graph("Connections", [("AWS/RDS", "DatabaseConnections", *cluster)], "Maximum"),
        _graph("Replica lag", [("AWS/RDS", "AuroraReplicaLagMaximum", *cluster)], "Maximum"),
        _graph("CloudFront", [("AWS/CloudFront", "Requests", *portal)], region=EDGE),
        _graph("CloudFront's errors", [("AWS/CloudFront", "5xxErrorRate", *portal)], "Average", region=EDGE),
        _graph(
            "Blocked by the web ACL",
            [("AWS/WAFV2", "BlockedRequests", "WebACL", cdn.web_acl.metric, "Rule", "ALL")],
            region=EDGE,
        ),
    )
    status = {
        "type": "alarm",
        **_place(0, 0, 24, 4),
        "properties": {"title": "Alarms", "alarms": [alarm.arn for alarm in alarms]},
    }
    errors = {
        "type": "log",
        **_place(0, 4 + _HEIGHT * 4, 24, _HEIGHT),
        "properties": {
            "title": "The latest errors",
            "region": REGION,
            "query": text(
                "SOURCE '{}' | fields @timestamp, @message | filter level = 'error' | sort @timestamp desc | limit 20",
                groups.application,
            ),
        },
    }
    placed = [
        {**graph, **_place(number % 3 * _WIDTH, 4 + number // 3 * _HEIGHT, _WIDTH, _HEIGHT)}
        for number, graph in enumerate(graphs)
    ]
    return Dashboard("portal", body={"widgets": [status, *placed, errors]})


def dashboard_url(settings: Settings) -> Any:
    """Where people open it."""
    console = "https://{0}.console.aws.amazon.com/cloudwatch/home?region={0}#dashboards:name={1}"
    return text(console, REGION, named(settings, "portal"))


def _graph(title: str, metrics: list[tuple[Any, ...]], stat: str = "Sum", region: Any = REGION) -> dict[str, Any]:
    shown = {"title": title, "view": "timeSeries", "region": region, "stat": stat, "period": 300}
    return {"type": "metric", "properties": {**shown, "metrics": [list(metric) for metric in metrics]}}


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "width": width, "height": height}
