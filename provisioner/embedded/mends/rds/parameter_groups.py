"""Parameter groups, of clusters and of instances: AWS's own values beside those that were set, resets, and who uses them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ...call import Call, Refused, Result
from ...clock import Delay
from ..mending import Mends
from .engines import Parameter, parameters

mends = Mends("rds")

_MOST = 20
_FAMILIES = re.compile(r"aurora-mysql(5\.7|8\.0|8\.4)|aurora-postgresql\d\d|(mysql|mariadb|postgres|neptune|docdb)[\d.]+")


class _Kind(NamedTuple):
    name: str
    store: str
    family: str


_CLUSTERS = _Kind("DBClusterParameterGroup", "db_cluster_parameter_groups", "db_parameter_group_family")
_INSTANCES = _Kind("DBParameterGroup", "db_parameter_groups", "family")


@mends.first("CreateDBClusterParameterGroup", "CreateDBParameterGroup")
def of_a_known_family(call: Call, rds: Any) -> None:
    wanted = call.parameters["DBParameterGroupFamily"]
    if not _FAMILIES.fullmatch(wanted):
        raise Refused("InvalidParameterValue", f"ParameterGroupFamily {wanted} is not a valid parameter group family")


@mends.first("DescribeDBParameterGroups")
def named_ones_exist(call: Call, rds: Any) -> None:
    name = call.parameters.get("DBParameterGroupName")
    if name and name not in rds.db_parameter_groups:
        raise _missing(name)


@mends.first("DescribeDBClusterParameters", "DescribeDBParameters")
def show_all(call: Call, rds: Any) -> Result:
    """AWS shows hundreds, in pages; moto only those that were set."""
    own, have = _parameters(call, rds)
    named = {one for entry in call.parameters.get("Filters", ()) for one in entry["Values"]}
    listed = [_shown(name, own.get(name, Parameter(None)), have.get(name)) for name in sorted({*own, *have})]
    source = call.parameters.get("Source")
    found = [one for one in listed if source in (None, one["Source"]) and (not named or one["ParameterName"] in named)]
    start, size = int(call.parameters.get("Marker", 0)), call.parameters.get("MaxRecords", 100)
    more = {"Marker": str(start + size)} if len(found) > start + size else {}
    return {"Parameters": found[start : start + size], **more}


def _shown(name: str, own: Parameter, have: str | None) -> dict[str, Any]:
    # A value that is the engine's own does not count as set by anybody.
    is_set = have is not None and have != own.value
    return {
        "ParameterName": name,
        "ParameterValue": have if is_set else own.value,
        "Source": "user" if is_set else "engine-default",
        "ApplyType": "static" if own.static else "dynamic",
        "ApplyMethod": "pending-reboot",
        "IsModifiable": True,
    }


@mends.first("ModifyDBClusterParameterGroup", "ModifyDBParameterGroup")
def set_some(call: Call, rds: Any) -> Result:
    own, have = _changing(call, rds)
    for one in call.parameters["Parameters"]:
        have[one["ParameterName"]] = one["ParameterValue"]
    return _changed(call, rds, own)


@mends.first("ResetDBClusterParameterGroup", "ResetDBParameterGroup")
def reset_some(call: Call, rds: Any) -> Result:
    """AWS: not while an earlier change is still on its way into the group."""
    own, have = _changing(call, rds)
    changing = getattr(_group(call, rds), "changing", None)
    if changing is not None and changing.goes_on():
        raise Refused("InvalidDBParameterGroupState", f"The parameter group {_name(call)} has pending changes.")
    everything = call.parameters.get("ResetAllParameters", False)
    for name in list(have) if everything else [one["ParameterName"] for one in call.parameters["Parameters"]]:
        have.pop(name, None)
    return _changed(call, rds, own)


def _changing(call: Call, rds: Any) -> tuple[dict[str, Parameter], dict[str, str]]:
    """The parameters that a call is to change, once it is known that it may."""
    name, given = _name(call), call.parameters.get("Parameters", ())
    own, have = _parameters(call, rds)
    if name.startswith("default."):
        raise Refused("InvalidDBParameterGroupState", f"{name} is a default parameter group, which cannot be modified.")
    if len(given) > _MOST:
        raise Refused("InvalidParameterValue", f"Only {_MOST} parameters can be modified in a single request.")
    for one in given:
        if own.get(one["ParameterName"], Parameter(None)).static and one.get("ApplyMethod") != "pending-reboot":
            words = f"cannot use immediate apply method for static parameter: {one['ParameterName']}"
            raise Refused("InvalidParameterCombination", words)
    return own, have


def _changed(call: Call, rds: Any, own: dict[str, Parameter]) -> Result:
    name = _name(call)
    _group(call, rds).changing = Delay(30, looks=0)
    given = [one["ParameterName"] for one in call.parameters.get("Parameters", ())] or list(own)
    if any(own.get(one, Parameter(None)).static for one in given):
        for instance in rds.databases.values():
            wait_for_reboot(instance, name, of_cluster=_kind(call) is _CLUSTERS)
    return {f"{_kind(call).name}Name": name}


def wait_for_reboot(instance: Any, group: str, *, of_cluster: bool) -> None:
    """Static parameters of the group count in the instance only once it has been rebooted."""
    cluster = getattr(instance, "cluster", None)
    if of_cluster and cluster is not None and cluster.parameter_group.lower() == group:
        instance.cluster_parameters_wait = True
    elif not of_cluster and any(used.name == group for used in instance.db_parameter_groups()):
        instance.parameters_wait = True


@mends.first("DeleteDBClusterParameterGroup", "DeleteDBParameterGroup")
def not_while_used(call: Call, rds: Any) -> None:
    name = _name(call)
    _group(call, rds)
    if _kind(call) is _CLUSTERS:
        users = [one.db_cluster_identifier for one in rds.clusters.values() if one.parameter_group.lower() == name]
    else:
        databases = list(rds.databases.values())
        users = [one.db_instance_identifier for one in databases if name in {group.name for group in one.db_parameter_groups()}]
    if users:
        words = f"One or more database instances are still members of this parameter group {name}: {users[0]}"
        raise Refused("InvalidDBParameterGroupState", words)


def _kind(call: Call) -> _Kind:
    return _CLUSTERS if "Cluster" in call.operation else _INSTANCES


def _name(call: Call) -> str:
    return str(call.parameters[f"{_kind(call).name}Name"]).lower()


def _group(call: Call, rds: Any) -> Any:
    name = _name(call)
    group = getattr(rds, _kind(call).store).get(name)
    if group is None and not name.startswith("default."):
        raise _missing(name)
    return group


def _parameters(call: Call, rds: Any) -> tuple[dict[str, Parameter], dict[str, str]]:
    """The engine's own parameters, and those that were set."""
    group, name = _group(call, rds), _name(call)
    family = name.removeprefix("default.") if group is None else str(getattr(group, _kind(call).family))
    return parameters(family), {} if group is None else group.parameters


def _missing(name: str) -> Refused:
    return Refused("DBParameterGroupNotFound", f"DBParameterGroup not found: {name}", 404)
