"""Names, tags, and environments side by side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from .account import NAMES, OF_SERVICES, names, tagged
from .conftest import ACCOUNT, Platform, Shown

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

pytestmark = pytest.mark.xdist_group("prod")

THE_PLANS = {
    "Environment": "prod",
    "Application": "financial-transaction-platform",
    "CostCenter": "engineering",
    "ManagedBy": "provisioner",
    "provisioner:plan": "financial-platform",
    "provisioner:environment": "prod",
}
WITHOUT_TAGS = {
    "BucketPolicy",
    "MetricFilter",
    "OriginAccessControl",
    "Permission",
    "RecordSet",
    "ResponseHeadersPolicy",
    "RotationSchedule",
    "ScalingPolicy",
    "ScheduledAction",
    "SecretValue",
    "SubscriptionFilter",
}
"""Types of which AWS keeps no tags."""


@pytest.fixture
def everything(prod: Shown) -> dict[str, dict[str, str]]:
    return tagged(prod)


def test_everything_carries_the_plans_tags(everything: dict[str, dict[str, str]]) -> None:
    lacking = {one: have for one, have in everything.items() if not THE_PLANS.items() <= have.items()}
    assert lacking == {}


def test_every_step_that_can_carry_tags_is_found_by_them(prod: Shown, everything: dict[str, dict[str, str]]) -> None:
    found = {have["provisioner:step"] for have in everything.values() if "provisioner:step" in have}
    assert found == {key for key in prod.live if key.partition("/")[0] not in WITHOUT_TAGS}


def test_instances_and_their_volumes_carry_the_tags_too(prod: Shown, everything: dict[str, dict[str, str]]) -> None:
    started = {kind: [one for one in everything if one.startswith(kind)] for kind in ("i-", "vol-")}
    assert {kind: len(found) for kind, found in started.items()} == {"i-": 3, "vol-": 3}


def test_aws_finds_what_is_the_plans_by_one_query(prod: Shown, everything: dict[str, dict[str, str]]) -> None:
    ours = [{"Key": key, "Values": [value]} for key, value in THE_PLANS.items()]
    found = prod.pages("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", TagFilters=ours)
    every = prod.pages("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList")
    assert [one["ResourceARN"] for one in found] == [one["ResourceARN"] for one in every]
    assert len(found) > 80


# Parameter groups are replaced while the old ones still stand, so no two may have one name.
ENDINGS = {
    "log group": r"/(audit|error|general|slowquery)$",
    "cluster parameter group": "-[0-9a-f]{6}$",
    "parameter group": "-[0-9a-f]{6}$",
}
"""What stands behind the convention's name."""


def convention(environment: str) -> re.Pattern[str]:
    beginnings = "|".join(map(re.escape, OF_SERVICES))
    return re.compile(rf"({beginnings})?financial-[a-z0-9-]*[a-z0-9]-{environment}")


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_is_by_the_convention_and_within_the_services_limit(prod: Shown, kind: str) -> None:
    check_names(prod, kind)


def check_names(shown: Shown, kind: str) -> None:
    found = [name for name in names(shown, kind) if f"-{shown.environment}" in name]
    assert found
    for name in found:
        plain = name.rpartition(":")[2]
        assert len(plain) <= NAMES[kind][-1]
        ending = f"-{ACCOUNT}" if kind == "bucket" else ""
        bare = re.sub(ENDINGS.get(kind, "$"), "", plain).removesuffix(ending)
        assert convention(shown.environment).fullmatch(bare), name
        assert plain.endswith(ending)


def test_all_names_that_stand_in_tags_are_by_the_convention(everything: dict[str, dict[str, str]]) -> None:
    pattern = re.compile(rf"{convention('prod').pattern}(-{ACCOUNT})?(/(audit|error|general|slowquery))?")
    assert [one for one, have in everything.items() if not pattern.fullmatch(have["Name"])] == []


@pytest.fixture
def two(platform: Platform) -> tuple[Platform, Platform]:
    """Two environments in one account; the name of the second is as long as one may be."""
    return Platform(platform.server, "one"), Platform(platform.server, "environment2")


def standing(platform: Platform) -> Shown:
    return Shown(platform.server, platform.run("local"), platform.environment)


def ids(shown: Shown) -> set[str]:
    """What the environment's things are called by AWS."""
    return {action.id for action in shown.run.preview().actions if action.id}


def changes(server: Running, since: int) -> list[str]:
    """What the changing calls said, from a call on."""
    reads = ("Describe", "Get", "List", "Head")
    return [f"{call}: {call.parameters}" for call in list(server.calls)[since:] if not call.operation.startswith(reads)]


def kinds(preview: Any) -> set[str]:
    return {action.kind.value for action in preview.actions}


@pytest.mark.xdist_group("side by side")
def test_two_environments_live_side_by_side_in_one_account(two: tuple[Platform, Platform]) -> None:
    one, other = two
    one.up("local")
    first = standing(one)
    of_one, looks = ids(first), tagged(first)
    began = len(one.server.calls)

    assert kinds(other.up("local")) == {"create"}

    said = changes(one.server, began)
    assert [text for text in said if any_of(of_one).search(text)] == []
    assert {name: have for name, have in tagged(first).items() if name in looks} == looks
    assert not one.preview("local").anything_to_do
    assert not other.preview("local").anything_to_do
    second = standing(other)
    for kind in NAMES:
        check_names(second, kind)
    assert {have["Environment"] for have in tagged(second).values()} == {"one", "environment2"}

    of_other, began = ids(second), len(one.server.calls)
    one.teardown("local")

    said = changes(one.server, began)
    assert [text for text in said if any_of(of_other).search(text)] == []
    assert not other.preview("local").anything_to_do
    assert ids(second) == of_other
    left = {name for name, have in tagged(second).items() if have.get("Environment") != "environment2"}
    assert left == set(pending_keys(second))
    assert kinds(one.preview("local")) == {"create"}


def any_of(names: set[str]) -> re.Pattern[str]:
    """Finds a mention of any of these."""
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?![\w-])")


def pending_keys(shown: Shown) -> list[str]:
    """The keys that KMS deletes later."""
    kms = shown.client("kms")
    arns = [key["KeyArn"] for key in shown.pages("kms", "list_keys", "Keys")]
    return [arn for arn in arns if kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "PendingDeletion"]
