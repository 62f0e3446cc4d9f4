"""AWS Secrets Manager."""

from __future__ import annotations

from typing import Any

from provisioner.resources.kms.key import Key
from provisioner.resources.lambda_.permission import Permission
from provisioner.resources.secretsmanager.parts import GenerateSecretString
from provisioner.resources.secretsmanager.rotation_schedule import RotationSchedule
from provisioner.resources.secretsmanager.secret import Secret
from provisioner.resources.secretsmanager.secret_value import SecretValue

from . import Example
from .lambda_ import function

PASSWORD = GenerateSecretString(secret_string_template={"username": "writer"}, generate_string_key="password")
KEY, OTHER_KEY = Key("key"), Key("other-key")
SECRET, OTHER = (
    Secret(name, generate_secret_string=PASSWORD, recovery_window_in_days=0) for name in ("database", "other-database")
)
ROTATOR, OTHER_ROTATOR = function("rotator"), function("other-rotator")
PERMISSIONS = [
    Permission(name, function=rotator, principal="secretsmanager.amazonaws.com", source_account="123456789012")
    for name, rotator in (("rotator", ROTATOR), ("other-rotator", OTHER_ROTATOR))
]


def policy(*actions: str) -> dict[str, Any]:
    principal = {"AWS": "arn:aws:iam::123456789012:root"}
    statement = {"Effect": "Deny", "Principal": principal, "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


EXAMPLES = [
    Example(
        Secret(
            "secret",
            generate_secret_string=PASSWORD,
            kms_key=KEY,
            policy=policy("secretsmanager:DeleteSecret"),
            replica_regions={"eu-west-1": ""},
            after=(KEY, OTHER_KEY),
        ),
        changes={
            "description": "An example",
            "kms_key": OTHER_KEY,
            "policy": policy("secretsmanager:DeleteSecret", "secretsmanager:PutSecretValue"),
            "recovery_window_in_days": 7,
            "replica_regions": {"eu-central-1": ""},
        },
        replaces={"secret_name": "another/name"},
        fixed={"generate_secret_string": "it makes the value once, with the secret"},
    ),
    Example(
        SecretValue("values", secret=SECRET, values={"host": "db.example.com", "port": 3306}, after=(SECRET, OTHER)),
        changes={"values": {"host": "other.example.com", "port": 3306, "dbname": "shop"}},
        replaces={"secret": OTHER},
    ),
    Example(
        RotationSchedule(
            "database",
            secret=SECRET,
            rotation_lambda=ROTATOR,
            automatically_after_days=30,
            duration="3h",
            after=(SECRET, ROTATOR, OTHER_ROTATOR, *PERMISSIONS),
        ),
        changes={"automatically_after_days": 60, "duration": "4h", "rotation_lambda": OTHER_ROTATOR},
        fixed={
            "secret": "it is named as its secret: see the type's own tests",
            "schedule_expression": "instead of days: see the type's own tests",
            "rotate_immediately_on_update": "it says how to change, and shows nowhere",
        },
    ),
]
