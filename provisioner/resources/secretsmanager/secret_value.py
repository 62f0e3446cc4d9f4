"""Keys of a secret's value that other steps know."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ...errors import PlanError
from ...resource import READY, Id, Output, Resource, State, attr
from ...secret import Secret as Hidden
from .reading import CURRENT, current, is_rotating, labelled, parsed, rotating, secrets
from .secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...aws.account import Aws
    from ...resource import Changes, Live


class SecretValue(Resource):
    """Some keys of the JSON object that one of the plan's secrets holds: host and port beside a generated password.

    It owns these keys, which are not secret, and keeps all others as they are. A rotation copies them; until one that is under
    way has ended, nothing is written. Deleting the step leaves the keys where they are.

    AWS: Secrets Manager PutSecretValue. A value takes no tags: a staging label on the version that was written says whose the
    keys are, and which. Rotations leave the label behind on an older version; what is compared is always the current one.
    """

    secret: Id[Secret] = attr("SecretId", replace=True)
    values: Mapping[str, Any] = attr("Values")

    id = Output("Subresource")
    mark = "Mark"

    def __post_init__(self) -> None:
        for key, value in self.values.items():
            if not re.fullmatch(r"[\w.-]+", key):
                raise PlanError(f"{self.key}: {key!r} is no key of letters, digits, dots, hyphens and underscores")
            if isinstance(value, Hidden):
                raise PlanError(f"{self.key}: {key} is secret, and these values are not: let the secret generate it")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        found = aws.together(lambda secret: _parts(aws, secret), [one for one in secrets(aws) if not one.get("DeletedDate")])
        return [part for parts in found for part in parts]

    def create(self, aws: Aws) -> Live | None:
        aws.ownership.must_own(self, Secret, _secret(aws, self.secret))
        label, version = self._put(aws, ())
        labels = {label: version}
        return _document(self.secret, self.name, labels, self.values, rotates=False)

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        label, _ = self._put(aws, live["Labels"])
        _remove(aws, self.secret, set(live["Labels"]) - {label})

    def _put(self, aws: Aws, earlier: Iterable[str]) -> tuple[str, str]:
        label = _label(aws.mark(self), self.values)
        if len(label) > 256:
            raise PlanError(f"{self.key}: so many keys do not fit into a staging label: split them over two steps")
        before = aws.maybe(lambda: aws.secretsmanager.get_secret_value(SecretId=self.secret)) or {}
        secret = _secret(aws, self.secret)
        # A rotation that began or ended since the value was read has made it an old one.
        if is_rotating(secret) or labelled(secret, CURRENT) != before.get("VersionId"):
            raise rotating("PutSecretValue")
        keys = None if "SecretBinary" in before else parsed(before.get("SecretString"))
        if keys is None:
            raise PlanError(f"{self.key} needs a secret that holds a JSON object, and {self.secret} does not")
        ours = {key for one in earlier for key in _keys(one)}
        value = Hidden(json.dumps({**{key: item for key, item in keys.items() if key not in ours}, **self.values}))
        # Another base is another version, even where the wishes are the same.
        token = sha256(f"{aws.token(self)} {before.get('VersionId')}".encode()).hexdigest()
        made = aws.secretsmanager.put_secret_value(
            SecretId=self.secret, ClientRequestToken=token, SecretString=value.reveal(), VersionStages=[CURRENT, label]
        )
        return label, made["VersionId"]

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        _remove(aws, live["SecretId"], live["Labels"])

    @staticmethod
    def state(live: Live) -> State:
        return State(READY.name, "a rotation of the secret is under way, or has failed" if live["Rotates"] else "")


def _label(mark: str, keys: Iterable[str]) -> str:
    return f"{','.join(sorted(keys))} {mark}"


def _mark(label: str) -> str:
    return label.partition(" ")[2]


def _keys(label: str) -> list[str]:
    return label.partition(" ")[0].split(",")


def _secret(aws: Aws, secret: str) -> Live:
    return aws.secretsmanager.describe_secret(SecretId=secret)


def _parts(aws: Aws, secret: Live) -> list[Live]:
    by_step: dict[str, dict[str, str]] = {}
    for version, labels in secret.get("VersionIdsToStages", {}).items():
        for label in labels:
            if step := aws.ownership.step_of(SecretValue, {"Mark": _mark(label)}):
                by_step.setdefault(step, {})[label] = version
    if not by_step:
        return []
    answer = current(aws, secret["ARN"])
    keys = parsed(answer["SecretString"]) or {} if "SecretString" in answer else None
    return [
        _document(secret["ARN"], step.partition("/")[2], labels, keys, rotates=is_rotating(secret))
        for step, labels in by_step.items()
    ]


def _document(secret: str, name: str, labels: Mapping[str, str], keys: Mapping[str, Any] | None, *, rotates: bool) -> Live:
    ours = {key for label in labels for key in _keys(label)}
    # Nothing is shown of what is not ours: it may be secret.
    shown = None if keys is None else {key: item for key, item in keys.items() if key in ours}
    mark = _mark(next(iter(labels)))
    return {
        "Subresource": f"{secret}?values={name}",
        "SecretId": secret,
        "Values": shown,
        "Labels": labels,
        "Rotates": rotates,
        "Mark": mark,
    }


def _remove(aws: Aws, secret: str, labels: Iterable[str]) -> None:
    shown = aws.maybe(lambda: _secret(aws, secret))
    for label in labels:
        if shown and not shown.get("DeletedDate") and (version := labelled(shown, label)):
            aws.secretsmanager.update_secret_version_stage(SecretId=secret, VersionStage=label, RemoveFromVersionId=version)
