"""Module 4, where profiles differ: small environments leave nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import ACCOUNT, tags

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("local")


@pytest.mark.parametrize("name", ["assets", "logs", "trail"])
def test_a_bucket_of_local_is_emptied_on_teardown(local: Shown, name: str) -> None:
    bucket = f"financial-{name}-local-{ACCOUNT}"
    found = tags({"Tags": local.client("s3").get_bucket_tagging(Bucket=bucket)["TagSet"]})
    assert found["provisioner:empty-on-delete"] == "true"


@pytest.mark.parametrize(("name", "days"), [("logs", 90), ("trail", 365)])
def test_logs_are_kept_as_long_in_every_profile(local: Shown, name: str, days: int) -> None:
    rules = local.client("s3").get_bucket_lifecycle_configuration(Bucket=f"financial-{name}-local-{ACCOUNT}")["Rules"]
    assert [rule["Expiration"]["Days"] for rule in rules if "Days" in rule.get("Expiration", {})] == [days]
