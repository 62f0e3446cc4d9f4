"""The only way in which the service speaks to its database: encrypted, with a certificate that names it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def trusting(ca_bundle: Path) -> ssl.SSLContext:
    """TLS 1.2 at least, with a server whose certificate these authorities signed for the very name that was dialled."""
    # Given a file, Python leaves the machine's own authorities out: nobody but the bundle's vouches for a database.
    context = ssl.create_default_context(cafile=ca_bundle)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
