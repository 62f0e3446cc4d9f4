from __future__ import annotations

from provisioner.embedded.server import Running

from .conftest import Provisioner


def test_outputs_are_read_from_aws_and_printed_to_stdout(provisioner: Provisioner) -> None:
    up = provisioner("up", "--yes")
    ended = provisioner("outputs")
    assert (ended.code, ended.out, ended.err) == (0, up.out, "")


def test_one_output_is_printed_bare(provisioner: Provisioner) -> None:
    outputs = provisioner("up", "--yes", "--output", "json").document["outputs"]
    assert provisioner("outputs", "local", "vpc_id").out == f"{outputs['vpc_id']}\n"
    assert provisioner("outputs", "local", "subnet_ids").out == f"{', '.join(outputs['subnet_ids'])}\n"
    assert provisioner("outputs", "local", "subnet_ids", "--output", "json").document == outputs["subnet_ids"]
    assert provisioner("outputs", "--output", "json").document == outputs


def test_an_output_that_is_not_there_yet_exits_with_1(provisioner: Provisioner) -> None:
    ended = provisioner("outputs")
    assert ended.code == 1
    assert ended.out.splitlines()[0].startswith("vpc_id      (known after ")
    assert ended.err == "Not all of it is there: `up --plan shop.py` makes it.\n"
    assert (provisioner("outputs", "local", "vpc_id").code, provisioner("outputs", "local", "vpc_id").out) == (1, "")
    assert provisioner("outputs", "--output", "json").document == {
        "vpc_id": {"unknown": True}, "subnet_ids": [{"unknown": True}, {"unknown": True}]
    }  # fmt: skip


def test_an_output_that_the_plan_has_not_names_those_that_it_has(provisioner: Provisioner) -> None:
    ended = provisioner("outputs", "local", "vpcid")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "shop has no output 'vpcid' (did you mean vpc_id?)\n"
    assert provisioner("outputs", "local", "colour").err == "shop has no output 'colour' (there are vpc_id, subnet_ids)\n"


def test_a_name_without_an_environment_is_explained(provisioner: Provisioner) -> None:
    ended = provisioner("outputs", "vpcid")
    assert ended.code == 4
    assert ended.err.endswith("to print the output 'vpcid', name its environment first: outputs local vpcid\n")


def test_outputs_read_only_what_they_need(provisioner: Provisioner, embedded: Running) -> None:
    provisioner("outputs")
    assert {str(call) for call in embedded.calls} == {"sts:GetCallerIdentity", "ec2:DescribeVpcs", "ec2:DescribeSubnets"}
