from __future__ import annotations

from typing import Any

from provisioner.embedded.server import Running

from .conftest import Provisioner


def test_the_status_shows_every_resource_and_what_has_drifted(provisioner: Provisioner, embedded: Running, ec2: Any) -> None:
    outputs = provisioner("up", "--yes", "--output", "json").document["outputs"]
    first, second = outputs["subnet_ids"]
    ec2.modify_subnet_attribute(SubnetId=first, MapPublicIpOnLaunch={"Value": True})
    ec2.delete_subnet(SubnetId=second)
    ended = provisioner("status", "--set", "zones=2")
    lines = ended.err.splitlines()
    assert (ended.code, ended.out) == (0, "")
    # It was made a moment ago, so that AWS might only not show it yet.
    assert lines.pop(0).partition("looking again")[2].split()[0] == "steps=Subnet/public-b"
    assert lines[:7] == [
        f"shop · local · embedded AWS at {embedded.url} · us-east-1",
        "",
        f"  ✓ Vpc/vpc               ready      {outputs['vpc_id']}",
        f"  ~ Subnet/public-a       drifted    {first}",
        "      map_public_ip_on_launch  true → false",
        "  + Subnet/public-b       missing",
        lines[6],
    ]
    assert lines[6].startswith("  ✓ InternetGateway/door  ready      igw-")
    assert lines[-1] == "2 ready, 1 drifted, 1 missing"


def test_the_json_of_a_status_has_the_shape_that_scripts_rely_on(provisioner: Provisioner) -> None:
    assert provisioner("up", "--yes").code == 0
    ended = provisioner("status", "--set", "zones=1", "--output", "json")
    document = ended.document
    assert (ended.code, ended.err) == (0, "")
    assert set(document) >= {"plan", "environment", "resources", "orphans", "summary"}
    fields = {"step", "type", "id", "exists", "ready", "drifted", "since", "changes"}
    assert all(set(resource) >= fields for resource in document["resources"])
    assert [resource["step"] for resource in document["resources"]] == ["Vpc/vpc", "Subnet/public-a", "InternetGateway/door"]
    assert [orphan["step"] for orphan in document["orphans"]] == ["Subnet/public-b"]
    assert document["summary"] == {"resources": 3, "exists": 3, "ready": 3, "drifted": 0, "missing": 0, "orphans": 1}


def test_only_limits_the_status(provisioner: Provisioner) -> None:
    resources = provisioner("status", "--only", "Subnet/public-a", "--output", "json").document["resources"]
    assert [resource["step"] for resource in resources] == ["Vpc/vpc", "Subnet/public-a"]
