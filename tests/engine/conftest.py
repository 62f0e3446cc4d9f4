from __future__ import annotations

import pytest

from .toy import Cloud, Toy, Workshop


@pytest.fixture
def workshop() -> Workshop:
    Toy.cloud = Cloud()
    return Workshop(Toy.cloud)
