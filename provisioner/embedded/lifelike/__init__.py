"""What the real AWS refuses, holds and takes its time for, beyond what each service's mends know: the level `lifelike`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import certificates, deleted_principals, grants, keys, networks, principals, roles, web_acls
from .dependencies import Jealous
from .fresh import Fresh
from .late_writers import LateFiles, LateLogs
from .limited import LIMITS
from .limits import Limits
from .lingering import Lingering
from .names import Names
from .quotas import Quotas
from .service_quotas import QUOTAS
from .tags import Tags

if TYPE_CHECKING:
    from ..call import Behaviour


def behaviours() -> list[Behaviour]:
    """All of the level's behaviours, the outermost first."""
    return [
        Limits(LIMITS),
        Tags(),
        Names(),
        Quotas(QUOTAS),
        Jealous(),
        Lingering(),
        LateLogs(),
        LateFiles(),
        *newcomers(),
    ]


def newcomers() -> list[Behaviour]:
    """What was just made is not usable at once, and what was just let go is held still."""
    uses = (roles, keys, grants, certificates, networks, web_acls)
    births = [birth for one in (principals, *uses) for birth in one.BIRTHS]
    return [
        principals.Principals(),
        Fresh(births, [use for one in uses for use in one.USES]),
        deleted_principals.mends,
        roles.ec2,
        roles.rds,
        keys.mends,
        web_acls.wafv2,
        web_acls.elbv2,
        web_acls.cloudfront,
    ]
