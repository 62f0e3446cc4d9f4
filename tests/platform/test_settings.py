"""The settings of the platform: what each takes, what a profile gives, and what is refused before anything is called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plans.financial_platform.settings import EXAMPLE_DOMAIN, PROFILES, RETENTIONS, Settings
from provisioner.errors import SettingsError
from provisioner.settings import load

SHIPPED = ("local", "dev", "test", "prod")

ROWS: dict[str, tuple[Any, Any, Any]] = {
    "nat_gateways": (1, 1, 3),
    "database_instances": (1, 2, 2),
    "database_instance_class": ("db.t4g.medium", "db.t4g.medium", "db.r6g.large"),
    "performance_insights": (False, False, True),
    "backup_retention_days": (1, 7, 35),
    "business_hours_instances": (1, 3, 3),
    "after_hours_instances": (0, 2, 2),
    "max_instances": (2, 10, 10),
    "instance_type": ("t3.small", "t3.large", "t3.large"),
    "protect": (False, False, True),
    "kms_deletion_window_days": (7, 7, 30),
    "secret_recovery_window_days": (0, 0, 30),
    "interface_endpoints": (False, False, True),
    "web_acl_on_load_balancer": (False, False, True),
    "log_retention_days": (90, 90, 365),
    "trail_insights": (False, False, True),
    "empty_buckets_on_teardown": (True, True, False),
}
"""The table of the design, row by row: local and dev, test, prod."""
COLUMN = {"local": 0, "dev": 0, "test": 1, "prod": 2}


def loaded(*assignments: str, path: Path | None = None) -> Settings:
    return load(Settings, path, "local", [("--set", text) for text in assignments])


def mistakes(*assignments: str, path: Path | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        loaded(*assignments, path=path)
    return list(caught.value.mistakes)


# -- profiles


@pytest.mark.parametrize("profile", SHIPPED)
@pytest.mark.parametrize("name", ROWS)
def test_a_profile_gives_what_the_table_says(name: str, profile: str) -> None:
    assert getattr(loaded(f"profile={profile}"), name) == ROWS[name][COLUMN[profile]]


def test_profiles_differ_in_what_the_table_says_and_in_nothing_else() -> None:
    assert {name for defaults in PROFILES.values() for name in defaults} == set(ROWS)
    assert {frozenset(defaults) for defaults in PROFILES.values()} == {frozenset(ROWS)}
    assert tuple(PROFILES) == SHIPPED


@pytest.mark.parametrize("profile", SHIPPED)
def test_every_database_can_be_rewound_where_aurora_can_since_that_goes_with_birth(profile: str) -> None:
    assert loaded(f"profile={profile}").backtrack_hours == 24
    assert loaded(f"profile={profile}", "region=eu-central-1").backtrack_hours == 24
    assert loaded(f"profile={profile}", "region=eu-north-1").backtrack_hours == 0
    assert loaded(f"profile={profile}", "region=eu-north-1", "backtrack_hours=1").backtrack_hours == 1


def test_without_a_profile_it_is_local() -> None:
    assert loaded() == loaded("profile=local") == Settings(environment="local")


@pytest.mark.parametrize("name", ROWS)
def test_each_default_of_a_profile_can_be_set_by_itself(name: str) -> None:
    small, _, large = ROWS[name]
    # More instances need a higher limit, too.
    more = ["max_instances=10"] if name != "max_instances" else []
    before, after = loaded(*more), loaded(*more, f"{name}={json.dumps(large)}")
    assert (getattr(before, name), getattr(after, name)) == (small, large)
    assert after == before.model_copy(update={name: large})


def test_prod_without_an_account_gets_an_example_domain_and_its_zone() -> None:
    settings = loaded("profile=prod")
    assert (settings.domain, settings.create_hosted_zone, settings.embedded) == (EXAMPLE_DOMAIN, True, True)
    assert EXAMPLE_DOMAIN.endswith(".example")


def test_prod_with_a_domain_keeps_it_and_makes_a_zone_only_where_it_is_told_to() -> None:
    assert loaded("profile=prod", "domain=portal.shop.com").create_hosted_zone is False
    settings = loaded("profile=prod", "domain=portal.shop.com", "create_hosted_zone=true")
    assert (settings.domain, settings.create_hosted_zone) == ("portal.shop.com", True)
    assert loaded("profile=prod", "create_hosted_zone=false").create_hosted_zone is False


# -- one setting


@pytest.mark.parametrize(
    ("name", "lowest", "highest", "allowed"),
    [
        ("nat_gateways", 1, 3, "1 for all zones, up to 3: one per zone"),
        ("database_instances", 1, 15, "1 writer and up to 14 readers"),
        ("backup_retention_days", 1, 35, "1 to 35 days"),
        ("backtrack_hours", 0, 72, "0 (never), or up to 72 hours"),
        ("business_hours_instances", 1, 100, "1 to 100"),
        ("after_hours_instances", 0, 100, "0 to 100"),
        ("max_instances", 1, 100, "1 to 100"),
        ("kms_deletion_window_days", 7, 30, "7 to 30 days"),
        ("secret_recovery_window_days", 0, 30, "0 (at once), or 7 to 30 days"),
    ],
)
def test_a_number_has_its_bounds(name: str, lowest: int, highest: int, allowed: str) -> None:
    more = () if name == "max_instances" else ("max_instances=100",)
    for value in (lowest, highest):
        assert getattr(loaded(*more, f"{name}={value}"), name) == value
    for value in (lowest - 1, highest + 1):
        assert mistakes(*more, f"{name}={value}") == [f"--set: {name}: '{value}' is not allowed ({allowed})"]


@pytest.mark.parametrize(
    "name",
    [
        *("protect", "interface_endpoints", "performance_insights", "web_acl_on_load_balancer", "trail_insights"),
        *("empty_buckets_on_teardown", "create_hosted_zone"),
    ],
)
def test_a_switch_is_on_or_off(name: str) -> None:
    more = () if name != "create_hosted_zone" else ("domain=portal.shop.com",)
    assert [getattr(loaded(*more, f"{name}={value}"), name) for value in ("true", "false")] == [True, False]
    [mistake] = mistakes(*more, f"{name}=perhaps")
    assert mistake.startswith(f"--set: {name}: 'perhaps' is not allowed (true")


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("profile", ("local", "dev", "test", "prod"), ("Prod", "staging", "")),
        ("region", ("us-east-1", "eu-central-1", "ap-southeast-10"), ("us-east", "Frankfurt", "us-east-1a", "")),
        ("cost_center", ("engineering", "4711", "x" * 256), ("''", "x" * 257)),
        ("domain", ("portal.example.com", "a.io", "x-1.shop.co.uk"),
         ("portal", "Portal.example.com", "-a.example.com", "https://a.com", "a..com", "a.com.", f"{'a' * 47}.com")),
        ("database_instance_class", ("db.r6g.large", "db.t4g.medium", "db.r7g.16xlarge"), ("r6g.large", "db.r6g", "db.R6G.x")),
        ("instance_type", ("t3.large", "m7i-flex.xlarge", "g4dn.xlarge"), ("t3", "T3.large", "t3 large")),
        ("log_retention_days", tuple(map(str, RETENTIONS)), ("0", "100", "3654", "two")),
        ("secret_recovery_window_days", ("0", "7", "30"), ("1", "6", "31", "two")),
    ],
)  # fmt: skip
def test_a_setting_takes_what_aws_takes_and_nothing_else(name: str, right: tuple[str, ...], wrong: tuple[str, ...]) -> None:
    for text in right:
        assert str(getattr(loaded(f"{name}={text}"), name)) == text
    for text in wrong:
        [mistake] = mistakes(f"{name}={text}")
        assert mistake.startswith(f"--set: {name}: ")


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        (
            "deployers",
            ("arn:aws:iam::123456789012:role/a/*", "arn:aws-cn:iam::123456789012:user/x"),
            # A session's ARN is not what policies are held against: its role's is.
            ("arn:aws:sts::123456789012:assumed-role/deploy/me", "deploy", "*", "arn:aws:iam::*:role/deploy"),
        ),
        ("alarm_emails", ("ops@example.com", "a.b+c@shop.co.uk"), ("ops", "ops@example", "a b@example.com", "@example.com")),
    ],
)  # fmt: skip
def test_a_list_takes_any_number_of_what_fits(name: str, right: tuple[str, ...], wrong: tuple[str, ...]) -> None:
    assert getattr(loaded(f"{name}=[]"), name) == ()
    assert getattr(loaded(f"{name}={json.dumps(right)}"), name) == right
    for text in wrong:
        [mistake] = mistakes(f"{name}={json.dumps([*right, text])}")
        assert mistake.startswith(f"--set: {name}.{len(right)}: {text!r} is not allowed")


def test_logs_are_kept_for_as_long_as_cloudwatch_offers() -> None:
    [mistake] = mistakes("log_retention_days=100")
    assert mistake.startswith("--set: log_retention_days: 100 is not offered by CloudWatch Logs (one of 1, 3, 5, 7, 14, 30")


def test_a_secret_waits_for_a_week_at_least_or_not_at_all() -> None:
    assert mistakes("secret_recovery_window_days=3") == [
        "--set: secret_recovery_window_days: 3 is not offered by Secrets Manager (0: at once, or 7 to 30 days)"
    ]


@pytest.mark.parametrize("instance_type", ["t4g.small", "m7gd.large", "c7gn.xlarge", "im4gn.large", "a1.medium"])
def test_an_instance_has_the_processor_that_the_image_is_for(instance_type: str) -> None:
    assert mistakes(f"instance_type={instance_type}") == [
        f"--set: instance_type: {instance_type} has an Arm processor, and the platform's image is for x86_64 (like t3.large)"
    ]


def test_what_is_no_setting_is_refused_with_what_may_be_meant() -> None:
    assert mistakes("nat_gateway=2") == ["--set: nat_gateway: is no setting (did you mean nat_gateways?)"]


# -- settings that must go together


@pytest.mark.parametrize(
    ("assignments", "said"),
    [
        (("business_hours_instances=3",), "max_instances: is less than business_hours_instances or after_hours_instances"),
        (("after_hours_instances=3",), "max_instances: is less than business_hours_instances or after_hours_instances"),
        (("create_hosted_zone=true",), "create_hosted_zone: needs a domain"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(tmp_path: Path, assignments: tuple[str, ...], said: str) -> None:
    file = tmp_path / "local.toml"
    file.touch()
    assert mistakes(*assignments, path=file) == [f"{file}: {said}"]


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("backup_retention_days=6", "backup_retention_days: prod keeps at least 7 days"),
        ("log_retention_days=180", "log_retention_days: prod keeps at least 365 days (PCI DSS 10.5.1)"),
        ("business_hours_instances=2", "business_hours_instances: prod runs at least 3, one in each zone"),
    ],
)
def test_prod_refuses_what_is_too_little_for_it(assignment: str, said: str) -> None:
    assert mistakes("profile=prod", assignment) == [f"environment 'local': {said}"]
    name, _, value = assignment.partition("=")
    assert str(getattr(loaded("profile=test", assignment), name)) == value


def test_prod_takes_the_least_that_is_enough() -> None:
    settings = loaded("profile=prod", "backup_retention_days=7", "log_retention_days=365", "business_hours_instances=3")
    assert (settings.backup_retention_days, settings.log_retention_days) == (7, 365)


def test_prod_says_all_that_is_wrong_at_once(tmp_path: Path) -> None:
    file = tmp_path / "live.toml"
    file.write_text('profile = "prod"\naccount_id = "123456789012"\nbackup_retention_days = 1\nlog_retention_days = 30\n')
    with pytest.raises(SettingsError) as caught:
        load(Settings, file, "live")
    assert list(caught.value.mistakes) == [
        f"{file}: domain: prod serves HTTPS end to end, so it needs a domain of yours with a zone in Route 53; "
        "backup_retention_days: prod keeps at least 7 days; log_retention_days: prod keeps at least 365 days (PCI DSS 10.5.1)"
    ]
