"""Mends of CloudFront, one file a kind of resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import certificates, distributions, origin_access_controls, response_headers_policies

if TYPE_CHECKING:
    from ...call import Behaviour


def mends() -> list[Behaviour]:
    """CloudFront's mends."""
    distributions.mend()
    return [distributions.mends, certificates.mends, origin_access_controls.mends, response_headers_policies.mends]
