"""Snapshots."""

from __future__ import annotations

from typing import Any

from ..conftest import ACCOUNT, REGION


def test_whoever_asks_for_his_own_snapshots_gets_no_others(ec2: Any) -> None:
    everybodys = ec2.describe_snapshots()["Snapshots"]
    stranger = everybodys[0]["OwnerId"]
    assert stranger != ACCOUNT
    assert ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    made = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    for own in ("self", ACCOUNT):
        assert [one["SnapshotId"] for one in ec2.describe_snapshots(OwnerIds=[own])["Snapshots"]] == [made]
    assert {one["OwnerId"] for one in ec2.describe_snapshots(OwnerIds=[stranger])["Snapshots"]} == {stranger}
