"""KMS keys: for seconds after one is made, neither KMS everywhere nor the services that encrypt with it know it.

AWS: KMS developer guide, "AWS KMS eventual consistency". CloudWatch Logs uses a key only where its policy lets it.
"""

from __future__ import annotations

from typing import Any

from ..call import Call, Refused
from ..mends.mending import Mends
from ..mends.service_access import lets
from .finding import key, made, named
from .fresh import Birth, Use

_POLICY = "policy"
_NOT_FOUND = "Key '{}' does not exist"
_UNUSABLE_FOR_LOGS = "The specified KMS key does not exist or is not allowed to be used with LogGroup"
_RDS = "Specified KMS key [{}] does not exist, is not enabled or you do not have permissions to access it."
_TRAIL = "Insufficient permissions to access S3 bucket or KMS key."

BIRTHS = (
    Birth("kms", ("CreateKey",), made(key, "KeyMetadata.KeyId")),
    Birth("kms", ("PutKeyPolicy",), made(key, "KeyId"), _POLICY),
)

USES = (
    *(
        Use("kms", (operation,), named(key, name), "NotFoundException", _NOT_FOUND, what=what)
        for name, what, operations in (
            ("TargetKeyId", "", ("CreateAlias", "UpdateAlias")),
            ("KeyId", "", ("EnableKeyRotation", "TagResource", "PutKeyPolicy", "UpdateKeyDescription", "CreateGrant")),
        )
        for operation in operations
    ),
    *(
        Use(
            "logs",
            ("CreateLogGroup", "AssociateKmsKey"),
            named(key, "kmsKeyId"),
            "InvalidParameterException",
            _UNUSABLE_FOR_LOGS,
            what=what,
        )
        for what in ("", _POLICY)
    ),
    Use(
        "rds",
        ("CreateDBCluster", "ModifyDBCluster", "CreateDBInstance", "ModifyDBInstance"),
        named(key, "KmsKeyId", "MasterUserSecretKmsKeyId", "PerformanceInsightsKMSKeyId"),
        "KMSKeyNotAccessibleFault",
        _RDS,
    ),
    Use(
        "secretsmanager",
        ("CreateSecret", "UpdateSecret"),
        named(key, "KmsKeyId"),
        "EncryptionFailure",
        "Secrets Manager can't encrypt the protected secret text using the provided KMS key.",
    ),
    *(
        Use(
            "cloudtrail",
            ("CreateTrail", "UpdateTrail"),
            named(key, "KmsKeyId"),
            "InsufficientEncryptionPolicyException",
            _TRAIL,
            what=what,
        )
        for what in ("", _POLICY)
    ),
    Use(
        "firehose",
        ("CreateDeliveryStream", "StartDeliveryStreamEncryption"),
        named(key, "DeliveryStreamEncryptionConfigurationInput.KeyARN"),
        "InvalidKMSResourceException",
        "The key {} does not exist, or is not enabled.",
    ),
    Use(
        "lambda",
        ("CreateFunction", "UpdateFunctionConfiguration"),
        named(key, "KMSKeyArn"),
        "InvalidParameterValueException",
        "Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant.",
    ),
)

mends = Mends("logs")


@mends.first("CreateLogGroup", "AssociateKmsKey")
def logs_may_use_it(call: Call, backend: Any) -> None:
    """AWS: the key's policy must let the region's Logs encrypt, for this very group where it has a condition on that."""
    wanted = call.parameters.get("kmsKeyId")
    found = key(call, wanted) if wanted else None
    group = call.parameters.get("logGroupName") or call.parameters.get("resourceIdentifier", "").partition(":log-group:")[2]
    arn = f"arn:aws:logs:{call.region}:{call.account}:log-group:{group.removesuffix(':*')}"
    context = {"kms:EncryptionContext:aws:logs:arn": arn}
    if wanted and (
        found is None
        or found.key_state != "Enabled"
        or not lets(found.policy, f"logs.{call.region}.amazonaws.com", "kms:GenerateDataKey", found.arn, context)
    ):
        raise Refused("InvalidParameterException", f"{_UNUSABLE_FOR_LOGS} '{arn}'")
