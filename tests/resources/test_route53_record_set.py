from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.aws.account import Aws
from provisioner.errors import CallFailed, PlanError
from provisioner.resources.route53.hosted_zone import HostedZone
from provisioner.resources.route53.marks import Identity, mark_of
from provisioner.resources.route53.names import plain
from provisioner.resources.route53.parts import AliasTarget, CidrRouting, GeoLocation, GeoProximity
from provisioner.resources.route53.record_set import CLOUDFRONT_ZONE, RecordSet
from provisioner.value import Unknown

from .in_aws import errors, outcome, teardown, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

WORDS = "provisioner plan=shop environment=test step=RecordSet/www"


@pytest.fixture
def zone(aws: Aws) -> str:
    """A zone that is somebody else's."""
    made = aws.route53.create_hosted_zone(Name="example.com", CallerReference="theirs")
    return made["HostedZone"]["Id"].removeprefix("/hostedzone/")


def www(zone: Any, *records: str, **more: Any) -> RecordSet:
    about = {"hosted_zone": zone, "record_name": "www.example.com", "type": "A", **more}
    lasting = {} if "alias_target" in more else {"records": records or ("192.0.2.1",)}
    return RecordSet("www", **{**about, **lasting})


def shown(aws: Aws, zone: str, kind: str = "") -> dict[str, Any]:
    """What stands in the zone beside what it is born with, by name."""
    found = aws.route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {plain(one["Name"]): one for one in found if one["Type"] not in ("NS", "SOA") and one["Type"].startswith(kind)}


def change(aws: Aws, zone: str, action: Any, record: Any) -> None:
    batch: Any = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
    aws.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def test_a_record_and_its_mark_come_and_go_in_one_batch(aws: Aws, embedded: Running, zone: str) -> None:
    up(aws, www(zone))
    assert writes(embedded)[1:] == ["ChangeResourceRecordSets"]
    mark = shown(aws, zone, "TXT")["a.www._provisioner.example.com"]
    assert mark["ResourceRecords"] == [{"Value": f'"{WORDS}"'}]
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before) == ["ChangeResourceRecordSets"]
    assert shown(aws, zone) == {}


@pytest.mark.parametrize(
    ("name", "kind", "mark"),
    [
        ("example.com", "A", "a._provisioner.example.com"),
        ("*.example.com", "A", "a._wildcard._provisioner.example.com"),
        ("\\052.Sub.Example.com.", "CNAME", "cname._wildcard.sub._provisioner.example.com"),
        ("_dmarc.example.com", "TXT", "txt._dmarc._provisioner.example.com"),
        ("_ab12._tcp.example.com", "SRV", "srv._ab12._tcp._provisioner.example.com"),
        ("delegated.example.com", "NS", "ns.delegated._provisioner.example.com"),
    ],
)
def test_every_name_has_its_mark(aws: Aws, zone: str, name: str, kind: Any, mark: str) -> None:
    values = {"A": "192.0.2.1", "CNAME": "example.net", "TXT": '"v=1"', "SRV": "1 1 5 a.example.com", "NS": "ns.example.net"}
    up(aws, www(zone, values[kind], record_name=name, type=kind))
    assert mark in shown(aws, zone, "TXT")
    teardown(aws)
    assert shown(aws, zone) == {}


def test_a_long_mark_is_cut_into_strings_and_read_whole(aws: Aws, zone: str) -> None:
    step = RecordSet("w" * 250, hosted_zone=zone, record_name="www.example.com", type="A", records=("192.0.2.1",))
    up(aws, step)
    [value] = shown(aws, zone, "TXT")["a.www._provisioner.example.com"]["ResourceRecords"]
    assert value["Value"].count('"') == 4
    assert to_do(aws, step) == {}


def test_a_record_that_stands_there_already_is_somebody_elses(aws: Aws, zone: str) -> None:
    theirs = {"Name": "www.example.com", "Type": "A", "TTL": 5, "ResourceRecords": [{"Value": "192.0.2.9"}]}
    change(aws, zone, "CREATE", theirs)
    assert "not this plan's" in errors(outcome(aws, www(zone)))["RecordSet/www"]
    assert list(shown(aws, zone)) == ["www.example.com"]


