"""The settings of the financial transaction platform: a profile gives the defaults, and each can be set by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from provisioner import settings

PROFILES: Mapping[str, Mapping[str, Any]] = {
    "local": {"nat_gateways": 1, "interface_endpoints": False, "log_retention_days": 90, "kms_deletion_window_days": 7},
    "dev": {"nat_gateways": 1, "interface_endpoints": False, "log_retention_days": 90, "kms_deletion_window_days": 7},
    "test": {"nat_gateways": 1, "interface_endpoints": False, "log_retention_days": 90, "kms_deletion_window_days": 7},
    "prod": {"nat_gateways": 3, "interface_endpoints": True, "log_retention_days": 365, "kms_deletion_window_days": 30},
}

RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""The days that CloudWatch Logs offers (PutRetentionPolicy)."""


class Settings(settings.Settings):
    """What one environment of the platform is to be like."""

    profile: Literal["local", "dev", "test", "prod"] = "local"
    cost_center: Annotated[str, Field(min_length=1, max_length=256, description="1 to 256 characters")] = "engineering"
    nat_gateways: Annotated[int, Field(ge=1, le=3, description="1 for all zones, up to 3: one per zone")] = 1
    interface_endpoints: Annotated[bool, Field(description="true or false")] = False
    log_retention_days: Annotated[int, Field(description=f"one of {', '.join(map(str, RETENTIONS))}")] = 90
    kms_deletion_window_days: Annotated[int, Field(ge=7, le=30, description="7 to 30 days")] = 7

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_profile(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**PROFILES.get(str(given.get("profile", "local")), {}), **given}

    @field_validator("log_retention_days")
    @classmethod
    def _is_offered(cls, days: int) -> int:
        if days not in RETENTIONS:
            raise ValueError(f"{days} is not offered by CloudWatch Logs (one of {', '.join(map(str, RETENTIONS))})")
        return days
