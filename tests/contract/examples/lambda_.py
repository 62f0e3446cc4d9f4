"""AWS Lambda."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZipFile, ZipInfo

from provisioner.resources.iam.role import Role
from provisioner.resources.lambda_.function import Function
from provisioner.resources.lambda_.permission import Permission

from . import Example
from .iam import managed, trust


def zip_of(text: str) -> bytes:
    whole = BytesIO()
    with ZipFile(whole, "w") as target:
        target.writestr(ZipInfo("index.py"), text)
    return whole.getvalue()


def role(name: str) -> Role:
    policies = (managed("service-role/AWSLambdaVPCAccessExecutionRole"),)
    return Role(name, assume_role_policy=trust("lambda"), managed_policy_arns=policies)


def function(name: str, **more: Any) -> Function:
    about: dict[str, Any] = {"role": ROLE.arn, "code": zip_of("one"), "handler": "index.handler", "runtime": "python3.12"}
    return Function(name, **{**about, **more})


ROLE, OTHER_ROLE = role("function"), role("other")
ACCESS_POINT = "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef{}"
CALLED, OTHER_CALLED = function("called"), function("other-called")
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/example"

EXAMPLES = [
    Example(
        function(
            "function",
            environment={"LEVEL": "info"},
            kms_key=KEY_ARN,
            source_kms_key=KEY_ARN,
            dead_letter_target="arn:aws:sqs:us-east-1:123456789012:dead",
            file_systems={"/mnt/a": ACCESS_POINT.format("0")},
            log_format="JSON",
            log_group="/aws/lambda/shop-function-test",
            application_log_level="INFO",
            system_log_level="INFO",
            reserved_concurrent_executions=1,
            after=(ROLE, OTHER_ROLE),
        ),
        changes={
            "role": OTHER_ROLE.arn,
            "code": zip_of("two"),
            "handler": "index.other",
            "runtime": "python3.13",
            "architectures": ("arm64",),
            "description": "An example",
            "memory_size": 256,
            "timeout": 30,
            "environment": {},
            "kms_key": "",
            "source_kms_key": "",
            "tracing_mode": "Active",
            "dead_letter_target": "",
            "ephemeral_storage_size": 1024,
            "file_systems": {"/mnt/b": ACCESS_POINT.format("1")},
            "log_group": "/other",
            "application_log_level": "DEBUG",
            "system_log_level": "WARN",
            "reserved_concurrent_executions": -1,
        },
        replaces={"function_name": "another"},
        fixed={
            "layers": "a layer is somebody else's: see the type's own tests",
            "log_format": "text has no levels: see the type's own tests",
            **dict.fromkeys(
                ("subnets", "security_groups", "ipv6_allowed_for_dual_stack"),
                "they go together, in a VPC: see the type's own tests",
            ),
        },
    ),
    Example(
        Permission(
            "permission",
            function=CALLED,
            principal="secretsmanager.amazonaws.com",
            source_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf",
            source_account="123456789012",
            principal_org_id="o-0123456789",
            event_source_token="one",
            function_url_auth_type="NONE",
            invoked_via_function_url=False,
            after=(CALLED, OTHER_CALLED),
        ),
        changes={
            "principal": "123456789012",
            "action": "lambda:InvokeFunctionUrl",
            "source_arn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:b-AbCdEf",
            "source_account": "210987654321",
            "principal_org_id": "o-9876543210",
            "event_source_token": "two",
            "function_url_auth_type": "AWS_IAM",
            "invoked_via_function_url": True,
        },
        replaces={"function": OTHER_CALLED},
    ),
]
