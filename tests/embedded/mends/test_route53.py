"""Route 53: hosted zones, and their records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import REGION, refusal

if TYPE_CHECKING:
    from ..conftest import Connect

CLOUDFRONT = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": "d1.cloudfront.net", "EvaluateTargetHealth": False}


@pytest.fixture
def route53(connect: Connect) -> Any:
    return connect("route53")


@pytest.fixture
def zone(route53: Any) -> str:
    return str(_create(route53)["HostedZone"]["Id"])


def _create(route53: Any, name: str = "example.com", reference: str = "once", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = route53.create_hosted_zone(Name=name, CallerReference=reference, **more)
    return made


def _inside(vpc: str) -> dict[str, Any]:
    return {"VPC": {"VPCId": vpc, "VPCRegion": REGION}, "HostedZoneConfig": {"PrivateZone": True, "Comment": "inside"}}


def _record(name: str = "www.example.com", kind: str = "A", *values: str, **more: Any) -> dict[str, Any]:
    lasting = {} if "AliasTarget" in more else {"TTL": 60, "ResourceRecords": [{"Value": v} for v in values or ("192.0.2.1",)]}
    return {"Name": name, "Type": kind, **lasting, **more}


def _batch(zone: str, *changes: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    listed = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    return {"HostedZoneId": zone, "ChangeBatch": {"Changes": listed}}


def _names(route53: Any, zone: str, **start: Any) -> list[str]:
    shown = route53.list_resource_record_sets(HostedZoneId=zone, **start)["ResourceRecordSets"]
    return [f"{one['Name']} {one['Type']}" for one in shown]


BORN = ["example.com. NS", "example.com. SOA"]


def test_a_reference_is_good_once(route53: Any) -> None:
    made = _create(route53)
    assert refusal(_create, route53=route53) == "HostedZoneAlreadyExists"
    route53.delete_hosted_zone(Id=made["HostedZone"]["Id"])
    assert refusal(_create, route53=route53) == "HostedZoneAlreadyExists"


def test_two_zones_of_a_name_have_other_name_servers(route53: Any) -> None:
    one, two = (_create(route53, "Example.com", reference) for reference in "ab")
    assert one["HostedZone"]["Name"] == two["HostedZone"]["Name"] == "example.com."
    assert set(one["DelegationSet"]["NameServers"]).isdisjoint(two["DelegationSet"]["NameServers"])
    shown = route53.get_hosted_zone(Id=one["HostedZone"]["Id"])
    assert shown["DelegationSet"] == {"NameServers": one["DelegationSet"]["NameServers"]}
    [servers, _] = route53.list_resource_record_sets(HostedZoneId=one["HostedZone"]["Id"])["ResourceRecordSets"]
    assert [value["Value"] for value in servers["ResourceRecords"]] == [
        f"{server}." for server in one["DelegationSet"]["NameServers"]
    ]


def test_a_zone_may_have_a_reusable_delegation_set(route53: Any) -> None:
    made = route53.create_reusable_delegation_set(CallerReference="set")["DelegationSet"]
    zone = _create(route53, DelegationSetId=made["Id"])
    assert route53.get_hosted_zone(Id=zone["HostedZone"]["Id"])["DelegationSet"]["Id"] == made["Id"]
    unknown = {"Name": "example.org", "CallerReference": "other", "DelegationSetId": "N0"}
    assert refusal(route53.create_hosted_zone, **unknown) == "NoSuchDelegationSet"


def test_a_private_zone_is_known_in_vpcs_that_exist(route53: Any, ec2: Any, vpc: str) -> None:
    made = _create(route53, **_inside(vpc))
    zone, other = made["HostedZone"]["Id"], ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    assert made["VPC"] == {"VPCId": vpc, "VPCRegion": REGION}
    again = {"Name": "example.com", "CallerReference": "again"}
    assert refusal(route53.create_hosted_zone, **again, **_inside(vpc)) == "ConflictingDomainExists"
    assert refusal(route53.create_hosted_zone, **again, **_inside("vpc-0")) == "InvalidVPCId"
    place = {"HostedZoneId": zone, "VPC": {"VPCId": other, "VPCRegion": REGION}}
    assert refusal(route53.disassociate_vpc_from_hosted_zone, **place) == "VPCAssociationNotFound"
    route53.associate_vpc_with_hosted_zone(**place)
    assert refusal(route53.associate_vpc_with_hosted_zone, **place) == "ConflictingDomainExists"
    assert len(route53.get_hosted_zone(Id=zone)["VPCs"]) == 2
    assert "DelegationSet" not in route53.get_hosted_zone(Id=zone)
    route53.disassociate_vpc_from_hosted_zone(**place)
    last = {"HostedZoneId": zone, "VPC": {"VPCId": vpc, "VPCRegion": REGION}}
    assert refusal(route53.disassociate_vpc_from_hosted_zone, **last) == "LastVPCAssociation"
    public = _create(route53, "example.org", "public")["HostedZone"]["Id"]
    assert refusal(route53.associate_vpc_with_hosted_zone, **{**place, "HostedZoneId": public}) == "PublicZoneVPCAssociation"


def test_a_top_level_domain_has_no_zone(route53: Any) -> None:
    assert refusal(route53.create_hosted_zone, Name="com.", CallerReference="tld") == "InvalidDomainName"


def test_a_comment_can_be_changed_and_removed(route53: Any, zone: str) -> None:
    assert route53.update_hosted_zone_comment(Id=zone, Comment="c")["HostedZone"]["Config"]["Comment"] == "c"
    route53.update_hosted_zone_comment(Id=zone)
    assert "Comment" not in route53.list_hosted_zones()["HostedZones"][0]["Config"]


def test_zones_are_listed_in_pages_and_by_name(route53: Any, vpc: str) -> None:
    made = [_create(route53, f"{name}.example.com", name)["HostedZone"]["Id"] for name in "abc"]
    first = route53.list_hosted_zones(MaxItems="2")
    assert (first["IsTruncated"], [zone["Id"] for zone in first["HostedZones"]]) == (True, made[:2])
    second = route53.list_hosted_zones(Marker=first["NextMarker"])
    assert (second["IsTruncated"], [zone["Id"] for zone in second["HostedZones"]]) == (False, made[2:])
    [found] = route53.list_hosted_zones_by_name(DNSName="b.example.com")["HostedZones"]
    assert found["Id"] == made[1]
    inside = _create(route53, "inside.example.com", "inside", **_inside(vpc))["HostedZone"]["Id"]
    [private] = route53.list_hosted_zones(HostedZoneType="PrivateHostedZone")["HostedZones"]
    assert (private["Id"], private["Config"]) == (inside, {"Comment": "inside", "PrivateZone": True})


def test_accelerated_recovery_takes_some_looks(route53: Any, zone: str, vpc: str) -> None:
    assert "Features" not in route53.get_hosted_zone(Id=zone)["HostedZone"]
    for wanted, words in ((True, ["ENABLING", "ENABLING", "ENABLED"]), (False, ["DISABLING", "DISABLING", "DISABLED"])):
        route53.update_hosted_zone_features(HostedZoneId=zone, EnableAcceleratedRecovery=wanted)
        shown = [route53.list_hosted_zones()["HostedZones"][0] for _ in words]
        assert [one["Features"]["AcceleratedRecoveryStatus"] for one in shown] == words
        assert route53.get_hosted_zone(Id=zone)["HostedZone"]["Features"]["AcceleratedRecoveryStatus"] == words[-1]
    private = _create(route53, "inside.example.com", "inside", **_inside(vpc))["HostedZone"]["Id"]
    inside = {"HostedZoneId": private, "EnableAcceleratedRecovery": True}
    assert refusal(route53.update_hosted_zone_features, **inside) == "InvalidInput"


def test_tags_are_at_most_ten_and_end_with_the_zone(route53: Any, zone: str) -> None:
    number = zone.removeprefix("/hostedzone/")
    of = {"ResourceType": "hostedzone", "ResourceId": number}
    route53.change_tags_for_resource(**of, AddTags=[{"Key": str(n), "Value": "v"} for n in range(9)])
    two = [{"Key": name, "Value": "v"} for name in "ab"]
    assert refusal(route53.change_tags_for_resource, **of, AddTags=two) == "InvalidInput"
    route53.change_tags_for_resource(**of, AddTags=two, RemoveTagKeys=["0"])
    assert len(route53.list_tags_for_resource(**of)["ResourceTagSet"]["Tags"]) == 10
    route53.delete_hosted_zone(Id=zone)
    assert refusal(route53.list_tags_for_resource, **of) == "NoSuchHostedZone"
    assert refusal(route53.list_tags_for_resources, ResourceType="hostedzone", ResourceIds=[number]) == "NoSuchHostedZone"
    assert refusal(route53.change_tags_for_resource, **of, AddTags=two) == "NoSuchHostedZone"


def test_a_change_is_pending_for_some_looks(route53: Any, zone: str) -> None:
    change = route53.change_resource_record_sets(**_batch(zone, ("CREATE", _record())))["ChangeInfo"]
    assert change["Status"] == "PENDING"
    looks = [route53.get_change(Id=change["Id"])["ChangeInfo"]["Status"] for _ in range(4)]
    assert looks == ["PENDING", "PENDING", "INSYNC", "INSYNC"]
    assert refusal(route53.get_change, Id="C0") == "NoSuchChange"


def test_a_zone_with_records_of_its_users_is_not_deleted(route53: Any, zone: str) -> None:
    route53.change_resource_record_sets(**_batch(zone, ("CREATE", _record())))
    assert route53.get_hosted_zone(Id=zone)["HostedZone"]["ResourceRecordSetCount"] == 3
    assert refusal(route53.delete_hosted_zone, Id=zone) == "HostedZoneNotEmpty"
    route53.change_resource_record_sets(**_batch(zone, ("DELETE", _record())))
    assert route53.delete_hosted_zone(Id=zone)["ChangeInfo"]["Status"] == "PENDING"
    assert refusal(route53.list_resource_record_sets, HostedZoneId=zone) == "NoSuchHostedZone"


def test_records_are_listed_by_labels_from_the_right_in_pages(route53: Any, zone: str) -> None:
    weighted = [_record("w.example.com", SetIdentifier=name, Weight=1) for name in "ba"]
    records = [
        _record("*.example.com"),
        _record("B.example.com"),
        _record("x.a.example.com"),
        _record("a.example.com"),
        *weighted,
    ]
    route53.change_resource_record_sets(**_batch(zone, *(("CREATE", record) for record in records)))
    names = ["\\052.example.com. A", "a.example.com. A", "x.a.example.com. A", "b.example.com. A", *["w.example.com. A"] * 2]
    assert _names(route53, zone) == [*BORN, *names]
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone, PaginationConfig={"PageSize": 3})
    listed = [(one["Name"], one.get("SetIdentifier")) for page in pages for one in page["ResourceRecordSets"]]
    assert [f"{name} A" for name, _ in listed[2:]] == names
    assert [told_apart for _, told_apart in listed[-2:]] == ["a", "b"]
    assert _names(route53, zone, StartRecordName="a.example.com", MaxItems="2") == names[1:3]
    assert _names(route53, zone, StartRecordName="w.example.com", StartRecordType="AAAA") == []
    assert refusal(route53.list_resource_record_sets, HostedZoneId=zone, StartRecordType="A") == "InvalidInput"


def test_every_kind_of_record_reads_back_whole(route53: Any, zone: str) -> None:
    check = route53.create_health_check(
        CallerReference="c", HealthCheckConfig={"IPAddress": "192.0.2.1", "Port": 80, "Type": "TCP"}
    )["HealthCheck"]["Id"]
    collection = "12345678-1234-1234-1234-123456789012"
    records = [
        _record("a.example.com.", AliasTarget={**CLOUDFRONT, "DNSName": "d1.cloudfront.net."}),
        _record("g.example.com.", SetIdentifier="1", GeoLocation={"CountryCode": "*"}, HealthCheckId=check),
        _record("p.example.com.", SetIdentifier="1", GeoProximityLocation={"AWSRegion": "aws:eu-west-1", "Bias": 5}),
        _record("c.example.com.", SetIdentifier="1", CidrRoutingConfig={"CollectionId": collection, "LocationName": "*"}),
        _record("m.example.com.", SetIdentifier="1", MultiValueAnswer=True),
        _record("f.example.com.", SetIdentifier="1", Failover="PRIMARY"),
        _record("t.example.com.", "TXT", '"one" "two"', '"three"'),
        _record("6.example.com.", "AAAA", "2001:db8::1"),
    ]
    route53.change_resource_record_sets(**_batch(zone, *(("UPSERT", record) for record in records)))
    shown = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    by_name = {one["Name"]: one for one in shown if one["Name"] != "example.com."}
    assert by_name == {record["Name"]: record for record in records}


def test_a_batch_is_done_whole_or_not_at_all(route53: Any, zone: str) -> None:
    batch = _batch(zone, ("CREATE", _record()), ("CREATE", _record("www.example.org")))
    assert refusal(route53.change_resource_record_sets, **batch) == "InvalidChangeBatch"
    assert _names(route53, zone) == BORN


def test_a_record_of_another_type_takes_the_place_in_one_batch(route53: Any, zone: str) -> None:
    route53.change_resource_record_sets(**_batch(zone, ("CREATE", _record())))
    cname = _record("www.example.com", "CNAME", "example.net")
    route53.change_resource_record_sets(**_batch(zone, ("DELETE", _record()), ("CREATE", cname)))
    assert _names(route53, zone) == [*BORN, "www.example.com. CNAME"]
    changed = {**cname, "TTL": 5}
    route53.change_resource_record_sets(**_batch(zone, ("DELETE", cname), ("CREATE", changed)))
    assert route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"][-1]["TTL"] == 5


def test_only_what_is_there_is_deleted(route53: Any, zone: str) -> None:
    two = [_record(SetIdentifier=name, Weight=1) for name in "ab"]
    route53.change_resource_record_sets(**_batch(zone, *(("CREATE", record) for record in two)))
    for wrong in (_record(), {**two[0], "TTL": 61}, {**two[0], "Weight": 2}, _record("no.example.com")):
        assert refusal(route53.change_resource_record_sets, **_batch(zone, ("DELETE", wrong))) == "InvalidChangeBatch"
    route53.change_resource_record_sets(**_batch(zone, ("DELETE", two[0])))
    assert _names(route53, zone) == [*BORN, "www.example.com. A"]


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([_record("example.com", "CNAME", "example.net")], "InvalidChangeBatch"),
        ([_record(), _record("www.example.com", "CNAME", "example.net")], "InvalidChangeBatch"),
        ([_record("www.example.com", "CNAME", "example.net"), _record()], "InvalidChangeBatch"),
        ([_record("www.example.com", "CNAME", "example.net", "example.org")], "InvalidChangeBatch"),
        ([_record("www.example.com", "CNAME", "nowhere")], "InvalidChangeBatch"),
        ([_record("www.notexample.com")], "InvalidChangeBatch"),
        ([_record(), _record()], "InvalidChangeBatch"),
        ([_record("www.example.com", "A", "2001:db8::1")], "InvalidChangeBatch"),
        ([_record("www.example.com", "AAAA", "here")], "InvalidChangeBatch"),
        ([_record("www.example.com", "TXT", "bare")], "InvalidChangeBatch"),
        ([_record("www.example.com", "TXT", f'"{"a" * 256}"')], "InvalidChangeBatch"),
        ([_record(), _record(SetIdentifier="a", Weight=1)], "InvalidChangeBatch"),
        ([_record(SetIdentifier="a", Weight=1), _record(SetIdentifier="b", Region="eu-west-1")], "InvalidChangeBatch"),
        ([_record(AliasTarget={**CLOUDFRONT, "DNSName": "no.example.com"})], "InvalidChangeBatch"),
        ([_record("www.example.com", "TXT", *(f'"{n}"' for n in range(1001)))], "InvalidChangeBatch"),
        ([_record("www.example.com", "TXT", *(f'"{n:0200}"' for n in range(200)))], "InvalidChangeBatch"),
        ([_record(AliasTarget={**CLOUDFRONT, "EvaluateTargetHealth": True})], "InvalidInput"),
        ([_record(SetIdentifier="a")], "InvalidInput"),
        ([_record(Weight=1)], "InvalidInput"),
        ([{"Name": "www.example.com", "Type": "A"}], "InvalidInput"),
        ([{**_record(AliasTarget=CLOUDFRONT), "TTL": 60}], "InvalidInput"),
        ([_record(HealthCheckId="none")], "NoSuchHealthCheck"),
    ],
)
def test_batches_that_route_53_refuses(route53: Any, zone: str, records: list[dict[str, Any]], code: str) -> None:
    batch = _batch(zone, *(("CREATE", record) for record in records))
    assert refusal(route53.change_resource_record_sets, **batch) == code
    assert _names(route53, zone) == BORN


def test_what_a_zone_is_born_with_stays(route53: Any, zone: str) -> None:
    for record in route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]:
        assert refusal(route53.change_resource_record_sets, **_batch(zone, ("DELETE", record))) == "InvalidChangeBatch"


def test_an_existing_record_is_created_once_and_put_as_often_as_asked(route53: Any, zone: str) -> None:
    route53.change_resource_record_sets(**_batch(zone, ("CREATE", _record())))
    assert refusal(route53.change_resource_record_sets, **_batch(zone, ("CREATE", _record()))) == "InvalidChangeBatch"
    put = _record("www.example.com", "A", "192.0.2.9")
    route53.change_resource_record_sets(**_batch(zone, ("UPSERT", put)))
    assert route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"][-1]["ResourceRecords"] == [
        {"Value": "192.0.2.9"}
    ]
