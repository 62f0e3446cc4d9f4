"""What is wrong in moto's own models of RDS."""

from __future__ import annotations

from functools import cache
from typing import Any

from ...call import Call
from ..mending import Mends
from .engines import family

mends = Mends("rds")


@mends.first()
def before_the_first_call(call: Call, backend: Any) -> None:
    # Not sooner: to import these models takes a second and a half.
    _mend()


@cache
def _mend() -> None:
    from moto.rds.models import DBCluster, DBInstance

    cluster: Any = DBCluster
    instance: Any = DBInstance
    # Aurora's storage types are unknown to it; Aurora allocates nothing beforehand.
    cluster.default_allocated_storage = staticmethod(lambda engine, storage_type: 1)
    instance.default_db_parameter_group_details = _default_group


def _default_group(instance: Any) -> tuple[str, str]:
    name = family(instance.engine, instance.engine_version)
    return name, f"default.{name}"
