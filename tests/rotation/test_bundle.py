"""The function as Lambda unpacks it: its folder's files, the driver and the authorities side by side, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pymysql
from cryptography import x509

from plans.financial_platform.rotation import rotation

from .conftest import STEPS

if TYPE_CHECKING:
    from .conftest import Rotating

FOLDER = Path(rotation.__file__).parent
RDS = FOLDER.parent / "data" / "rds-ca-bundle.pem"
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3")
_CALL = """
import json, sys
sys.path[:0] = sys.argv[1:3]
import rotation
for event in json.loads(sys.argv[3]):
    rotation.handler(event, None)
print(sorted({name.partition(".")[0] for name in sys.modules} & {"plans", "provisioner", "moto"}), file=sys.stderr)
"""


def test_it_needs_nothing_but_its_zip_and_the_runtimes_boto3(rotating: Rotating, tmp_path: Path) -> None:
    task, runtime = tmp_path / "task", tmp_path / "runtime"
    shutil.copytree(FOLDER, task, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(Path(pymysql.__file__).parent, task / "pymysql", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(rotating.master.server.ca_bundle, task / "rds-ca-bundle.pem")
    runtime.mkdir()
    for name in RUNTIME:
        (runtime / name).symlink_to(Path(boto3.__file__).parents[1] / name)
    token = rotating.asked_for()
    events = [{"Step": step, "SecretId": rotating.arn, "ClientRequestToken": token} for step in STEPS]
    # Isolated, without site-packages: as strict as Lambda, where the zip and the runtime are all there is.
    command = [sys.executable, "-I", "-S", "-W", "error", "-c", _CALL, str(task), str(runtime), json.dumps(events)]
    environment = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "[]\n")
    assert [json.loads(line)["step"] for line in done.stdout.splitlines()] == list(STEPS)
    assert rotating.is_consistent()
    assert [password for password in rotating.all_passwords() if password in done.stdout] == []


def test_the_authorities_of_rds_are_there_and_last() -> None:
    certificates = x509.load_pem_x509_certificates(RDS.read_bytes())
    assert len(certificates) > 50
    soon = datetime.now(UTC) + timedelta(days=30)
    assert [str(one.subject) for one in certificates if one.not_valid_after_utc < soon] == []
    assert ssl.create_default_context(cafile=RDS).cert_store_stats()["x509_ca"] == len(certificates)


def test_the_driver_is_the_one_that_the_application_has() -> None:
    requirements = (FOLDER.parent / "app" / "requirements.txt").read_text().splitlines()
    assert f"PyMySQL=={version('PyMySQL')}" in requirements
