"""Keys that databases encrypt with."""

from __future__ import annotations

from typing import Any

from ...call import Refused

_AMAZONS = "alias/aws/rds"


def key_arn(rds: Any, named: str | None) -> str:
    """The ARN of a key that RDS may use; by default, Amazon's own."""
    arn = str(rds._validate_kms_key(named or _AMAZONS))
    if rds.kms.describe_key(arn.rpartition("/")[2]).key_state != "Enabled":
        words = f"Specified KMS key [{named}] does not exist, is not enabled or you do not have permissions to access it."
        raise Refused("KMSKeyNotAccessibleFault", words)
    return arn
