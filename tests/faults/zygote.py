"""Runs provisioner's command line in processes of their own, quickly: everything is imported once, and every command is a fork.

Reads one JSON object a line ({"argv", "folder", "environment", "output"}), answers {"pid"} when the process has started and
{"status"} when it has ended. Ends with its standard input.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

SERVICES = (
    *("acm", "autoscaling", "cloudfront", "cloudtrail", "cloudwatch", "dynamodb", "ec2", "elbv2", "firehose", "iam", "kms"),
    *("lambda", "logs", "rds", "resourcegroupstaggingapi", "route53", "s3", "secretsmanager", "sns", "ssm", "sts", "wafv2"),
)


def preload() -> None:
    """Import what every command imports, and load the service models, so that a fork has them. No call is made."""
    from provisioner.aws.client import Connection

    for module in ("applying", "plan", "session", "teardown", "up"):
        importlib.import_module(f"provisioner.cli.{module}")
    importlib.import_module("plans.financial_platform")
    importlib.import_module("provisioner.resources").every_type()
    connection = Connection(region="us-east-1", endpoint_url="http://127.0.0.1:9", made_up_credentials=True)
    for service in SERVICES:
        connection.client(service, "us-east-1", once=False)


def child(order: dict[str, Any]) -> int:
    """Be the command; its exit code."""
    from provisioner.__main__ import main

    os.chdir(order["folder"])
    os.environ.update(order["environment"])
    for stream, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(Path(order["output"]) / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["provisioner", *order["argv"]]
    return main()


def serve() -> None:
    """Fork for every order, and tell how it went."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            status = 255
            try:
                status = child(json.loads(line))
            except SystemExit as leaving:
                status = leaving.code if isinstance(leaving.code, int) else 1
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        print(json.dumps({"pid": pid}), flush=True)
        _, waited = os.waitpid(pid, 0)
        print(json.dumps({"status": os.waitstatus_to_exitcode(waited)}), flush=True)


if __name__ == "__main__":
    preload()
    print(json.dumps({"ready": True}), flush=True)
    serve()
