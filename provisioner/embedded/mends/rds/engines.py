"""What is known of Aurora's engines: versions, families of parameters, and some of these."""

from __future__ import annotations

import re
from typing import NamedTuple

from ...call import Refused

# Per engine, the newest of each version that may be asked for in short.
_NEWEST = {
    "aurora-mysql": {"8.0": "8.0.mysql_aurora.3.08.2", "5.7": "5.7.mysql_aurora.2.12.5"},
    "aurora-postgresql": {"16": "16.6", "15": "15.10", "14": "14.15", "13": "13.18"},
}


def full_version(engine: str, wanted: str | None) -> str:
    """The version that an engine gets for a wanted one, or where none is."""
    known = _NEWEST.get(engine)
    if known is None:
        return wanted or "1"
    if wanted is None:
        return next(iter(known.values()))
    if wanted in known:
        return known[wanted]
    if any(wanted.startswith(f"{short}.") for short in known):
        return wanted
    raise Refused("InvalidParameterCombination", f"Cannot find version {wanted} for {engine}")


def newest() -> list[tuple[str, str]]:
    """All engines and versions that are known here."""
    return [(engine, version) for engine, known in _NEWEST.items() for version in known.values()]


def major(engine: str, version: str) -> str:
    """The part of a version whose change is an upgrade that must be allowed."""
    parts = version.split(".")
    return ".".join(parts[: 2 if "mysql" in engine else 1])


def numbers(version: str) -> list[int]:
    """A version as what can be compared."""
    return [int(number) for number in re.findall(r"\d+", version)]


def family(engine: str, version: str) -> str:
    """The family of parameters of an engine's version."""
    return f"{engine}{major(engine, version)}"


class Parameter(NamedTuple):
    """A parameter as its engine has it."""

    value: str | None
    static: bool = False


_MYSQL = {
    "aurora_parallel_query": Parameter("OFF"),
    "binlog_format": Parameter("OFF", static=True),
    "character_set_client": Parameter(None),
    "character_set_connection": Parameter(None),
    "character_set_database": Parameter(None),
    "character_set_results": Parameter(None),
    "character_set_server": Parameter(None),
    "collation_connection": Parameter(None),
    "collation_server": Parameter(None),
    "general_log": Parameter(None),
    "gtid-mode": Parameter("OFF_PERMISSIVE", static=True),
    "innodb_print_all_deadlocks": Parameter(None),
    "log_bin_trust_function_creators": Parameter(None),
    "log_output": Parameter("FILE"),
    "long_query_time": Parameter(None),
    "lower_case_table_names": Parameter("0", static=True),
    "max_connections": Parameter(
        "GREATEST({log(DBInstanceClassMemory/805306368)*45},{log(DBInstanceClassMemory/8187281408)*1000})"
    ),
    "performance_schema": Parameter("0", static=True),
    "require_secure_transport": Parameter("OFF"),
    "server_audit_events": Parameter(None),
    "server_audit_logging": Parameter("0"),
    "server_audit_logs_upload": Parameter("0"),
    "slow_query_log": Parameter(None),
    "time_zone": Parameter("UTC"),
    "tls_version": Parameter("TLSv1.2,TLSv1.3", static=True),
}
_POSTGRES = {
    "log_min_duration_statement": Parameter(None),
    "log_statement": Parameter(None),
    "max_connections": Parameter("LEAST({DBInstanceClassMemory/9531392},5000)", static=True),
    "pgaudit.log": Parameter(None),
    "rds.force_ssl": Parameter("1"),
    "rds.logical_replication": Parameter("0", static=True),
    "shared_preload_libraries": Parameter("pg_stat_statements", static=True),
    "ssl_min_protocol_version": Parameter("TLSv1.2"),
    "timezone": Parameter("UTC"),
}


def parameters(of: str) -> dict[str, Parameter]:
    """Some of the parameters of a family; others, which nobody here knows, count as dynamic."""
    return _POSTGRES if "postgres" in of else _MYSQL
