from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.aws.account import Aws
from provisioner.errors import PlanError, Protected
from provisioner.resource import PENDING, READY, as_tags
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.route53.hosted_zone import HostedZone
from provisioner.resources.route53.parts import ZoneVpc
from provisioner.resources.route53.record_set import RecordSet

from .in_aws import errors, outcome, run, teardown, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

MARK = "provisioner plan=shop environment=test step=HostedZone/zone"


def zone(**more: Any) -> HostedZone:
    return HostedZone("zone", **{"zone_name": "example.com", **more})


def add(aws: Aws, zone: str, *names: str) -> None:
    """Records of somebody else's."""
    value: Any = {"Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    changes: Any = [{"Action": "CREATE", "ResourceRecordSet": {"Name": name, **value}} for name in names]
    aws.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


def test_a_new_zone_is_known_by_its_comment_until_it_has_its_tags(aws: Aws, embedded: Running) -> None:
    live = up(aws, zone(comment="The shop's domain"))["zone"]
    assert writes(embedded) == ["CreateHostedZone", "ChangeTagsForResource", "UpdateHostedZoneComment"]
    [made] = [call for call in embedded.calls if call.operation == "CreateHostedZone"]
    assert made.parameters["HostedZoneConfig"]["Comment"] == MARK
    assert live["Config"]["Comment"] == "The shop's domain"
    assert as_tags(live["Tags"])["provisioner:step"] == "HostedZone/zone"


def test_a_zone_that_lost_its_tags_is_known_by_its_comment(aws: Aws) -> None:
    live = up(aws, zone())["zone"]
    keys: Any = list(as_tags(live["Tags"]))
    aws.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=live["Id"], RemoveTagKeys=keys)
    assert list(to_do(aws, zone(comment="Ours"))["HostedZone/zone"]) == ["tags", "comment"]
    again = up(aws, zone(comment="Ours"))["zone"]
    assert (again["Id"], as_tags(again["Tags"])) == (live["Id"], as_tags(live["Tags"]))


def test_the_tags_come_before_the_comment_goes(aws: Aws, embedded: Running) -> None:
    made = zone().create(aws)
    assert made is not None
    tags: Any = [{"Key": key, "Value": value} for key, value in aws.ownership.tags(zone()).items() if "provisioner" not in key]
    aws.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=made["Id"], AddTags=tags)
    before = len(embedded.calls)
    up(aws, zone(comment=""))
    assert writes(embedded, before) == ["ChangeTagsForResource", "UpdateHostedZoneComment"]


def test_a_zone_is_not_made_a_second_time(aws: Aws) -> None:
    live = up(aws, zone())["zone"]
    assert live["Name"] == "example.com."
    assert len(live["DelegationSet"]["NameServers"]) == 4
    assert to_do(aws, zone(zone_name="Example.com.")) == {}
    aws.route53.create_hosted_zone(Name="example.com", CallerReference="theirs")
    assert [found["Id"] for found in HostedZone.living(aws)] == [live["Id"]]


def test_many_zones_are_read_ten_at_a_time(aws: Aws, embedded: Running) -> None:
    for number in range(11):
        aws.route53.create_hosted_zone(Name=f"{number}.example.org", CallerReference=str(number))
    live = up(aws, zone())["zone"]
    before = len(embedded.calls)
    assert [found["Id"] for found in HostedZone.living(aws)] == [live["Id"]]
    asked = [call.operation for call in list(embedded.calls)[before:]]
    assert (asked.count("ListTagsForResources"), asked.count("GetHostedZone")) == (2, 1)


def test_a_zone_that_vanishes_while_tags_are_read_hides_no_other(aws: Aws, embedded: Running) -> None:
    gone = aws.route53.create_hosted_zone(Name="example.org", CallerReference="theirs")["HostedZone"]["Id"]
    number = gone.removeprefix("/hostedzone/")
    live = up(aws, zone())["zone"]
    named = lambda call: number in call.parameters["ResourceIds"]  # noqa: E731
    with refusing(embedded, "ListTagsForResources", "NoSuchHostedZone", status=404, only=named):
        assert [found["Id"] for found in HostedZone.living(aws)] == [live["Id"]]


def test_a_zone_that_vanishes_while_it_is_read_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, zone())
    with refusing(embedded, "GetHostedZone", "NoSuchHostedZone", status=404):
        assert list(HostedZone.living(aws)) == []


def test_a_private_zone_keeps_a_vpc_at_all_times(aws: Aws, embedded: Running) -> None:
    one, two = Vpc("one", cidr_block="10.0.0.0/16"), Vpc("two", cidr_block="10.1.0.0/16")
    up(aws, one, two, zone(private_zone=True, vpcs=(one,)))
    before = len(embedded.calls)
    up(aws, one, two, zone(private_zone=True, vpcs=(one, two)))
    up(aws, one, two, zone(private_zone=True, vpcs=(one,)))
    live = up(aws, one, two, zone(private_zone=True, vpcs=(two,)))
    assert writes(embedded, before) == ["AssociateVPCWithHostedZone", "DisassociateVPCFromHostedZone"] * 2
    assert [vpc["VPCId"] for vpc in live["zone"]["VPCs"]] == [live["two"]["VpcId"]]
    assert live["zone"]["DelegationSet"] == {}


