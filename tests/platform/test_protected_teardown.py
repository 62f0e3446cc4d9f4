"""`prod` is protected: what keeps a teardown from deleting anything, how that is lifted, and what then stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.cli.main import main

from .account import names, tagged
from .conftest import ACCOUNT, Platform, Shown

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("protected teardown")
PROTECTED = 4


@pytest.fixture
def production(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """The environment `prod`, and a folder to call the command line in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", platform.server.url)
    return Platform(platform.server, "prod")


class CommandLine:
    """`provisioner`, run in this process."""

    def __init__(self, platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
        self._platform, self._capsys = platform, capsys

    def teardown(self, *arguments: str) -> tuple[int, str, int]:
        """The exit code, what was said, and how many calls changed something."""
        before = len(self._platform.server.calls)
        self._capsys.readouterr()
        code = main(["teardown", "prod", "--yes", *arguments])
        reads = ("Describe", "Get", "List", "Head")
        changes = [call for call in list(self._platform.server.calls)[before:] if not call.operation.startswith(reads)]
        return code, self._capsys.readouterr().err, len(changes)


def standing(platform: Platform) -> Shown:
    return Shown(platform.server, platform.run("prod"), "prod")


def passwords(shown: Shown) -> dict[str, str]:
    """What is secret, by the ARN of its secret."""
    secrets = shown.client("secretsmanager")
    found = {}
    for one in secrets.list_secrets()["SecretList"]:
        value = secrets.get_secret_value(SecretId=one["ARN"])["SecretString"]
        found[one["ARN"]] = json.loads(value)["password"] if value.startswith("{") else value
    return found


def living_keys(shown: Shown) -> list[str]:
    kms = shown.client("kms")
    listed = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in shown.pages("kms", "list_keys", "Keys")]
    return sorted(key["Arn"] for key in listed if key["KeyState"] == "Enabled" and key["KeyManager"] == "CUSTOMER")


def protections(shown: Shown) -> tuple[bool, str]:
    """Whether the cluster and the load balancer may not be deleted."""
    elb = shown.client("elbv2")
    [cluster] = shown.client("rds").describe_db_clusters()["DBClusters"]
    [balancer] = elb.describe_load_balancers()["LoadBalancers"]
    attributes = elb.describe_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"])["Attributes"]
    return cluster["DeletionProtection"], {one["Key"]: one["Value"] for one in attributes}["deletion_protection.enabled"]


def test_prod_goes_only_when_it_is_not_protected_and_its_logs_may_go_and_comes_back_with_its_secrets(
    production: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    provisioner = CommandLine(production, capsys)
    production.up("prod")
    shown = standing(production)
    born, keys = passwords(shown), living_keys(shown)
    assert protections(shown) == (True, "true")

    code, said, changes = provisioner.teardown()
    assert (code, changes) == (PROTECTED, 0)
    assert "teardown prod --set protect=false" in said

    message = {"timestamp": 1_800_000_000_000, "message": '{"level": "info", "status": 200}'}
    group = {"logGroupName": shown.named("application"), "logStreamName": "i-1"}
    shown.client("logs").create_log_stream(**group)
    shown.client("logs").put_log_events(**group, logEvents=[message])
    code, said, changes = provisioner.teardown("--set", "protect=false")
    assert (code, changes) == (PROTECTED, 0)
    assert f"Bucket/logs: bucket {shown.named('logs')}-{ACCOUNT} is not empty" in said
    assert protections(shown) == (True, "true")

    production.up("prod", empty_buckets_on_teardown=True)
    assert protections(shown) == (True, "true")
    code, said, _ = provisioner.teardown("--set", "protect=false")
    assert (code, "Nothing of financial-platform is left in prod." in said) == (0, True)
    check_what_is_left(shown, said, born)

    production.up("prod")
    # Another key could not decrypt them.
    assert (passwords(shown), living_keys(shown)) == (born, keys)
    assert not production.preview("prod").anything_to_do


def check_what_is_left(shown: Shown, said: str, secrets: Any) -> None:
    """Keys that KMS deletes later, secrets in their recovery window, the last snapshot; and nothing else."""
    kms, waiting = shown.client("kms"), shown.client("secretsmanager")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in shown.pages("kms", "list_keys", "Keys")]
    # The table of the locks is encrypted with a key of AWS's own.
    awss = {key["Arn"] for key in keys if key["KeyManager"] == "AWS"}
    keys = [key for key in keys if key["Arn"] not in awss]
    assert {key["KeyState"] for key in keys} == {"PendingDeletion"}
    assert [key["Arn"] for key in keys if f"{key['DeletionDate']:%Y-%m-%d}" not in said] == []
    listed = waiting.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert {one["ARN"]: "DeletedDate" in one for one in listed} == dict.fromkeys(secrets, True)
    [snapshot] = shown.client("rds").describe_db_cluster_snapshots()["DBClusterSnapshots"]
    assert (snapshot["SnapshotType"], snapshot["DBClusterIdentifier"]) == ("manual", shown.named("aurora"))
    assert set(tagged(shown)) - awss == {*(key["Arn"] for key in keys), snapshot["DBClusterSnapshotArn"]}
    assert shown.client("ec2").describe_network_interfaces()["NetworkInterfaces"] == []
    assert names(shown, "key") == []
