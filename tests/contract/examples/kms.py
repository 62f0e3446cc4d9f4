"""AWS Key Management Service."""

from __future__ import annotations

from provisioner.resources.kms.key import Key
from provisioner.value import ACCOUNT_ID, text

from . import Example


def policy(sid: str) -> dict[str, object]:
    principal = {"AWS": text("arn:aws:iam::{}:root", ACCOUNT_ID)}
    statement = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


EXAMPLES = [
    Example(
        Key("key", policy=policy("Administration")),
        changes={
            "description": "An example",
            "policy": policy("Other"),
            "enabled": False,
            "enable_key_rotation": True,
            "deletion_window_in_days": 7,
            "alias": "alias/another/name",
        },
        replaces={"key_spec": "RSA_2048", "multi_region": True},
        fixed={
            "key_usage": "another one needs another key_spec too: see the type's own tests",
            "rotation_period_in_days": "only where the key rotates: see the type's own tests",
        },
    ),
]
