"""Where moto is wrong, it is mended here, one file a service; a caller is never bent to please the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import cloudfront, ec2, iam, kms, logs, rds, s3, tagging

if TYPE_CHECKING:
    from ..call import Behaviour


def mends() -> list[Behaviour]:
    """All mends, as behaviours."""
    iam.load_managed_policies_once()
    tagging.mend()
    return [*ec2.mends(), *cloudfront.mends(), iam.mends, kms.mends, logs.mends, rds.mends, s3.mends]
