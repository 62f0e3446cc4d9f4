"""What users meet first: everything that is refused before any change, with exit code 4."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent
from typing import Any

import boto3
import pytest

from provisioner.embedded.server import Running

from .conftest import Ended, Provisioner, writes


def refused(ended: Ended) -> str:
    assert (ended.code, ended.out) == (4, "")
    return ended.err


# -- plans


def test_a_plan_that_is_not_there_names_those_that_are(bare: Provisioner) -> None:
    assert refused(bare("plan", "--plan", "plans.financal_platform")) == (
        "✗ there is no plan 'plans.financal_platform' (did you mean plans.financial_platform?)\n"
    )
    assert "(there are plans.financial_platform" in refused(bare("plan", "--plan", "warehouse"))
    assert refused(bare("plan", "--plan", "warehouse.py")) == "✗ there is no file warehouse.py\n"


def test_a_folder_is_no_plan(bare: Provisioner, folder: Path) -> None:
    (folder / "shop").mkdir()
    assert refused(bare("plan", "--plan", "./shop")) == ("✗ shop is a folder: name its module with dots, or a .py file in it\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it must define `build(settings)`, which returns a Plan, or `plan = Plan(…)`"),
        ("plan = 3", "it must define `build(settings)`"),
        ("def build(given): return 3", "mine.py: build(settings) must return a Plan, not int"),
        ("Settings = dict", "Settings must derive from provisioner.settings.Settings"),
        ("import os\nx = 1 / 0", "mine.py, line 2: ZeroDivisionError: division by zero\n      x = 1 / 0\n"),
        ("def f(:\n  pass", "mine.py, line 1: invalid syntax\n      def f(:\n"),
        ("import warehouse", "mine.py, line 1: ModuleNotFoundError: No module named 'warehouse'\n      import warehouse\n"),
        ("def build(given):\n    return given.colour", "line 2: AttributeError: 'Settings' object has no attribute 'colour'"),
        (
            """
            from provisioner import Plan
            from provisioner.resources.ec2.subnet import Subnet
            from provisioner.resources.ec2.vpc import Vpc
            vpc = Vpc("vpc", cidr_block="10.0.0.0/16")
            plan = Plan("mine", Subnet("a", vpc=vpc, cidr_block="10.0.0.0/24", availability_zone="us-east-1a"), vpc)
            """,
            "mine.py, line 6: Subnet/a uses Vpc/vpc, which must be listed before it",
        ),
        (
            "from provisioner.resources.ec2.vpc import Vpc\nvpc = Vpc('vpc', cidr='10.0.0.0/16')",
            "mine.py, line 2: TypeError: Vpc.__init__() got an unexpected keyword argument 'cidr'",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_a_plan_is_shown_with_its_line_and_no_traceback(
    bare: Provisioner, folder: Path, content: str, said: str
) -> None:
    (folder / "mine.py").write_text(dedent(content))
    err = refused(bare("plan", "--plan", "mine.py"))
    assert said in err
    assert "Traceback" not in err


# -- settings


def test_an_environment_that_is_not_there_names_those_that_are(bare: Provisioner, folder: Path) -> None:
    assert refused(bare("plan", "dev", "--plan", "shop.py")) == (
        "✗ shop.py has no environment 'dev' (make environments/dev.toml, or name a file with --settings)\n"
    )
    (folder / "environments").mkdir()
    (folder / "environments/test.toml").write_text("")
    assert refused(bare("plan", "dev", "--plan", "shop.py")) == "✗ shop.py has no environment 'dev' (there are test)\n"
    assert "(there are dev, local, prod, test)" in refused(bare("plan", "staging"))


def test_mistakes_in_a_settings_file_are_said_all_at_once_with_file_and_key(bare: Provisioner, folder: Path) -> None:
    (folder / "shop.toml").write_text('zones = 4\ncolour = "red"\naccount_id = "12"')
    assert refused(
        bare("plan", "dev", "--plan", "shop.py", "--settings", "shop.toml", "--set", "team", "--region", "moon")
    ) == (
        "✗ --set: 'team' is not an assignment (key=value)\n"
        "  shop.toml: account_id: '12' is not allowed (12 digits in quotes: \"123456789012\")\n"
        "  --region: region: 'moon' is not allowed (a region like us-east-1)\n"
        "  shop.toml: zones: 4 is not allowed (1 to 3 zones)\n"
        "  shop.toml: colour: is no setting "
        "(there are account_id, embedded_idle_minutes, embedded_level, "
        "embedded_minute_ms, environment, network, protect, region, team, zones)\n"
    )


# -- the account


@pytest.fixture
def real(folder: Path, embedded: Running, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment with an account, and an AWS that is account 123456789012."""
    path = folder / "real.toml"
    path.write_text('account_id = "999999999999"\nregion = "us-east-1"')
    monkeypatch.setenv("AWS_ENDPOINT_URL", embedded.url)
    return path


