"""The settings of the financial transaction platform: a profile gives the defaults, and each can be set by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from provisioner import settings

_SMALL: Mapping[str, Any] = {
    "nat_gateways": 1,
    "interface_endpoints": False,
    "database_instances": 1,
    "database_instance_class": "db.t4g.medium",
    "performance_insights": False,
    "backup_retention_days": 1,
    "business_hours_instances": 1,
    "after_hours_instances": 0,
    "max_instances": 2,
    "instance_type": "t3.small",
    "web_acl_on_load_balancer": False,
    "trail_insights": False,
    "log_retention_days": 90,
    "kms_deletion_window_days": 7,
    "secret_recovery_window_days": 0,
    "empty_buckets_on_teardown": True,
    "protect": False,
}

PROFILES: Mapping[str, Mapping[str, Any]] = {
    "local": _SMALL,
    "dev": _SMALL,
    "test": {
        **_SMALL,
        "database_instances": 2,
        "backup_retention_days": 7,
        "business_hours_instances": 3,
        "after_hours_instances": 2,
        "max_instances": 10,
        "instance_type": "t3.large",
    },
    "prod": {
        "nat_gateways": 3,
        "interface_endpoints": True,
        "database_instances": 2,
        "database_instance_class": "db.r6g.large",
        "performance_insights": True,
        "backup_retention_days": 35,
        "business_hours_instances": 3,
        "after_hours_instances": 2,
        "max_instances": 10,
        "instance_type": "t3.large",
        "web_acl_on_load_balancer": True,
        "trail_insights": True,
        "log_retention_days": 365,
        "kms_deletion_window_days": 30,
        "secret_recovery_window_days": 30,
        "empty_buckets_on_teardown": False,
        "protect": True,
    },
}
"""What the profiles differ in, and nothing else."""

EXAMPLE_DOMAIN = "portal.financial.example"
"""What an embedded `prod` is called: RFC 2606 keeps `example` for this."""

BACKTRACK_HOURS = 24
BACKTRACK_REGIONS = frozenset(
    [
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1"),
        *("eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"),
        *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    ]
)
"""Where Aurora MySQL can be rewound (Aurora user guide, "Backtracking"). It goes with birth: a profile must not change it."""

RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""The days that CloudWatch Logs offers (PutRetentionPolicy)."""

PCI_LOG_RETENTION_DAYS = 365
"""PCI DSS 4.0, 10.5.1: audit logs are kept for at least twelve months."""

_ARM = r"a1\.|[a-z]+[0-9]+g"
"""AWS: the `g` after a family's generation stands for Graviton."""
_DOMAIN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
_ARN = r"^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/[\w+=,.@/*?-]+$"
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"


