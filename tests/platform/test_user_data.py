"""Module 6: what instances do first, and what they are installed from."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from plans.financial_platform import Settings, build
from plans.financial_platform.app.configuration import Configuration
from provisioner.resources.s3.bucket_object import BucketObject

from .conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")
HOME, LOGS = "/opt/financial", "/var/log/financial"


@pytest.fixture
def script(prod: Shown) -> str:
    """The user data that instances get."""
    [found] = prod.client("ec2").describe_launch_template_versions(LaunchTemplateName=prod.named("app"), Versions=["$Latest"])[
        "LaunchTemplateVersions"
    ]
    return base64.b64decode(found["LaunchTemplateData"]["UserData"], validate=True).decode()


@pytest.fixture
def files(script: str) -> dict[str, str]:
    """The files that it writes, by their paths; what stands between quoted ends is not touched by the shell."""
    found = re.findall(r"^cat > (\S+) <<'(\w+)'\n(.*?)^\2$", script, re.DOTALL | re.MULTILINE)
    return {path: text for path, _, text in found}


@pytest.fixture
def place(script: str) -> tuple[str, str]:
    """The bucket and the key that it installs from."""
    [place] = re.findall(r"aws s3 cp .*'s3://([^/']+)/([^']+)' /tmp/bundle.zip", script)
    return str(place[0]), str(place[1])


@pytest.fixture
def bundle(prod: Shown, place: tuple[str, str]) -> bytes:
    """The object that it installs from."""
    body: bytes = prod.client("s3").get_object(Bucket=place[0], Key=place[1])["Body"].read()
    return body


@pytest.fixture
def installed(bundle: bytes, tmp_path: Path) -> Path:
    """The bundle as it lies on an instance."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        opened.extractall(tmp_path)
    return tmp_path


def variables(files: dict[str, str]) -> dict[str, str]:
    """The environment file as systemd reads it."""
    return dict(line.split("=", 1) for line in files["/etc/financial.env"].splitlines())


def test_it_has_no_placeholder_left_and_fits(script: str) -> None:
    assert re.findall(r"@\w+@", script) == []
    assert script.startswith("#!/bin/bash\n")
    assert len(script.encode()) < 16 * 1024


def test_bash_takes_it_and_it_stops_at_the_first_mistake(script: str) -> None:
    checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "\nset -euo pipefail\n" in script


def test_it_holds_no_secret(prod: Shown, script: str) -> None:
    secrets = prod.client("secretsmanager")
    password = json.loads(secrets.get_secret_value(SecretId=prod.named("database"))["SecretString"])["password"]
    header = secrets.get_secret_value(SecretId=prod.named("origin-header"))["SecretString"]
    assert len(password) == 32
    assert password not in script
    assert header not in script


def test_the_service_starts_by_itself_and_may_do_little(files: dict[str, str]) -> None:
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment]
    unit.read_string(files["/etc/systemd/system/financial.service"])
    service = dict(unit["Service"])
    assert service["ExecStart"] == f"{HOME}/venv/bin/python -m app"
    assert (service["WorkingDirectory"], service["EnvironmentFile"]) == (HOME, "/etc/financial.env")
    assert (service["User"], service["Group"]) == ("financial", "financial")
    assert (service["Restart"], unit["Unit"]["StartLimitIntervalSec"]) == ("always", "0")
    # It is given 25 seconds for the requests in flight.
    assert int(service["TimeoutStopSec"]) > 25
    assert (service["NoNewPrivileges"], service["ProtectSystem"], service["ReadWritePaths"]) == ("yes", "strict", LOGS)
    assert unit["Install"]["WantedBy"] == "multi-user.target"


def test_the_service_is_enabled_once_everything_is_there(script: str) -> None:
    steps = ("dnf install", "useradd", "aws s3 cp", "sha256sum --check", "unzip -q", "pip install", "systemctl enable --now")
    places = [script.index(step) for step in steps]
    assert places == sorted(places)


def test_the_agent_sends_the_applications_log_to_its_group(prod: Shown, files: dict[str, str]) -> None:
    agent = json.loads(files["/opt/aws/amazon-cloudwatch-agent/etc/financial.json"])
    [collected] = agent["logs"]["logs_collected"]["files"]["collect_list"]
    assert collected == {
        "file_path": variables(files)["LOG_FILE"],
        "log_group_name": prod.named("application"),
        "log_stream_name": "{instance_id}",
    }
    groups = prod.client("logs").describe_log_groups(logGroupNamePrefix=prod.named("application"))["logGroups"]
    assert collected["log_group_name"] in [one["logGroupName"] for one in groups]
    assert agent["agent"] == {"run_as_user": "cwagent", "region": REGION}


def test_the_agent_may_read_the_log_and_is_started(script: str) -> None:
    assert "usermod --append --groups financial cwagent" in script
    assert "-a fetch-config -m ec2 -s" in script
    assert "-c file:/opt/aws/amazon-cloudwatch-agent/etc/financial.json" in script


