"""The service from its start to its end: SIGTERM ends it, after the requests that it is at."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from .configuration import Configuration, ConfigurationError
from .credentials import Secret
from .database import Database
from .failure import Failing, described
from .log import log, log_to
from .metrics import Metrics
from .server import Server
from .service import Service
from .tls import trusting
from .transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Iterator

DRAIN_SECONDS = 25
_CALLS = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


@contextmanager
def serving(configuration: Configuration) -> Iterator[Server]:
    """The service at work: on leaving, requests in flight are finished and the last metrics published."""
    session = boto3.Session(region_name=configuration.region)
    secrets_manager, cloudwatch = session.client("secretsmanager", config=_CALLS), session.client("cloudwatch", config=_CALLS)
    database = Database(Secret(secrets_manager, configuration.secret_arn), trusting(configuration.ca_bundle))
    metrics = Metrics(cloudwatch, configuration.metric_namespace, configuration.environment)
    with closing(secrets_manager), closing(cloudwatch), closing(database):
        service = Service(configuration.environment, database, _prepared(database))
        with _running(Server((configuration.bind_address, configuration.port), service, metrics)) as server:
            log(logging.INFO, "serving", port=server.server_port, environment=configuration.environment)
            yield server


def _prepared(database: Database) -> Transactions:
    transactions = Transactions(database)
    try:
        transactions.prepare()
    except Failing as error:  # then /health says so, and the table is made when the database is there
        log(logging.WARNING, "starting without the database", part=error.part, error=described(error))
    return transactions


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    stop = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.05,)),
        threading.Thread(target=server.metrics.publish_until, args=(stop,)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        left = server.drain(DRAIN_SECONDS)
        stop.set()
        for thread in threads:
            thread.join()
        log(logging.WARNING if left else logging.INFO, "stopped", unfinished=left)


def main() -> int:
    try:
        configuration = Configuration.from_environment(os.environ)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log_to(configuration.log_file)
    with serving(configuration):
        stop.wait()
    return 0
