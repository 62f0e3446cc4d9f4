"""The engine's parameters that hold for single instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...resource import Output, Resource, Value, attr
from .parameters import Groups, plain, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...aws.account import Aws
    from ...resource import Changes, Live

_GROUPS = Groups("DBParameterGroup", "db_parameter")


class DbParameterGroup(Resource):
    """Parameters of an instance's engine, by name. The step owns them whole: one that left the plan is reset to AWS's value.

    Dynamic ones count at once; static ones once the instance has been rebooted, which is nobody's to do but the person's.
    The family is the engine with its major version (`aurora-mysql8.0`). With another one, or another description, a new group
    is made beside the old one: an instance that uses it holds it. So the name ends in a hash.

    AWS: RDS CreateDBParameterGroup. A new group may be unknown to new instances for minutes.
    """

    db_parameter_group_family: str = attr("DBParameterGroupFamily", replace=True)
    description: str = attr("Description", default="Managed by provisioner", replace=True)
    parameters: Value[Mapping[str, Any]] = attr("Parameters", factory=dict, norm=plain, same=same)

    id = Output("DBParameterGroupName")
    arn = Output("DBParameterGroupArn")

    made_before_deleted = True

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        return _GROUPS.living(aws)

    def create(self, aws: Aws) -> Live | None:
        return _GROUPS.create(aws, self)

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        _GROUPS.update(aws, live, changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        _GROUPS.delete(aws, live)