def test_the_log_is_rotated_before_it_fills_the_disk(files: dict[str, str]) -> None:
    path, _, rules = files["/etc/logrotate.d/financial"].partition(" {\n")
    assert path == variables(files)["LOG_FILE"]
    said = dict(line.strip().partition(" ")[::2] for line in rules.removesuffix("}\n").splitlines())
    assert (said["size"], said["rotate"]) == ("50M", "3")
    # Whoever is in its group, the agent is, may read a new one.
    assert said["create"] == "0640 financial financial"


def test_the_environment_file_is_all_that_the_application_wants_to_know(
    prod: Shown, files: dict[str, str], installed: Path, tmp_path: Path
) -> None:
    given = {name: value.replace(HOME, str(installed)).replace(LOGS, str(tmp_path)) for name, value in variables(files).items()}
    known = Configuration.from_environment(given)
    secret = prod.client("secretsmanager").describe_secret(SecretId=prod.named("database"))["ARN"]
    assert (known.secret_arn, known.environment, known.region) == (secret, "prod", REGION)
    assert (known.ca_bundle, known.log_file) == (installed / "rds-ca-bundle.pem", tmp_path / "application.log")


def test_the_application_listens_where_the_load_balancer_sends_to(prod: Shown, files: dict[str, str]) -> None:
    [targets] = prod.client("elbv2").describe_target_groups(Names=[prod.named("app")])["TargetGroups"]
    assert variables(files)["PORT"] == str(targets["Port"])


def test_the_application_measures_where_its_role_lets_it(prod: Shown, files: dict[str, str]) -> None:
    document = prod.client("iam").get_role_policy(RoleName=prod.named("instance-role"), PolicyName="metrics")["PolicyDocument"]
    [statement] = document["Statement"]
    allowed = statement["Condition"]["StringEquals"]["cloudwatch:namespace"]
    assert variables(files)["METRIC_NAMESPACE"] == allowed


def test_only_the_bundle_that_the_template_knows_is_installed(script: str, bundle: bytes) -> None:
    [known] = re.findall(r"^echo '([0-9a-f]{64})  /tmp/bundle.zip' \| sha256sum --check", script, re.MULTILINE)
    assert known == sha256(bundle).hexdigest()


def test_the_role_reads_this_object_and_no_other(prod: Shown, place: tuple[str, str]) -> None:
    document = prod.client("iam").get_role_policy(RoleName=prod.named("instance-role"), PolicyName="bundle")["PolicyDocument"]
    [reading] = [one for one in document["Statement"] if one["Action"] == "s3:GetObject"]
    assert reading["Resource"] == f"arn:aws:s3:::{place[0]}/{place[1]}"
    assert place[0] == f"{prod.named('assets')}-{ACCOUNT}"


def test_the_bundle_is_encrypted_with_the_data_key_and_tagged(prod: Shown, place: tuple[str, str]) -> None:
    s3, where = prod.client("s3"), {"Bucket": place[0], "Key": place[1]}
    head = s3.head_object(**where)
    key = prod.client("kms").describe_key(KeyId=f"alias/{prod.named('data-key')}")["KeyMetadata"]["Arn"]
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"], head["BucketKeyEnabled"]) == ("aws:kms", key, True)
    shown = {tag["Key"]: tag["Value"] for tag in s3.get_object_tagging(**where)["TagSet"]}
    assert (shown["Environment"], shown["provisioner:step"]) == ("prod", "BucketObject/application")


def test_the_bundle_holds_the_application_and_whom_it_trusts_and_nothing_else(bundle: bytes, script: str) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
    beside = [name for name in names if not name.startswith("app/")]
    assert beside == ["rds-ca-bundle.pem"]
    assert {"app/__main__.py", "app/__init__.py", "app/requirements.txt"} <= set(names)
    assert {Path(name).suffix for name in names if name.startswith("app/")} == {".py", ".txt"}
    [requirements] = re.findall(rf"--requirement {HOME}/(\S+)", script)
    assert requirements in names


def test_what_is_installed_beside_it_is_pinned(installed: Path) -> None:
    lines = (installed / "app" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert wanted
    assert [line for line in wanted if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


def test_the_bundle_runs_as_the_service_does(installed: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "app"], cwd=installed, env={}, capture_output=True, text=True, check=False, timeout=60
    )
    # It has everything that it imports, and misses what the environment file tells.
    assert ran.returncode == 2, ran.stderr
    assert "The service cannot start" in ran.stderr
    missing = set(re.findall(r"^  (\w+): is missing", ran.stderr, re.MULTILINE))
    assert missing == {"SECRET_ARN", "ENVIRONMENT", "AWS_REGION", "CA_BUNDLE"}


def test_two_builds_make_the_same_bytes(bundle: bytes) -> None:
    for environment in ("one", "two"):
        steps = build(Settings(environment=environment, profile="local")).steps
        [made] = [step for step in steps if isinstance(step, BucketObject)]
        assert made.body == bundle
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert opened.namelist() == sorted(opened.namelist())
