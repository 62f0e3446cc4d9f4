"""What anybody may ask RDS about itself: which versions of an engine there are, and who signs the certificates of databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ...call import Call, Refused, Result
from ..mending import Mends
from .engines import family, newest

mends = Mends("rds")

_AUTHORITIES = {"rds-ca-rsa2048-g1": 2061, "rds-ca-rsa4096-g1": 2121, "rds-ca-ecc384-g1": 2121}
_TITLES = {"aurora-mysql": "Aurora MySQL", "aurora-postgresql": "Aurora (PostgreSQL)"}


@mends.first("DescribeDBEngineVersions")
def versions(call: Call, rds: Any) -> Result:
    """AWS: those that can be had by now; what is not among them is out of support."""
    asked = {name: call.parameters.get(name) for name in ("Engine", "EngineVersion", "DBParameterGroupFamily")}
    known = [_version(engine, version) for engine, version in newest()]
    chosen = [one for one in known if all(wanted in (None, one[name]) for name, wanted in asked.items())]
    return {"DBEngineVersions": chosen}


def _version(engine: str, version: str) -> dict[str, Any]:
    return {
        "Engine": engine,
        "EngineVersion": version,
        "MajorEngineVersion": family(engine, version).removeprefix(engine),
        "DBParameterGroupFamily": family(engine, version),
        "DBEngineDescription": _TITLES[engine],
        "DBEngineVersionDescription": f"{_TITLES[engine]} {version}",
        "Status": "available",
        "SupportedEngineModes": ["provisioned"],
        "SupportedCACertificateIdentifiers": list(_AUTHORITIES),
        "ExportableLogTypes": ["audit", "error", "general", "slowquery"] if "mysql" in engine else ["postgresql"],
        "SupportsLogExportsToCloudwatchLogs": True,
    }


@mends.first("DescribeCertificates")
def authorities(call: Call, rds: Any) -> Result:
    wanted = call.parameters.get("CertificateIdentifier")
    if wanted not in (None, *_AUTHORITIES):
        raise Refused("CertificateNotFound", f"Certificate not found: {wanted}", 404)
    return {"Certificates": [_authority(call, name) for name in _AUTHORITIES if wanted in (None, name)]}


def _authority(call: Call, name: str) -> dict[str, Any]:
    return {
        "CertificateIdentifier": name,
        "CertificateType": "CA",
        "CertificateArn": f"arn:aws:rds:{call.region}::cert:{name}",
        "ValidFrom": datetime(2021, 5, 25, tzinfo=UTC),
        "ValidTill": datetime(_AUTHORITIES[name], 5, 25, tzinfo=UTC),
        "CustomerOverride": False,
    }
