"""What Secrets Manager can not do where a secret's key can not be used."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused
from ..mending import Mends
from ..mending import backend as backend_of

mends = Mends("secretsmanager")

_VALUES = {"SecretString", "SecretBinary"}


@mends.first("GetSecretValue")
def can_be_decrypted(call: Call, backend: Any) -> None:
    """AWS: a key that is disabled or pending deletion decrypts nothing."""
    if not _serves(call, _key_of(backend, call)):
        message = "Secrets Manager can't decrypt the protected secret text using the provided KMS key."
        raise Refused("DecryptionFailure", message)


@mends.first("CreateSecret", "PutSecretValue", "UpdateSecret")
def can_be_encrypted(call: Call, backend: Any) -> None:
    """AWS: "Check that the KMS key is available, enabled, and not in an invalid state". Another key needs the former, too."""
    other = call.parameters.get("KmsKeyId")
    used = [other or _key_of(backend, call)] if call.parameters.keys() & _VALUES else []
    if call.operation == "UpdateSecret" and other:
        used += [other, _key_of(backend, call)]
    if not all(_serves(call, key) for key in used):
        message = "Secrets Manager can't encrypt the protected secret text using the provided KMS key."
        raise Refused("EncryptionFailure", message)


def _key_of(backend: Any, call: Call) -> str | None:
    secret = call.parameters.get("SecretId")
    # A replica, which is changed in its own region only, has none.
    return getattr(backend.secrets[secret], "kms_key_id", None) if secret and secret in backend.secrets else None


def _serves(call: Call, key: str | None) -> bool:
    """Whether a key can be used, as far as this account has it."""
    keys = backend_of(call, "kms").keys
    found = keys.get(str(key).rpartition("key/")[2])
    return found is None or found.key_state == "Enabled"
