from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.errors import Refused
from provisioner.resources.ssm.facts import AMAZON_LINUX_2023, public_parameter

if TYPE_CHECKING:
    from provisioner.aws.account import Aws


def test_the_newest_image_is_one_that_ec2_knows(aws: Aws) -> None:
    image = public_parameter(AMAZON_LINUX_2023).read(aws)
    assert [found["ImageId"] for found in aws.ec2.describe_images(ImageIds=[image])["Images"]] == [image]


def test_a_parameter_is_asked_for_once_a_run_whoever_needs_it() -> None:
    assert public_parameter(AMAZON_LINUX_2023) is public_parameter(AMAZON_LINUX_2023)


def test_a_parameter_that_is_not_there_is_told(aws: Aws) -> None:
    with pytest.raises(Refused, match="us-east-1 has no parameter '/aws/service/none'"):
        public_parameter("/aws/service/none").read(aws)