def test_a_record_that_stands_there_already_is_taken_over_by_its_mark(aws: Aws, zone: str) -> None:
    theirs = {"Name": "www.example.com", "Type": "A", "TTL": 5, "ResourceRecords": [{"Value": "192.0.2.9"}]}
    change(aws, zone, "CREATE", theirs)
    advice = www(zone).adoption(aws)
    found = re.fullmatch("to take it over, add the TXT record (.+) with the value (.+)", advice)
    assert found is not None, advice
    mark = {"Name": found[1], "Type": "TXT", "TTL": 5, "ResourceRecords": [{"Value": found[2]}]}
    change(aws, zone, "CREATE", mark)
    up(aws, www(zone))
    assert shown(aws, zone)["www.example.com"]["ResourceRecords"] != theirs["ResourceRecords"]


def test_a_record_of_another_plan_stays(aws: Aws, zone: str) -> None:
    theirs = {"Name": "a.www._provisioner.example.com", "Type": "TXT", "TTL": 5}
    words = WORDS.replace("shop", "other")
    change(aws, zone, "CREATE", {**theirs, "ResourceRecords": [{"Value": f'"{words}"'}]})
    assert list(RecordSet.living(aws)) == []
    assert "already stands there" in errors(outcome(aws, www(zone)))["RecordSet/www"]


def test_a_mark_without_its_record_is_put_right(aws: Aws, embedded: Running, zone: str) -> None:
    up(aws, www(zone))
    change(aws, zone, "DELETE", shown(aws, zone, "A")["www.example.com"])
    assert list(to_do(aws, www(zone))["RecordSet/www"]) == ["records"]
    before = len(embedded.calls)
    up(aws, www(zone))
    assert writes(embedded, before) == ["ChangeResourceRecordSets"]
    assert shown(aws, zone, "A").keys() == {"www.example.com"}
    change(aws, zone, "DELETE", shown(aws, zone, "A")["www.example.com"])
    teardown(aws)
    assert shown(aws, zone) == {}


def test_a_mark_without_its_record_does_not_become_the_mark_of_another_ones(aws: Aws, zone: str) -> None:
    up(aws, www(zone))
    change(aws, zone, "DELETE", shown(aws, zone, "A")["www.example.com"])
    change(aws, zone, "CREATE", {"Name": "www.example.com", "Type": "CNAME", "TTL": 5, "ResourceRecords": [{"Value": "a.net"}]})
    assert "conflicts with other records" in errors(outcome(aws, www(zone)))["RecordSet/www"]
    assert shown(aws, zone, "CNAME").keys() == {"www.example.com"}


def test_a_record_without_its_mark_is_nobodys_any_more(aws: Aws, zone: str) -> None:
    up(aws, www(zone))
    change(aws, zone, "DELETE", shown(aws, zone, "TXT")["a.www._provisioner.example.com"])
    assert list(RecordSet.living(aws)) == []


def test_what_another_hand_changed_meanwhile_is_read_again_before_it_is_deleted(aws: Aws, embedded: Running, zone: str) -> None:
    up(aws, www(zone))
    words = "[Tried to delete resource record set [...] but the values provided do not match the current values]"
    with refusing(embedded, "ChangeResourceRecordSets", "InvalidChangeBatch", words, times=1):
        teardown(aws)
    assert shown(aws, zone) == {}


def test_a_missing_record_counts_as_deleted(aws: Aws, zone: str) -> None:
    live = up(aws, www(zone))["www"]
    RecordSet.delete(aws, live)
    RecordSet.delete(aws, live)
    assert list(RecordSet.living(aws)) == []


def test_a_zone_that_vanishes_while_it_is_read_has_no_records(aws: Aws, embedded: Running, zone: str) -> None:
    up(aws, www(zone))
    with refusing(embedded, "ListResourceRecordSets", "NoSuchHostedZone", status=404):
        assert list(RecordSet.living(aws)) == []


def test_an_alias_leads_to_something_of_awss(aws: Aws, zone: str) -> None:
    target = AliasTarget("D1.CloudFront.net.", CLOUDFRONT_ZONE)
    live = up(aws, www(zone, alias_target=target))["www"]
    assert live["Record"]["AliasTarget"]["DNSName"] == "d1.cloudfront.net."
    assert live["LeadsTo"] == "d1.cloudfront.net"
    assert to_do(aws, www(zone, alias_target=target._replace(dns_name="d1.cloudfront.net"))) == {}
    changes = to_do(aws, www(zone, alias_target=target._replace(dns_name="d2.cloudfront.net")))
    assert list(changes["RecordSet/www"]) == ["alias_target"]


def test_records_become_an_alias_and_back_in_place(aws: Aws, embedded: Running, zone: str) -> None:
    balancer = AliasTarget("dualstack.web-1.elb.amazonaws.com", "Z35SXDOTRQ7X7K", evaluate_target_health=True)
    up(aws, www(zone))
    for step in (www(zone, alias_target=balancer), www(zone)):
        before = len(embedded.calls)
        up(aws, step)
        assert writes(embedded, before) == ["ChangeResourceRecordSets"]
    assert shown(aws, zone, "A")["www.example.com"]["TTL"] == 300