class Settings(settings.Settings):
    """What one environment of the platform is to be like."""

    profile: Annotated[
        Literal["local", "dev", "test", "prod"], Field(description="the set of defaults: local, dev, test or prod")
    ] = "local"
    region: Annotated[str, Field(pattern=settings.REGION, description="a region of three or more zones, like us-east-1")] = (
        "us-east-1"
    )
    cost_center: Annotated[str, Field(min_length=1, max_length=256, description="1 to 256 characters")] = "engineering"
    domain: Annotated[
        str | None,
        Field(pattern=_DOMAIN, max_length=50, description="the portal's own name, in lower case, like portal.example.com"),
    ] = None
    create_hosted_zone: Annotated[
        bool, Field(description="true: the plan makes the domain's zone in Route 53; false: it is there already")
    ] = False
    deployers: Annotated[
        tuple[Annotated[str, Field(pattern=_ARN)], ...],
        Field(description="ARNs of the roles or users that run provisioner; without any, whoever runs it"),
    ] = ()
    alarm_emails: Annotated[
        tuple[Annotated[str, Field(pattern=_EMAIL)], ...], Field(description="e-mail addresses that alarms are sent to")
    ] = ()
    nat_gateways: Annotated[int, Field(ge=1, le=3, description="1 for all zones, up to 3: one per zone")] = 1
    interface_endpoints: Annotated[bool, Field(description="true or false")] = False
    database_instances: Annotated[int, Field(ge=1, le=15, description="1 writer and up to 14 readers")] = 1
    database_instance_class: Annotated[str, Field(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$", description="like db.r6g.large")] = (
        "db.t4g.medium"
    )
    performance_insights: Annotated[bool, Field(description="true or false")] = False
    backup_retention_days: Annotated[int, Field(ge=1, le=35, description="1 to 35 days")] = 1
    backtrack_hours: Annotated[int, Field(ge=0, le=72, description="0 (never), or up to 72 hours")] = 0
    business_hours_instances: Annotated[int, Field(ge=1, le=100, description="1 to 100")] = 1
    after_hours_instances: Annotated[int, Field(ge=0, le=100, description="0 to 100")] = 0
    max_instances: Annotated[int, Field(ge=1, le=100, description="1 to 100")] = 2
    instance_type: Annotated[str, Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$", description="like t3.large")] = "t3.small"
    web_acl_on_load_balancer: Annotated[bool, Field(description="true or false")] = False
    trail_insights: Annotated[bool, Field(description="true or false")] = False
    log_retention_days: Annotated[int, Field(description=f"one of {', '.join(map(str, RETENTIONS))}")] = 90
    kms_deletion_window_days: Annotated[int, Field(ge=7, le=30, description="7 to 30 days")] = 7
    secret_recovery_window_days: Annotated[int, Field(ge=0, le=30, description="0 (at once), or 7 to 30 days")] = 0
    empty_buckets_on_teardown: Annotated[bool, Field(description="true or false")] = True

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_profile(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        profile = str(given.get("profile", "local"))
        hours = BACKTRACK_HOURS if given.get("region", "us-east-1") in BACKTRACK_REGIONS else 0
        found = {"backtrack_hours": hours, **PROFILES.get(profile, {}), **given}
        if profile == "prod" and given.get("account_id") is None and given.get("domain") is None:
            # Nobody owns a domain in the embedded AWS, and everybody wants to see HTTPS end to end there.
            found |= {"domain": EXAMPLE_DOMAIN, "create_hosted_zone": given.get("create_hosted_zone", True)}
        return found

    @field_validator("log_retention_days")
    @classmethod
    def _is_offered(cls, days: int) -> int:
        if days not in RETENTIONS:
            raise ValueError(f"{days} is not offered by CloudWatch Logs (one of {', '.join(map(str, RETENTIONS))})")
        return days

    @field_validator("instance_type")
    @classmethod
    def _runs_the_image(cls, name: str) -> str:
        if re.match(_ARM, name):
            raise ValueError(f"{name} has an Arm processor, and the platform's image is for x86_64 (like t3.large)")
        return name

    @field_validator("secret_recovery_window_days")
    @classmethod
    def _is_a_window(cls, days: int) -> int:
        if 0 < days < 7:
            raise ValueError(f"{days} is not offered by Secrets Manager (0: at once, or 7 to 30 days)")
        return days

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        wrong = []
        if self.max_instances < max(self.business_hours_instances, self.after_hours_instances):
            wrong.append("max_instances: is less than business_hours_instances or after_hours_instances")
        if self.create_hosted_zone and self.domain is None:
            wrong.append("create_hosted_zone: needs a domain")
        if self.profile == "prod":
            wrong += self._not_for_prod()
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _not_for_prod(self) -> list[str]:
        wrong = []
        if self.domain is None:
            wrong.append("domain: prod serves HTTPS end to end, so it needs a domain of yours with a zone in Route 53")
        if self.backup_retention_days < 7:
            wrong.append("backup_retention_days: prod keeps at least 7 days")
        if self.log_retention_days < PCI_LOG_RETENTION_DAYS:
            wrong.append(f"log_retention_days: prod keeps at least {PCI_LOG_RETENTION_DAYS} days (PCI DSS 10.5.1)")
        if self.business_hours_instances < 3:
            wrong.append("business_hours_instances: prod runs at least 3, one in each zone")
        return wrong
