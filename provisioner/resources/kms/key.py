"""A key that encrypts what other services keep."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import ForeignOwner, PlanError
from ...resource import GONE, LEAVING, PENDING, READY, Output, Resource, State, Value, as_tags, attr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from types_boto3_kms.literals import KeySpecType, KeyUsageTypeType
    from types_boto3_kms.type_defs import TagTypeDef

    from ...aws.account import Aws
    from ...resource import Changes, Live

_WINDOW, _ALIAS = "provisioner:deletion-window", "provisioner:alias"


class Key(Resource):
    """A customer managed key, and the alias that people know it by.

    `alias` is by default `alias/` and the name of the plan's convention; an empty one is a wish for none. It is taken over from
    another key of the plan, also a dying one, never from somebody else's; aliases that others give the key are left alone.
    `policy` must let the plan's runner go on changing it; without one, the account's own IAM policies decide. Rotation has a
    period only while it is on. `deletion_window_in_days` is 7 to 30: at the end of that time AWS deletes the key; until then it
    bills nothing, and nothing can be decrypted with it. `up` takes such a key into service again, unless `--replace` names the
    step: secrets that wait for their own end, and last snapshots, can be read with it alone. The window and the alias stand in
    tags, for whoever deletes or renames.

    AWS: KMS CreateKey, CancelKeyDeletion, CreateAlias. Keys have no name and no listing by tag: every customer key's tags are
    read. A new key's id may be unknown to other calls for minutes. Rotation of a disabled key can not be changed: it is enabled
    for that moment.
    """

    description: str = attr("Description", default="")
    policy: Value[Mapping[str, Any] | None] = attr("Policy", default=None, norm=norm.policy)
    key_spec: KeySpecType = attr("KeySpec", default="SYMMETRIC_DEFAULT", replace=True)
    key_usage: KeyUsageTypeType = attr("KeyUsage", default="ENCRYPT_DECRYPT", replace=True)
    multi_region: bool = attr("MultiRegion", default=False, replace=True)
    enabled: bool = attr("Enabled", default=True)
    enable_key_rotation: bool = attr("KeyRotationEnabled", default=False)
    rotation_period_in_days: int | None = attr("RotationPeriodInDays", default=None)
    deletion_window_in_days: int = attr(f"Tags[?TagKey=='{_WINDOW}'].TagValue | [0]", default=30, norm=str)
    alias: str | None = attr("Alias", default=None)

    id = Output("Arn")
    arn = Output("Arn")
    key_id = Output("KeyId")

    data = True
    may_double = True
    since = "CreationDate"

    def __post_init__(self) -> None:
        if not 7 <= self.deletion_window_in_days <= 30:
            raise PlanError(f"{self.key}: deletion_window_in_days is 7 to 30, not {self.deletion_window_in_days}")
        if self.rotation_period_in_days and not self.enable_key_rotation:
            raise PlanError(f"{self.key}: rotation_period_in_days needs enable_key_rotation=True")
        if self.alias is None and "Name" in self.tags:
            # A resolved step carries all its tags, and among them its name by the plan's convention.
            object.__setattr__(self, "alias", "alias/" + re.sub(r"[^a-zA-Z0-9/_-]", "-", self.tags["Name"]))

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        aliases: dict[str, list[str]] = {}
        named, keys = aws.together(lambda read: read(aws), (_list_aliases, _list_keys))
        for alias in named:
            aliases.setdefault(alias.get("TargetKeyId", ""), []).append(alias["AliasName"])
        listed = [key["KeyId"] for key in keys]
        customers = [key for key in listed if not any(name.startswith("alias/aws/") for name in aliases.get(key, ()))]
        found = aws.together(lambda key: aws.maybe(lambda: _read(aws, key, aliases.get(key, []))), customers)
        return [key for key in found if key]

    def create(self, aws: Aws) -> Live | None:
        if dying := self._dying(aws):
            # Somebody else may have cancelled it by now, or the answer was lost.
            aws.maybe(lambda: aws.kms.cancel_key_deletion(KeyId=dying))
            aws.kms.enable_key(KeyId=dying)
            return _read(aws, dying, [])
        tags = _listed({**self.tags, **self._wishes()})
        policy = {} if self.policy is None else {"Policy": norm.compact(self.policy)}
        made = aws.kms.create_key(
            Description=self.description,
            KeySpec=self.key_spec,
            KeyUsage=self.key_usage,
            MultiRegion=self.multi_region,
            Tags=tags,
            **policy,  # type: ignore[arg-type]
        )
        return {**made["KeyMetadata"], **policy, "Tags": tags, "AliasNames": []}

    def _dying(self, aws: Aws) -> str | None:
        """The youngest key of this step that waits for its deletion and is as AWS can not make it later."""
        if self.anew:
            return None
        found = [aws.maybe(lambda key=key: aws.kms.describe_key(KeyId=key)) for key in self.predecessors]  # type: ignore[misc]
        keys = [shown["KeyMetadata"] for shown in found if shown]
        fixed = (self.key_spec, self.key_usage, self.multi_region)
        dying = [
            key
            for key in keys
            if key["KeyState"] == "PendingDeletion" and (key["KeySpec"], key["KeyUsage"], key["MultiRegion"]) == fixed
        ]
        return max(dying, key=lambda key: key["CreationDate"])["KeyId"] if dying else None

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        key, enabled = live["KeyId"], live["Enabled"]
        rotates = "enable_key_rotation" in changed or "rotation_period_in_days" in changed
        if not enabled and (self.enabled or rotates):
            aws.kms.enable_key(KeyId=key)
            enabled = True
        if "description" in changed:
            aws.kms.update_key_description(KeyId=key, Description=self.description)
        if "policy" in changed:
            aws.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=norm.compact(self.policy))
        if rotates:
            self._rotate(aws, key)
        if "alias" in changed:
            self._call_it(aws, key, changed["alias"].before)
        have = as_tags(live.get("Tags"))
        if tags := {name: value for name, value in {**self.tags, **self._wishes()}.items() if have.get(name) != value}:
            aws.kms.tag_resource(KeyId=key, Tags=_listed(tags))
        if enabled and not self.enabled:
            aws.kms.disable_key(KeyId=key)

    def _rotate(self, aws: Aws, key: str) -> None:
        if not self.enable_key_rotation:
            aws.kms.disable_key_rotation(KeyId=key)
        elif self.rotation_period_in_days:
            aws.kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=self.rotation_period_in_days)
        else:
            aws.kms.enable_key_rotation(KeyId=key)

    def _wishes(self) -> dict[str, str]:
        return {_WINDOW: str(self.deletion_window_in_days), _ALIAS: self.alias or ""}

    def _call_it(self, aws: Aws, key: str, before: Any) -> None:
        if alias := self.alias:
            holder = aws.maybe(lambda: aws.kms.describe_key(KeyId=alias))
            if holder is None:
                aws.kms.create_alias(AliasName=alias, TargetKeyId=key)
            elif holder["KeyMetadata"]["KeyId"] != key:
                self._refuse_foreign(aws, holder["KeyMetadata"])
                aws.kms.update_alias(AliasName=alias, TargetKeyId=key)
        if before in _aliases(aws, key):
            aws.kms.delete_alias(AliasName=before)

    def _refuse_foreign(self, aws: Aws, holder: Live) -> None:
        if not _ours(aws, _tags(aws, holder["KeyId"])):
            raise ForeignOwner(
                f"{self.key} is to be called {self.alias}, but that is key {holder['KeyId']}, which is not the plan's: "
                "choose another alias, or take that one off it"
            )

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        # It would go on pointing at the dying key, and keep its name from the next one. Those of others are theirs.
        alias = as_tags(live.get("Tags")).get(_ALIAS, "")
        if alias in _aliases(aws, live["KeyId"], live.get("AliasNames", ())):
            aws.kms.delete_alias(AliasName=alias)
        window = as_tags(live.get("Tags")).get(_WINDOW, "")
        days = int(window) if re.fullmatch("[7-9]|[12][0-9]|30", window) else 30
        aws.kms.schedule_key_deletion(KeyId=live["KeyId"], PendingWindowInDays=days)

    @staticmethod
    def state(live: Live) -> State:
        state = live["KeyState"]
        if state == "PendingDeletion":
            return State(GONE.name, f"KMS deletes it on {live['DeletionDate']:%Y-%m-%d}" if "DeletionDate" in live else "")
        if state == "PendingReplicaDeletion":
            return LEAVING
        return READY if state in ("Enabled", "Disabled") else PENDING


def _list_aliases(aws: Aws) -> list[Any]:
    return [alias for page in aws.kms.get_paginator("list_aliases").paginate() for alias in page["Aliases"]]


def _list_keys(aws: Aws) -> list[Any]:
    return [key for page in aws.kms.get_paginator("list_keys").paginate() for key in page["Keys"]]


def _read(aws: Aws, key: str, aliases: Sequence[str]) -> Live:
    tags = _tags(aws, key)
    if not _ours(aws, tags):
        return {}
    named = as_tags(tags).get(_ALIAS)
    known = {"Tags": tags, "AliasNames": sorted(aliases), "Alias": named if named in aliases else None}
    found = {**aws.kms.describe_key(KeyId=key)["KeyMetadata"], **known}
    if Key.state(found) is not READY:
        return found

    def policy(key: str) -> Live:
        return {"Policy": norm.document(aws.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])}

    def rotation(key: str) -> Live:
        shown = aws.kms.get_key_rotation_status(KeyId=key)
        return {name: shown.get(name) for name in ("KeyRotationEnabled", "RotationPeriodInDays")}

    # Only these rotate; for others AWS refuses to say that they do not.
    rotates = found.get("KeySpec") == "SYMMETRIC_DEFAULT" and found.get("Origin") == "AWS_KMS"
    for part in aws.together(lambda read: read(key), (policy, rotation) if rotates else (policy,)):
        found.update(part)
    return found


def _aliases(aws: Aws, key: str, known: Sequence[str] = ()) -> Sequence[str]:
    # Asked for just before one is deleted: by now it may be another key's. Of a key of this minute KMS may know nothing.
    found = aws.maybe(lambda: aws.kms.list_aliases(KeyId=key, Limit=100))
    return [alias["AliasName"] for alias in found["Aliases"]] if found else known


def _tags(aws: Aws, key: str) -> Any:
    found = aws.maybe(lambda: aws.kms.list_resource_tags(KeyId=key, Limit=50))
    return found["Tags"] if found else ()


def _ours(aws: Aws, tags: Any) -> bool:
    return aws.ownership.step_of(Key, {"Tags": tags}) is not None


def _listed(tags: Mapping[str, str]) -> list[TagTypeDef]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