def test_a_private_zone_is_known_in_other_regions(aws: Aws) -> None:
    far = aws.at("eu-west-1").ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    live = up(aws, zone(private_zone=True, vpcs=(ZoneVpc(far, "eu-west-1"),)))["zone"]
    assert live["VPCs"] == [{"VPCId": far, "VPCRegion": "eu-west-1"}]


def test_a_private_zone_goes_before_its_vpc(aws: Aws, embedded: Running) -> None:
    vpc = Vpc("one", cidr_block="10.0.0.0/16")
    up(aws, vpc, zone(private_zone=True, vpcs=(vpc,)))
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before) == ["DeleteHostedZone", "DeleteVpc"]


def test_a_public_zone_becomes_another_one_as_a_private_one(aws: Aws) -> None:
    vpc = Vpc("one", cidr_block="10.0.0.0/16")
    up(aws, vpc, zone())
    changes = to_do(aws, vpc, zone(private_zone=True, vpcs=(vpc,)))["HostedZone/zone"]
    assert changes["private_zone"].replaces


def test_a_reusable_delegation_set_gives_the_name_servers(aws: Aws) -> None:
    made: Any = aws.route53.create_reusable_delegation_set(CallerReference="set")["DelegationSet"]
    live = up(aws, zone(delegation_set_id=made["Id"]))["zone"]
    assert live["DelegationSet"]["NameServers"] == made["NameServers"]
    assert to_do(aws, zone(delegation_set_id="N0"))["HostedZone/zone"]["delegation_set_id"].replaces
    assert to_do(aws, zone(delegation_set_id=f"/delegationset/{made['Id']}")) == {}


def test_accelerated_recovery_is_switched_on_and_off(aws: Aws) -> None:
    assert up(aws, zone(enable_accelerated_recovery=True))["zone"]["AcceleratedRecovery"] is True
    assert up(aws, zone(enable_accelerated_recovery=False))["zone"]["AcceleratedRecovery"] is False


@pytest.mark.parametrize(
    ("word", "stands"),
    [("ENABLING", PENDING), ("DISABLING_HOSTED_ZONE_LOCKED", PENDING), ("ENABLED", READY), ("ENABLE_FAILED", READY)],
)
def test_where_a_zone_stands_in_its_life(word: str, stands: Any) -> None:
    assert HostedZone.state({"Features": {"AcceleratedRecoveryStatus": word}}) == stands
    assert HostedZone.state({}) == READY


def test_a_teardown_refuses_where_others_have_records_in_the_zone(aws: Aws) -> None:
    step = zone()
    record = RecordSet("www", hosted_zone=step, record_name="www.example.com", type="A", records=("192.0.2.1",))
    live = up(aws, step, record)["zone"]
    add(aws, live["Id"], *(f"{number}.example.com" for number in range(7)))
    going = run(aws)
    preview = going.preview_teardown()
    assert preview.refusals == (
        f"HostedZone/zone: hosted zone example.com ({live['Id']}) holds records that are not the plan's "
        "(0.example.com A, 1.example.com A, 2.example.com A, 3.example.com A, 4.example.com A and 2 more): "
        "delete them, or leave the zone with --exclude",
    )
    with pytest.raises(Protected):
        going.teardown(preview)
    assert "RecordSet/www" not in to_do(aws, step, record)


def test_a_zone_with_nothing_but_the_plans_records_may_go(aws: Aws) -> None:
    step = zone()
    record = RecordSet("www", hosted_zone=step, record_name="www.example.com", type="A", records=("192.0.2.1",))
    up(aws, step, record)
    teardown(aws)
    assert aws.route53.list_hosted_zones()["HostedZones"] == []


def test_what_comes_into_the_zone_meanwhile_is_named(aws: Aws) -> None:
    live = up(aws, zone())["zone"]
    going = run(aws)
    preview = going.preview_teardown()
    add(aws, live["Id"], "late.example.com")
    said = errors(going.teardown(preview))["HostedZone/zone"]
    assert "is held, for longer than AWS usually takes to let go: late.example.com A. Remove that" in said


def test_a_zone_is_replaced_only_where_it_is_named(aws: Aws) -> None:
    up(aws, zone())
    [refusal] = run(aws, zone(zone_name="example.org")).preview().refusals
    assert "HostedZone/zone holds data and would be replaced" in refusal


def test_more_tags_than_a_zone_takes_are_refused_before_it_is_made(aws: Aws, embedded: Running) -> None:
    many = zone(tags={str(number): "v" for number in range(6)})
    assert "a hosted zone takes 10 tags, and this one is to have 11" in errors(outcome(aws, many))["HostedZone/zone"]
    assert writes(embedded) == []


@pytest.mark.parametrize(
    "about",
    [
        {"private_zone": True},
        {"vpcs": ("vpc-1",)},
        {"private_zone": True, "vpcs": ("vpc-1",), "delegation_set_id": "N0"},
        {"private_zone": True, "vpcs": ("vpc-1",), "enable_accelerated_recovery": True},
    ],
)
def test_a_wrong_zone_is_a_wrong_plan(about: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match=r"HostedZone/zone: .* public"):
        zone(**about)
