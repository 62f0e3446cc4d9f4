"""Module 8: the database's credentials, the word by which the load balancer knows CloudFront, and the monthly rotation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provisioner import ACCOUNT_ID, CALLER
from provisioner.resources.lambda_.function import Function
from provisioner.resources.lambda_.permission import Permission
from provisioner.resources.lambda_.zip import zipped
from provisioner.resources.secretsmanager.parts import GenerateSecretString
from provisioner.resources.secretsmanager.rotation_schedule import RotationSchedule
from provisioner.resources.secretsmanager.secret import Secret
from provisioner.resources.secretsmanager.secret_value import SecretValue

from .database import AUTHORITIES, DATABASE_NAME, MASTER_USERNAME
from .policies import policy, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioner.resource import Resource
    from provisioner.resources.logs.log_group import LogGroup

    from .database import Database
    from .security import Groups, Identities, Keys
    from .settings import Settings
    from .vpc import Network

ROTATION_DAYS = 30
UNSENDABLE = "'\"/\\@` "
"""What MySQL, its drivers or a shell would take for something else."""
ROTATION_FOLDER = Path(__file__).parent / "rotation"


@dataclass(frozen=True)
class Secrets:
    """Two secrets. AWS generates both values; they are in Secrets Manager and, while a run needs them, in memory."""

    database: Secret
    origin_header: Secret
    steps: tuple[Resource, ...]


def secrets(settings: Settings, keys: Keys, identities: Identities) -> Secrets:
    """Only the application, the rotation function and whoever deploys may read a value, whatever other policies say."""
    deployers: Sequence[Any] = settings.deployers or (CALLER,)
    database = Secret(
        "database",
        description="The credentials of the database's master user",
        kms_key=keys.data,
        generate_secret_string=GenerateSecretString(
            password_length=32,
            exclude_characters=UNSENDABLE,
            secret_string_template={"engine": "mysql", "username": MASTER_USERNAME, "dbname": DATABASE_NAME},
            generate_string_key="password",
        ),
        policy=_known_to((identities.instance.arn, identities.rotation.arn, *deployers), (identities.rotation.arn, *deployers)),
        recovery_window_in_days=settings.secret_recovery_window_days,
    )
    header = Secret(
        "origin-header",
        description="What CloudFront adds to each request, so that the load balancer knows it",
        kms_key=keys.data,
        generate_secret_string=GenerateSecretString(password_length=64, exclude_punctuation=True),
        policy=_known_to(deployers, deployers),
        recovery_window_in_days=settings.secret_recovery_window_days,
    )
    return Secrets(database, header, (database, header))


def _known_to(readers: Sequence[Any], writers: Sequence[Any]) -> dict[str, Any]:
    """Who else may administer the secret neither sees its value nor changes it, or which version is the current one."""
    changes = ["PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage"]
    return policy(
        refuse("ReadersOnly", "secretsmanager:GetSecretValue", "*", ArnNotLike={"aws:PrincipalArn": list(readers)}),
        refuse(
            "WritersOnly",
            [f"secretsmanager:{change}" for change in changes],
            "*",
            ArnNotLike={"aws:PrincipalArn": list(writers)},
        ),
    )


@dataclass(frozen=True)
class Rotation:
    """The function that rotates the database's password, and its schedule."""

    function: Function
    schedule: RotationSchedule
    steps: tuple[Resource, ...]


def password_rotation(
    secrets: Secrets,
    database: Database,
    net: Network,
    groups: Groups,
    identities: Identities,
    log: LogGroup,
) -> Rotation:
    """The secret learns where the database is; the function changes the password every month, and needs nothing else."""
    where = SecretValue(
        "database", secret=secrets.database, values={"host": database.cluster.endpoint, "port": database.cluster.endpoint_port}
    )
    function = Function(
        "rotation",
        description="Rotates the password of the database's master user",
        role=identities.rotation.arn,
        runtime="python3.12",
        architectures=("arm64",),
        handler="rotation.handler",
        code=zipped(ROTATION_FOLDER, packages=("pymysql",), exclude=("__init__.py",), beside=(AUTHORITIES,)),
        timeout=60,
        memory_size=256,
        subnets=net.private_subnets,
        security_groups=(groups.rotation,),
        log_format="JSON",
        log_group=log,
        after=(log,),
    )
    invocation = Permission(
        "rotation",
        function=function,
        action="lambda:InvokeFunction",
        principal="secretsmanager.amazonaws.com",
        source_account=ACCOUNT_ID,
        source_arn=secrets.database.arn,
    )
    schedule = RotationSchedule(
        "database",
        secret=secrets.database,
        rotation_lambda=function.arn,
        automatically_after_days=ROTATION_DAYS,
        # Secrets Manager tries the function at once, so whichever instance writes must be there.
        after=(where, invocation, *database.instances),
    )
    return Rotation(function, schedule, (where, function, invocation, schedule))
