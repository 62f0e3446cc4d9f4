"""A customer portal that handles financial transactions, built to meet PCI DSS 4.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner import Plan

from .alb import entry
from .cdn import cdn
from .compute import bundle, compute
from .database import database
from .domain import domain
from .monitoring import log_groups, monitoring, topics
from .policies import PREFIX
from .secrets import password_rotation, secrets
from .security import identities, keys, security_groups
from .settings import Settings
from .storage import buckets
from .vpc import network

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from provisioner.resource import Resource

__all__ = ["Settings", "build"]

NO_DOMAIN = (
    "no domain is set: CloudFront's own name is used, and CloudFront speaks plain HTTP to the load balancer, which is not good "
    "for real transactions. Set `domain` to a name with a zone in Route 53; `prod` refuses to start without one."
)


def build(settings: Settings) -> Plan:
    """The platform as the settings of one environment want it."""
    steps, outputs = _platform(settings)
    return Plan(
        "financial-platform",
        *steps,
        prefix=PREFIX,
        tags={
            "Environment": settings.environment,
            "Application": "financial-transaction-platform",
            "CostCenter": settings.cost_center,
            "ManagedBy": "provisioner",
        },
        outputs=outputs,
        warnings=() if settings.domain else (NO_DOMAIN,),
    )


def _platform(settings: Settings) -> tuple[Sequence[Resource], Mapping[str, Any]]:
    """The nine modules, in an order in which each stands on what is before it."""
    customer_keys = keys(settings)
    logs = log_groups(settings, customer_keys)
    net = network(settings, logs.flow_logs)
    stores = buckets(settings, customer_keys)
    groups = security_groups(settings, net)
    application = bundle(stores)
    roles = identities(settings, net, customer_keys, groups, logs.application, logs.rotation, application.bundle.arn)
    kept = secrets(settings, customer_keys, roles)
    data = database(settings, net, customer_keys, groups, roles, kept.database, logs.database)
    rotating = password_rotation(kept, data, net, groups, roles, logs.rotation)
    name = domain(settings)
    door = entry(settings, net, groups, stores, kept.origin_header, name)
    instances = compute(settings, net, customer_keys, groups, roles, door, application, kept.database, logs.application)
    edge = cdn(settings, door, stores, logs, kept.origin_header, name)
    told = topics(settings, customer_keys)
    watching = monitoring(settings, told, logs, stores, data, door, instances, edge, rotating, customer_keys)
    parts = (customer_keys, logs, net, stores, groups, application, roles, kept, data, rotating)
    rest = (*((name,) if name else ()), door, instances, edge, told, watching)
    outputs = {
        "vpc_id": net.vpc,
        "alb_dns_name": door.load_balancer.dns_name,
        "cloudfront_domain": edge.distribution.domain_name,
        "url": edge.url,
        "writer_endpoint": data.cluster.endpoint,
        "reader_endpoint": data.cluster.reader_endpoint,
        "secret_arn": kept.database.arn,
        "dashboard_url": watching.dashboard_url,
        "topic_arn": told.alarms,
        # Until the registrar names them, no certificate is issued, and `up` waits.
        **({"name_servers": name.name_servers} if name and settings.create_hosted_zone else {}),
    }
    return [step for part in (*parts, *rest) for step in part.steps], outputs
