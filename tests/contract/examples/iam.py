"""AWS Identity and Access Management."""

from __future__ import annotations

from typing import Any

from provisioner.resources.iam.instance_profile import InstanceProfile
from provisioner.resources.iam.managed_policy import ManagedPolicy
from provisioner.resources.iam.role import Role

from . import Example


def trust(service: str) -> dict[str, Any]:
    principal = {"Service": f"{service}.amazonaws.com"}
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}


def allow(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def managed(name: str) -> str:
    return f"arn:aws:iam::aws:policy/{name}"


ROLE, OTHER_ROLE = (Role(name, assume_role_policy=trust("ec2")) for name in ("one", "other"))

EXAMPLES = [
    Example(InstanceProfile("profile", role=ROLE), changes={"role": OTHER_ROLE}),
    Example(
        ManagedPolicy("policy", policy_document=allow("s3:GetObject"), description="An example"),
        changes={"policy_document": allow("s3:PutObject")},
        replaces={"description": "Another example"},
    ),
    Example(
        Role(
            "role",
            assume_role_policy=trust("ec2"),
            description="An example",
            permissions_boundary=managed("PowerUserAccess"),
            managed_policy_arns=(managed("AmazonSSMManagedInstanceCore"), managed("CloudWatchAgentServerPolicy")),
            inline_policies={"read": allow("s3:GetObject"), "list": allow("s3:ListBucket")},
        ),
        changes={
            "assume_role_policy": trust("lambda"),
            "description": "",
            "max_session_duration": 7200,
            "permissions_boundary": managed("ReadOnlyAccess"),
            "managed_policy_arns": (managed("CloudWatchAgentServerPolicy"), managed("AmazonS3ReadOnlyAccess")),
            "inline_policies": {"read": allow("s3:GetObjectVersion"), "write": allow("s3:PutObject")},
        },
    ),
]
