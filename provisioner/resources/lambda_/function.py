"""Code that AWS runs when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import LEAVING, PENDING, READY, Id, Ids, Output, Resource, State, Value, attr, broken, covers
from ...secret import Secret
from ...value import Deferred
from .parts import CODE, digest, place_of, sent
from .reading import functions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from types_boto3_lambda.literals import (
        ApplicationLogLevelType,
        ArchitectureType,
        LogFormatType,
        RuntimeType,
        SystemLogLevelType,
        TracingModeType,
    )

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..ec2.security_group import SecurityGroup
    from ..ec2.subnet import Subnet
    from ..kms.key import Key
    from ..logs.log_group import LogGroup
    from .parts import S3Code

_LARGEST_ZIP = 50 * 1024 * 1024
_LOGGING = ("log_format", "log_group", "application_log_level", "system_log_level")


def _mounts(systems: Any) -> Any:
    return systems if isinstance(systems, dict) else {one["LocalMountPath"]: one["Arn"] for one in systems}


class Function(Resource):
    """A function, from a zip (`zip.zipped` makes one) or from one in a bucket (`S3Code`); images are not for it.

    In `subnets` it has `security_groups`; their egress rules decide what it reaches. Variables of the environment can be read
    by whoever may see the function, so nothing secret goes there: it reads that from Secrets Manager. Its `log_group` is listed
    before it; where nobody makes `/aws/lambda/<name>`, Lambda does, without an end and without tags. An empty list, mapping or
    key is a wish for none, and so is -1 for `reserved_concurrent_executions`.

    AWS: Lambda CreateFunction; in a VPC it is `Pending` for up to 90 seconds. One change at a time: configuration and code are
    two. The role must be known everywhere, which takes minutes when it is new. When a function in a VPC is gone, its network
    interfaces stay for 5 to 45 minutes and hold subnets, groups and the use of its role.
    """

    function_name: str | None = attr("FunctionName", default=None, replace=True)
    role: Value[str] = attr("Role", ready=True)
    code: bytes | S3Code = attr(f'{{sha256: CodeSha256, place: Tags."{CODE}"}}', norm=digest, same=covers)
    handler: str = attr("Handler")
    runtime: RuntimeType = attr("Runtime")
    architectures: Sequence[ArchitectureType] = attr("Architectures", default=("x86_64",), norm=list)
    description: str = attr("Description", default="")
    memory_size: int = attr("MemorySize", default=128)
    timeout: int = attr("Timeout", default=3)
    environment: Mapping[str, Any] | None = attr("Environment.Variables", default=None)
    kms_key: Id[Key | None] = attr("KMSKeyArn", default=None, norm=norm.kms_key)
    source_kms_key: Id[Key | None] = attr("SourceKMSKeyArn", default=None, norm=norm.kms_key)
    subnets: Ids[Subnet] = attr("VpcConfig.SubnetIds", default=(), norm=norm.unordered)
    security_groups: Ids[SecurityGroup] = attr("VpcConfig.SecurityGroupIds", default=(), norm=norm.unordered)
    ipv6_allowed_for_dual_stack: bool = attr("VpcConfig.Ipv6AllowedForDualStack", default=False)
    layers: Ids[Any] = attr("Layers[].Arn", default=(), norm=list)
    tracing_mode: TracingModeType = attr("TracingConfig.Mode", default="PassThrough")
    dead_letter_target: Value[str | None] = attr("DeadLetterConfig.TargetArn", default=None)
    ephemeral_storage_size: int = attr("EphemeralStorage.Size", default=512)
    file_systems: Mapping[str, Any] | None = attr("FileSystemConfigs", default=None, norm=_mounts)
    log_format: LogFormatType | None = attr("LoggingConfig.LogFormat", default=None)
    log_group: Id[LogGroup | None] = attr("LoggingConfig.LogGroup", default=None)
    application_log_level: ApplicationLogLevelType | None = attr("LoggingConfig.ApplicationLogLevel", default=None)
    system_log_level: SystemLogLevelType | None = attr("LoggingConfig.SystemLogLevel", default=None)
    reserved_concurrent_executions: int | None = attr("ReservedConcurrentExecutions", default=None)

    id = Output("FunctionArn")
    arn = Output("FunctionArn")
    full_name = Output("FunctionName")

    longest_name = 64
    usual_seconds = 20.0
    patience_seconds = 900.0
    since = "LastModified"

    def __post_init__(self) -> None:
        if isinstance(self.code, bytes) and len(self.code) > _LARGEST_ZIP:
            raise PlanError(f"{self.key}: a zip of more than 50 MB can not be sent: put it in a bucket, and give its S3Code")
        if any(isinstance(value, Secret) for value in (self.environment or {}).values()):
            raise PlanError(f"{self.key}: environment shows its values: let the function read secrets from Secrets Manager")
        if (self.application_log_level or self.system_log_level) and self.log_format != "JSON":
            raise PlanError(f"{self.key}: log levels need log_format='JSON'")
        if not isinstance(self.subnets, Deferred) and bool(self.subnets) != bool(self.security_groups):
            raise PlanError(f"{self.key}: subnets and security_groups go together")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        return functions(aws)

    def create(self, aws: Aws) -> Live | None:
        tags = {**self.tags, CODE: place_of(self.code)}
        source = {"SourceKMSKeyArn": self.source_kms_key} if self.source_kms_key else {}
        wanted = {name for name in _PARAMETERS if getattr(self, name)}
        made = aws.lambda_.create_function(
            FunctionName=self.function_name or aws.named(self),
            Code={**sent(self.code), **source},  # type: ignore[typeddict-item]
            Architectures=list(self.architectures),
            Tags=tags,
            **self._configuration(wanted, {}),
        )
        return {**made, **source, "Tags": tags, "ReservedConcurrentExecutions": -1}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        function = live["FunctionArn"]
        tags = {
            name: value for name, value in {**self.tags, CODE: place_of(self.code)}.items() if live["Tags"].get(name) != value
        }
        if tags:
            aws.lambda_.tag_resource(Resource=function, Tags=tags)
        if "reserved_concurrent_executions" in changed:
            self._reserve(aws, function)
        # One change at a time: when Lambda is done with this one, the code still differs.
        if parameters := changed.keys() & _PARAMETERS.keys():
            aws.lambda_.update_function_configuration(FunctionName=function, **self._configuration(parameters, live))
        elif changed.keys() & {"code", "architectures", "source_kms_key"}:
            code = sent(self.code)
            if self.source_kms_key is not None:
                code["SourceKMSKeyArn"] = self.source_kms_key
            aws.lambda_.update_function_code(FunctionName=function, Architectures=list(self.architectures), **code)

    def _reserve(self, aws: Aws, function: str) -> None:
        reserved = self.reserved_concurrent_executions
        if reserved == -1:
            aws.lambda_.delete_function_concurrency(FunctionName=function)
        else:
            aws.lambda_.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=int(reserved or 0))

    def _configuration(self, fields: Iterable[str], live: Live) -> dict[str, Any]:
        """The parameters that bring these fields; one that holds several is sent whole."""
        spelt: dict[str, Any] = {}
        for parameter in {_PARAMETERS[name] for name in fields}:
            spelt[parameter] = self._spelt(parameter, live)
        return spelt

    def _spelt(self, parameter: str, live: Live) -> Any:
        if parameter == "VpcConfig":
            network = {"SubnetIds": list(self.subnets), "SecurityGroupIds": list(self.security_groups)}
            return {**network, "Ipv6AllowedForDualStack": self.ipv6_allowed_for_dual_stack}
        if parameter == "LoggingConfig":
            return self._logging(live.get("LoggingConfig", {}))
        if parameter == "FileSystemConfigs":
            return [{"LocalMountPath": path, "Arn": arn} for path, arn in sorted((self.file_systems or {}).items())]
        value = getattr(self, next(name for name, one in _PARAMETERS.items() if one == parameter))
        inner = _INNER.get(parameter)
        return {inner: value} if inner else list(value) if parameter == "Layers" else value

    def _logging(self, have: Mapping[str, Any]) -> dict[str, Any]:
        wanted = {
            "LogFormat": self.log_format,
            "LogGroup": self.log_group,
            "ApplicationLogLevel": self.application_log_level,
            "SystemLogLevel": self.system_log_level,
        }
        whole = {**have, **{name: value for name, value in wanted.items() if value is not None}}
        # Levels are for JSON only.
        return {name: value for name, value in whole.items() if whole.get("LogFormat") == "JSON" or "Level" not in name}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.lambda_.delete_function(FunctionName=live["FunctionArn"])

    @staticmethod
    def state(live: Live) -> State:
        state = live.get("State", "Active")
        if state == "Failed":
            return broken(f"{live.get('StateReasonCode')}: {live.get('StateReason')}")
        if state == "Pending":
            return PENDING
        if state == "Deleting":
            return LEAVING
        if live.get("LastUpdateStatus") == "Failed":
            return broken(f"{live.get('LastUpdateStatusReasonCode')}: {live.get('LastUpdateStatusReason')}")
        # Nothing said about the last update is said while it is under way.
        return READY if live.get("LastUpdateStatus") == "Successful" else PENDING


# By which parameter a field is sent.
_PARAMETERS = {
    "role": "Role",
    "handler": "Handler",
    "runtime": "Runtime",
    "description": "Description",
    "memory_size": "MemorySize",
    "timeout": "Timeout",
    "environment": "Environment",
    "kms_key": "KMSKeyArn",
    "subnets": "VpcConfig",
    "security_groups": "VpcConfig",
    "ipv6_allowed_for_dual_stack": "VpcConfig",
    "layers": "Layers",
    "tracing_mode": "TracingConfig",
    "dead_letter_target": "DeadLetterConfig",
    "ephemeral_storage_size": "EphemeralStorage",
    "file_systems": "FileSystemConfigs",
    **dict.fromkeys(_LOGGING, "LoggingConfig"),
}
_INNER = {"Environment": "Variables", "TracingConfig": "Mode", "DeadLetterConfig": "TargetArn", "EphemeralStorage": "Size"}
