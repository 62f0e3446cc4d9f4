"""Amazon CloudWatch Logs."""

from __future__ import annotations

from provisioner.resources.kms.key import Key
from provisioner.resources.logs.log_group import LogGroup

from . import Example

KEY, OTHER_KEY = Key("key"), Key("other-key")

EXAMPLES = [
    Example(
        LogGroup("group", log_group_name="/aws/lambda/example", retention_in_days=30, kms_key=KEY, after=(KEY, OTHER_KEY)),
        changes={"retention_in_days": 0, "kms_key": OTHER_KEY, "deletion_protection_enabled": True},
        replaces={"log_group_name": "/aws/lambda/another", "log_group_class": "INFREQUENT_ACCESS"},
    ),
]
