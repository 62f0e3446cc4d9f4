"""Ways in which the real AWS is harder than moto, for tests: put them into a server's `behaviours`.

They stand beside the mends: a mend puts right what any user of the embedded AWS would stumble over, these put our engine and
our types to the test.
"""

from __future__ import annotations

from provisioner.embedded.lifelike.dependencies import Jealous

from .faults import Lossy

__all__ = ["Jealous", "Lossy"]
