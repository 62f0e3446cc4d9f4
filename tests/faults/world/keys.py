"""What KMS and Secrets Manager have."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from provisioner.resource import as_tags

from .reading import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .reading import Reader


def keys(reader: Reader) -> Iterator[Thing]:
    """Customers' keys with their aliases; those that wait for their end too."""
    of_aws = reader.all("kms", "list_aliases", "Aliases[?starts_with(AliasName, 'alias/aws/')].TargetKeyId")
    for known in reader.all("kms", "list_keys", "Keys[].KeyId"):
        shown = reader.one("kms", "describe_key", "KeyMetadata", KeyId=known)
        if known in of_aws or shown["KeyManager"] != "CUSTOMER":
            continue
        tags = reader.all("kms", "list_resource_tags", "Tags", KeyId=known)
        if shown["KeyState"] == "PendingDeletion":
            yield Thing("key that waits for its end", {**shown, "Tags": tags}, (shown["Arn"], known))
            continue
        policy = reader.one("kms", "get_key_policy", "Policy", KeyId=known, PolicyName="default")
        rotation = reader.one("kms", "get_key_rotation_status", "[KeyRotationEnabled, RotationPeriodInDays]", KeyId=known)
        grants = reader.all("kms", "list_grants", "Grants", KeyId=known)
        more = {"Tags": tags, "policy": policy, "rotation": rotation, "grants": grants}
        yield Thing("key", shown | more, (shown["Arn"], known))
    for alias in reader.all("kms", "list_aliases", "Aliases[?!starts_with(AliasName, 'alias/aws/')]"):
        yield Thing("alias", alias, name=alias["AliasName"])


def secrets(reader: Reader) -> Iterator[Thing]:
    """Secrets without what they hold, those in their recovery window too."""
    for secret in reader.all("secretsmanager", "list_secrets", "SecretList", IncludePlannedDeletion=True):
        known = secret["ARN"]
        shown = reader.one("secretsmanager", "describe_secret", SecretId=known)
        stages = Counter(tuple(sorted(one)) for one in (shown.pop("VersionIdsToStages", None) or {}).values())
        shown["stages"] = {" ".join(names): count for names, count in stages.items()}
        del shown["ResponseMetadata"]
        if "DeletedDate" in shown:
            yield Thing("secret that waits for its end", shown, (known,))
            continue
        policy = reader.one("secretsmanager", "get_resource_policy", "ResourcePolicy", SecretId=known)
        yield Thing("secret", {**shown, "policy": policy}, (known,))
        yield from _value(reader, shown)


def _value(reader: Reader, secret: Mapping[str, Any]) -> Iterator[Thing]:
    """That there is a value: wherever else it is shown, it has a name, and is not shown."""
    value = reader.one("secretsmanager", "get_secret_value", "SecretString", SecretId=secret["ARN"])
    if value is not None:
        fields = json.loads(value) if value.startswith("{") else {}
        shown = sorted(name for name in fields if name != "password") or "a word"
        name = as_tags(secret.get("Tags")).get("provisioner:step", "")
        yield Thing("value of a secret", {"fields": shown}, (fields.get("password", value),), name)