def test_a_ttl_that_is_not_managed_stays(aws: Aws, zone: str) -> None:
    up(aws, www(zone, ttl=60))
    up(aws, www(zone, "192.0.2.2"))
    assert shown(aws, zone, "A")["www.example.com"]["TTL"] == 60


def test_values_are_compared_as_dns_does(aws: Aws, zone: str) -> None:
    up(aws, www(zone, "Example.NET.", type="CNAME"))
    assert to_do(aws, www(zone, "example.net", type="CNAME")) == {}
    up(aws, RecordSet("txt", hosted_zone=zone, record_name="txt.example.com", type="TXT", records=('"Aa"', '"b"')))
    other = RecordSet("txt", hosted_zone=zone, record_name="txt.example.com", type="TXT", records=('"b"', '"aa"'))
    assert list(to_do(aws, other)["RecordSet/txt"]) == ["records"]


def test_another_type_replaces(aws: Aws, zone: str) -> None:
    up(aws, www(zone))
    up(aws, www(zone, "example.net", type="CNAME"))
    assert shown(aws, zone).keys() == {"www.example.com", "cname.www._provisioner.example.com"}


POLICIES: list[dict[str, Any]] = [
    {"weight": 7},
    {"latency_region": "eu-west-1"},
    {"geo_location": GeoLocation(country_code="US", subdivision_code="CA")},
    {"geo_location": GeoLocation("EU")},
    {"geo_proximity": GeoProximity("aws:region:us-east-1", bias=-10)},
    {"geo_proximity": GeoProximity(coordinates=("48.1", "11.5"))},
    {"failover": "PRIMARY"},
    {"multi_value_answer": True},
    {"cidr_routing": CidrRouting("12345678-1234-1234-1234-123456789012", "*")},
]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: next(iter(policy)))
def test_every_routing_policy_is_brought_and_changed_in_place(aws: Aws, embedded: Running, zone: str, policy: Any) -> None:
    up(aws, www(zone, set_identifier="one", **policy))
    other = {"weight": 7} if "weight" not in policy else {"failover": "SECONDARY"}
    before = len(embedded.calls)
    up(aws, www(zone, set_identifier="one", **other))
    assert writes(embedded, before) == ["ChangeResourceRecordSets"]
    up(aws, www(zone, set_identifier="one", **policy))


def test_records_of_one_name_are_told_apart(aws: Aws, zone: str) -> None:
    sets = [
        RecordSet(
            f"www-{name}",
            hosted_zone=zone,
            record_name="www.example.com",
            type="A",
            set_identifier=name,
            weight=weight,
            records=("192.0.2.1",),
        )
        for name, weight in (("a", 1), ("b", 2))
    ]
    found = up(aws, *sets)
    assert [found[name]["Record"]["Weight"] for name in ("www-a", "www-b")] == [1, 2]
    assert found["www-a"]["Id"] == f"{zone}/www.example.com/A/a"
    up(aws, sets[1])
    assert len(shown(aws, zone, "TXT")) == 1


def test_a_record_without_a_set_is_replaced_by_one_with(aws: Aws, zone: str) -> None:
    up(aws, www(zone))
    live = up(aws, www(zone, set_identifier="one", weight=1))["www"]
    assert live["SetIdentifier"] == "one"


def test_a_health_check_comes_and_goes(aws: Aws, zone: str) -> None:
    check = aws.route53.create_health_check(
        CallerReference="check", HealthCheckConfig={"IPAddress": "192.0.2.1", "Port": 80, "Type": "TCP"}
    )["HealthCheck"]["Id"]
    step = www(zone, set_identifier="one", weight=1, health_check_id=check)
    assert up(aws, step)["www"]["Record"]["HealthCheckId"] == check
    assert "HealthCheckId" not in up(aws, www(zone, set_identifier="one", weight=1, health_check_id=""))["www"]["Record"]