def with_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")


def test_without_credentials_it_says_how_to_get_some(bare: Provisioner, real: Path) -> None:
    err = refused(bare("up", "dev", "--yes", "--plan", "shop.py", "--settings", "real.toml"))
    assert err == (
        "✗ AWS does not say who you are (NoCredentialsError: Unable to locate credentials). "
        "Sign in (`aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID), then run again; `local` needs no account.\n"
    )


def test_a_profile_that_is_not_there_is_named(bare: Provisioner, real: Path) -> None:
    err = refused(bare("plan", "dev", "--plan", "shop.py", "--settings", "real.toml", "--profile", "work"))
    assert err == (
        "✗ The config profile (work) could not be found: "
        "name one of `aws configure list-profiles` with --profile or AWS_PROFILE\n"
    )


@pytest.mark.parametrize("command", ["up", "plan", "teardown", "status", "outputs"])
def test_another_account_than_the_environments_is_refused_after_one_question(
    bare: Provisioner, real: Path, embedded: Running, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    with_keys(monkeypatch)
    err = refused(bare(command, "dev", "--plan", "shop.py", "--settings", "real.toml"))
    assert err == (
        "✗ environment 'dev' is account 999999999999, and these credentials are for 123456789012. Nothing was read or changed. "
        "Choose the other profile (--profile or AWS_PROFILE), or correct account_id.\n"
    )
    assert [str(call) for call in embedded.calls] == ["sts:GetCallerIdentity"]


def test_the_environments_own_account_goes_on(bare: Provisioner, real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_keys(monkeypatch)
    ended = bare("plan", "dev", "--plan", "shop.py", "--settings", "real.toml", "--set", "account_id=123456789012")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.startswith("shop · dev · account 123456789012 · us-east-1\n")


def test_a_real_environment_needs_a_region(bare: Provisioner, real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_keys(monkeypatch)
    real.write_text('account_id = "123456789012"')
    assert refused(bare("plan", "dev", "--plan", "shop.py", "--settings", "real.toml")) == (
        "✗ region: is missing (set it in the environment's file, with --region, or in AWS_REGION)\n"
    )


@pytest.mark.parametrize(
    ("flags", "file", "variables", "wanted"),
    [
        (["--region", "eu-west-1"], "eu-west-2", {"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "eu-north-1"}, "eu-west-1"),
        ([], "eu-west-2", {"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "eu-north-1"}, "eu-west-2"),
        ([], None, {"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "eu-north-1"}, "eu-west-3"),
        ([], None, {"AWS_DEFAULT_REGION": "eu-north-1"}, "eu-north-1"),
        ([], None, {"AWS_PROFILE": "work"}, "eu-south-1"),
    ],
)  # fmt: skip
def test_the_region_comes_from_the_flag_the_settings_the_environment_and_the_profile_in_that_order(
    bare: Provisioner,
    real: Path,
    monkeypatch: pytest.MonkeyPatch,
    flags: list[str],
    file: str | None,
    variables: dict[str, str],
    wanted: str,
) -> None:
    with_keys(monkeypatch)
    config = real.parent / "config"
    config.write_text("[profile work]\nregion = eu-south-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    real.write_text('account_id = "123456789012"\n' + (f'region = "{file}"' if file else ""))
    ended = bare("plan", "dev", "--plan", "shop.py", "--settings", "real.toml", *flags)
    assert ended.err.splitlines()[0] == f"shop · dev · account 123456789012 · {wanted}"


def test_calls_carry_the_version_and_the_run_in_the_user_agent(
    bare: Provisioner, real: Path, embedded: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_keys(monkeypatch)
    bare("plan", "dev", "--plan", "shop.py", "--settings", "real.toml", "--set", "account_id=123456789012")
    found = {call.user_agent.partition("provisioner/")[2].rpartition("-")[0] for call in embedded.calls}
    assert len(found) == 1
    assert found.pop().startswith("0.1.0 run/2")


# -- the embedded AWS


@pytest.mark.parametrize("url", ["http://10.0.0.1:4566", "https://ec2.us-east-1.amazonaws.com", "http://127.0.0.1.example.com"])
def test_an_embedded_environment_reaches_no_other_machine(bare: Provisioner, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    with_keys(monkeypatch)
    assert refused(bare("up", "--yes", "--plan", "shop.py")) == (
        f"✗ AWS_ENDPOINT_URL={url} is not on this machine, and an environment without account_id is embedded: it uses "
        "127.0.0.0/8, ::1 or localhost only. Nothing was called. Unset the variable, or set account_id for a real account.\n"
    )


@pytest.mark.parametrize("url", ["127.0.0.1:4566", "ftp://127.0.0.1", "http://[::1", "elsewhere"])
def test_an_endpoint_must_be_an_address(bare: Provisioner, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    assert refused(bare("plan", "--plan", "shop.py")) == (
        f"✗ AWS_ENDPOINT_URL={url} is not the address of a server: write it like http://127.0.0.1:4566\n"
    )


def test_localhost_is_on_this_machine(provisioner: Provisioner, embedded: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://localhost:{embedded.port}")
    assert provisioner("plan").code == 0


def test_an_endpoint_where_nobody_answers_is_a_failure(bare: Provisioner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    ended = bare("plan", "--plan", "shop.py")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("✗ nothing that is like AWS answers at http://127.0.0.1:1: ")


def test_nothing_that_is_configured_for_the_real_aws_counts_in_an_embedded_environment(
    provisioner: Provisioner, embedded: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = "http://127.0.0.1:1"
    for name, value in {
        "AWS_PROFILE": "absent",
        "AWS_ACCESS_KEY_ID": "real",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_ENDPOINT_URL_EC2": nowhere,
        "AWS_USE_FIPS_ENDPOINT": "true",
        "HTTP_PROXY": nowhere,
        "http_proxy": nowhere,
    }.items():
        monkeypatch.setenv(name, value)
    assert provisioner("plan").code == 0
    assert {str(call) for call in embedded.calls} >= {"sts:GetCallerIdentity", "ec2:DescribeVpcs"}
    assert os.environ["AWS_ACCESS_KEY_ID"] == "real"


# -- steps


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "--only", "Subnet/c"],
         "--only Subnet/c: there is no such step (did you mean Subnet/public-b or Subnet/public-a?)"),
        (["up", "--replace", "Vpc/vcp"], "--replace Vpc/vcp: there is no such step (did you mean Vpc/vpc?)"),
        (["plan", "--exclude", "Queue/x"], "--exclude Queue/x: there is no such step (`status` lists them)"),
        (["up", "--delete", "Queue/x"], "--delete Queue/x: there is no such step (`status` lists them)"),
        (["teardown", "--only", "Vpc/vcp"], "--only Vpc/vcp: there is no such step (did you mean Vpc/vpc?)"),
        (["teardown", "--keep", "Vpc/vcp"], "--keep Vpc/vcp: there is no such step (did you mean Vpc/vpc?)"),
        (["status", "--only", "Vpc/vcp"], "--only Vpc/vcp: there is no such step (did you mean Vpc/vpc?)"),
    ],
)  # fmt: skip
def test_a_step_that_is_not_there_is_refused_with_those_that_are_close(
    provisioner: Provisioner, embedded: Running, arguments: list[str], said: str
) -> None:
    assert refused(provisioner(*arguments, "--quiet")) == f"✗ {said}\n"
    assert writes(embedded) == []


# -- consent


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("up", "`up` would change local, and there is no terminal to ask at: give --yes. Nothing was changed."),
        ("teardown", "`teardown` would empty local, and there is no terminal to ask at: give --yes. Nothing was changed."),
    ],
)
def test_without_a_terminal_to_ask_at_and_without_yes_nothing_is_done(
    provisioner: Provisioner, embedded: Running, command: str, said: str
) -> None:
    if command == "teardown":
        assert provisioner("up", "--yes").code == 0
    before = writes(embedded)
    assert refused(provisioner(command)).endswith(f"✗ {said}\n")
    assert writes(embedded) == before


def test_a_protected_environment_is_not_torn_down_until_the_protection_is_lifted(
    provisioner: Provisioner, embedded: Running
) -> None:
    assert provisioner("up", "--yes", "--set", "protect=true").code == 0
    before = writes(embedded)
    assert refused(provisioner("teardown", "--yes", "--set", "protect=true")) == (
        "✗ shop in local is protected (protect = true). Nothing was changed. "
        "To delete it all the same: teardown --plan shop.py --set protect=true --set protect=false\n"
    )
    assert writes(embedded) == before


def test_two_things_that_claim_one_step_are_both_named(provisioner: Provisioner, ec2: Any) -> None:
    assert provisioner("up", "--yes").code == 0
    first = ec2.describe_vpcs(Filters=[{"Name": "tag:provisioner:step", "Values": ["Vpc/vpc"]}])["Vpcs"][0]
    second = ec2.create_vpc(CidrBlock="10.99.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": first["Tags"]}])["Vpc"]
    err = refused(provisioner("up", "--yes"))
    assert err.startswith("✗ Vpc/vpc: ")
    assert first["VpcId"] in err
    assert second["VpcId"] in err


def test_what_holds_data_is_deleted_only_where_it_is_named(provisioner: Provisioner, folder: Path, embedded: Running) -> None:
    (folder / "shop.py").write_text(
        dedent("""
            from provisioner import Plan, settings
            from provisioner.resources.kms.key import Key

            class Settings(settings.Settings):
                keys: int = 2

            def build(given):
                return Plan("shop", *(Key(f"key-{number}", description="for tests") for number in range(given.keys)))
        """)
    )
    assert provisioner("up", "--yes").code == 0
    before = writes(embedded)
    shown = provisioner("plan", "--set", "keys=1")
    assert (shown.code, "`up` refuses this:\n  Key/key-1 (" in shown.err) == (0, True)
    err = refused(provisioner("up", "--yes", "--set", "keys=1"))
    assert "✗ Key/key-1 (" in err
    assert (
        "holds data and is no longer in the plan: name it with --delete Key/key-1, or leave it with --exclude Key/key-1" in err
    )
    assert writes(embedded) == before
    assert provisioner("up", "--yes", "--set", "keys=1", "--exclude", "Key/key-1").code == 0
    assert writes(embedded) == before
    ended = provisioner("up", "--yes", "--set", "keys=1", "--delete", "Key/key-1", "--output", "json")
    assert (ended.code, ended.document["summary"]["delete"]) == (0, 1)


def test_what_is_somebody_elses_is_refused_with_what_would_take_it_over(
    provisioner: Provisioner, folder: Path, embedded: Running, ec2: Any
) -> None:
    (folder / "shop.py").write_text(
        dedent("""
            from provisioner import Plan
            from provisioner.resources.logs.log_group import LogGroup

            plan = Plan("shop", LogGroup("app"))
        """)
    )
    made_up = {"aws_access_key_id": "theirs", "aws_secret_access_key": "theirs"}
    client: Any = boto3.client
    logs = client("logs", endpoint_url=embedded.url, region_name="us-east-1", **made_up)
    logs.create_log_group(logGroupName="shop-app-local", tags={"team": "theirs"})
    before = writes(embedded)
    ended = provisioner("up", "--yes")
    assert (ended.code, writes(embedded)[len(before) :]) == (4, ["logs:CreateLogGroup"])
    assert "something that is not this plan's already stands there (ResourceAlreadyExistsException" in ended.err
    assert "tag it with provisioner:plan=shop, provisioner:environment=local, provisioner:step=LogGroup/app" in ended.err
    assert logs.list_tags_for_resource(resourceArn=_arn(logs))["tags"] == {"team": "theirs"}
    logs.close()


def _arn(logs: Any) -> str:
    [group] = logs.describe_log_groups()["logGroups"]
    return str(group["logGroupArn"])
