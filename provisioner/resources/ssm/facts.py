"""What Systems Manager knows of the region without any step."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ...errors import Refused
from ...value import Fact

if TYPE_CHECKING:
    from ...aws.account import Aws

AMAZON_LINUX_2023 = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
"""The newest image of Amazon Linux 2023; `-arm64` at its end for the other processors."""


@cache
def public_parameter(name: str) -> Fact:
    """The value of a parameter that AWS keeps for everybody: the newest image, say (`public_parameter(AMAZON_LINUX_2023)`).

    The newest image is another one every few weeks, and then it shows as a change. Rests on SSM GetParameter.
    """

    def read(aws: Aws) -> str:
        found = aws.maybe(lambda: aws.ssm.get_parameter(Name=name))
        if found is None:
            raise Refused(f"{aws.region} has no parameter {name!r}: choose another one, or another region")
        return str(found["Parameter"]["Value"])

    return Fact(f"the parameter {name}", read)