def test_a_zone_of_many_records_is_asked_for_marks_alone(aws: Aws, embedded: Running, zone: str) -> None:
    values: Any = [{"Value": "192.0.2.1"}]
    names = [f"{letter}{number}.example.com" for letter in "az" for number in range(160)]
    changes: Any = [
        {"Action": "CREATE", "ResourceRecordSet": {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": values}}
        for name in names
    ]
    aws.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    wildcard = RecordSet("any", hosted_zone=zone, record_name="*.example.com", type="A", records=("192.0.2.1",))
    weighted = www(zone, set_identifier="one", weight=1)
    up(aws, weighted, wildcard)
    change(aws, zone, "DELETE", shown(aws, zone, "A")["\\052.example.com".replace("\\052", "*")])
    before = len(embedded.calls)
    found = {live["Name"]: live for live in RecordSet.living(aws)}
    assert found["www.example.com"]["Record"]["Weight"] == 1
    assert found["*.example.com"]["Record"] is None
    asked = [call.parameters for call in list(embedded.calls)[before:] if call.operation == "ListResourceRecordSets"]
    assert sorted(one["StartRecordName"] for one in asked) == ["*.example.com", "_provisioner.example.com", "www.example.com"]


def test_a_record_stands_in_the_plans_own_zone_and_goes_before_it(aws: Aws, embedded: Running) -> None:
    zone = HostedZone("zone", zone_name="example.com")
    up(aws, zone, www(zone))
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before) == ["ChangeResourceRecordSets", "DeleteHostedZone"]


def test_a_name_of_another_domain_is_refused_before_any_change(aws: Aws, embedded: Running, zone: str) -> None:
    before = len(embedded.calls)
    said = errors(outcome(aws, www(zone, record_name="www.notexample.com")))["RecordSet/www"]
    assert said == "www.notexample.com can not stand in the hosted zone example.com"
    assert writes(embedded, before) == []


def test_a_record_whose_answer_was_lost_is_found_again(aws: Aws, embedded: Running, zone: str) -> None:
    www(zone).create(aws)
    words = "[Tried to create resource record set [name='www.example.com.', type='A'] but it already exists]"
    with refusing(embedded, "ChangeResourceRecordSets", "InvalidChangeBatch", words, times=1):
        assert to_do(aws, www(zone)) == {}
        up(aws, www(zone))


def test_marks_of_other_kinds_of_records_are_other_ones() -> None:
    one = {"Name": "www.example.com.", "Type": "A"}
    marks = {
        mark_of(record, "example.com", WORDS)["Name"]
        for record in (one, {**one, "Type": "AAAA"}, {**one, "SetIdentifier": "x"}, {**one, "Name": "a.www.example.com"})
    }
    assert len(marks) == 4
    assert Identity.of(one) == ("www.example.com", "A", "")


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({}, "either records or an alias_target"),
        ({"records": ("a",), "alias_target": AliasTarget("b", "Z")}, "either records or an alias_target"),
        ({"alias_target": AliasTarget("b", "Z"), "ttl": 60}, "an alias has its target's ttl"),
        ({"alias_target": AliasTarget("b", CLOUDFRONT_ZONE, evaluate_target_health=True)}, "health can not be evaluated"),
        ({"records": ("a",), "weight": 1}, "set_identifier goes with exactly one of weight"),
        ({"records": ("a",), "set_identifier": "a"}, "set_identifier goes with exactly one of weight"),
        ({"records": ("a",), "set_identifier": "a", "weight": 1, "failover": "PRIMARY"}, "exactly one of weight"),
        ({"records": ("v=1",), "type": "TXT"}, "'v=1' must stand in quotation marks"),
    ],
)
def test_a_wrong_record_is_a_wrong_plan(about: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError, match=f"RecordSet/www: .*{words}"):
        RecordSet("www", hosted_zone="Z", record_name="www.example.com", **{"type": "A", **about})


def test_values_that_are_not_known_yet_may_be_texts() -> None:
    RecordSet("www", hosted_zone="Z", record_name="a.b", type="TXT", records=(Unknown("a"),))  # type: ignore[arg-type]


def test_with_its_zone_a_record_is_gone(aws: Aws, embedded: Running, zone: str) -> None:
    up(aws, www(zone))
    [live] = RecordSet.living(aws)
    with refusing(embedded, "ChangeResourceRecordSets", "NoSuchHostedZone", status=404):
        RecordSet.delete(aws, live)
    with (
        refusing(embedded, "ChangeResourceRecordSets", "AccessDenied", status=403),
        pytest.raises(CallFailed, match="AccessDenied"),
    ):
        RecordSet.delete(aws, live)


def test_a_zone_that_is_not_known_yet_gets_its_record_a_moment_later(aws: Aws, embedded: Running, zone: str) -> None:
    with refusing(embedded, "ChangeResourceRecordSets", "NoSuchHostedZone", status=404, times=1):
        up(aws, www(zone))
    assert "www.example.com" in shown(aws, zone)
