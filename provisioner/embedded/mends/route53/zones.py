"""Hosted zones: references that are good once, name servers of their own, and what AWS refuses."""

from __future__ import annotations

from typing import Any

from moto.moto_api._internal import mock_random

from ...call import Call, Refused, Result
from ...clock import Delay
from ..mending import Mends, backend, kept

mends = Mends("route53")

_MOST_TAGS, _PAGE = 10, 100
# AWS: minutes until a feature is on or off.
_SECONDS = 300


@mends.first("CreateHostedZone")
def reference_is_new(call: Call, route53: Any) -> None:
    """AWS: one that was used before is refused, even where its zone has gone since."""
    asked = call.parameters
    if asked["CallerReference"] in kept(route53, "references"):
        raise Refused(
            "HostedZoneAlreadyExists", "A hosted zone has already been created with the specified caller reference.", 409
        )
    if "." not in asked["Name"].rstrip("."):
        raise Refused("InvalidDomainName", f"{asked['Name']} is a top-level domain, of which there is no hosted zone")
    if "DelegationSetId" in asked and asked["DelegationSetId"] not in route53.delegation_sets:
        raise Refused("NoSuchDelegationSet", f"There is no delegation set {asked['DelegationSetId']}")
    if "VPC" in asked:
        _vpc_exists(call)
        _name_is_free(call, route53, asked["Name"].rstrip(".").lower() + ".")


@mends.then("CreateHostedZone")
def born(call: Call, route53: Any, result: Result) -> Result:
    zone = _zone(route53, result["HostedZone"]["Id"])
    kept(route53, "references")[call.parameters["CallerReference"]] = zone.resource_id
    zone.name = result["HostedZone"]["Name"] = zone.name.lower()
    if "DelegationSetId" not in call.parameters:
        zone.delegation_set.name_servers = [
            f"ns-{mock_random.randint(0, 511) + 512 * number}.awsdns-{mock_random.randint(0, 63):02d}.{domain}"
            for number, domain in enumerate(("com", "net", "org", "co.uk"))
        ]
    return _with_servers(zone, result)


@mends.then("GetHostedZone")
def show(call: Call, route53: Any, result: Result) -> Result:
    zone = _zone(route53, call.parameters["Id"])
    return _with_servers(zone, {**result, "HostedZone": _with_features(zone, result["HostedZone"])})


@mends.first("ListHostedZones")
def show_page(call: Call, route53: Any) -> Result:
    """AWS: a page begins with the zone that the marker names. Moto's markers are longer than what it takes."""
    asked = call.parameters
    wanted = [zone for zone in route53.zones.values() if zone.private_zone or asked.get("HostedZoneType") is None]
    numbers, size = [zone.resource_id for zone in wanted], min(int(asked.get("MaxItems") or _PAGE), _PAGE)
    start = numbers.index(asked["Marker"]) if asked.get("Marker") in numbers else 0
    shown = [_with_features(zone, _shown(zone)) for zone in wanted[start : start + size]]
    more = {"NextMarker": numbers[start + size]} if len(numbers) > start + size else {}
    return {"HostedZones": shown, "Marker": asked.get("Marker", ""), "IsTruncated": bool(more), "MaxItems": str(size), **more}


def _shown(zone: Any) -> dict[str, Any]:
    told = {"Comment": zone.comment} if zone.comment else {}
    return {
        "Id": zone.id,
        "Name": zone.name,
        "CallerReference": zone.caller_reference,
        "Config": {**told, "PrivateZone": zone.private_zone},
        "ResourceRecordSetCount": zone.resource_record_set_count,
    }


@mends.then("ListHostedZonesByName")
def show_all(call: Call, route53: Any, result: Result) -> Result:
    shown = [_with_features(_zone(route53, found["Id"]), found) for found in result["HostedZones"]]
    return {**result, "HostedZones": shown}


def _with_servers(zone: Any, result: Result) -> Result:
    if zone.private_zone:
        return result
    number = {"Id": zone.delegation_set.id} if zone.delegation_set.id else {}
    return {**result, "DelegationSet": {**number, "NameServers": list(zone.delegation_set.name_servers)}}


def _with_features(zone: Any, shown: dict[str, Any]) -> dict[str, Any]:
    if not hasattr(zone, "recovery"):
        return shown
    words = ("ENABLING", "ENABLED") if zone.recovery else ("DISABLING", "DISABLED")
    return {**shown, "Features": {"AcceleratedRecoveryStatus": words[not zone.changing.goes_on()]}}


@mends.first("UpdateHostedZoneFeatures")
def change_features(call: Call, route53: Any) -> Result:
    zone = _zone(route53, call.parameters["HostedZoneId"])
    if zone.private_zone:
        raise Refused("InvalidInput", "Accelerated recovery is for public hosted zones.")
    zone.recovery, zone.changing = call.parameters.get("EnableAcceleratedRecovery", False), Delay(_SECONDS)
    return {}


@mends.first("AssociateVPCWithHostedZone")
def may_be_associated(call: Call, route53: Any) -> None:
    zone = _zone(route53, call.parameters["HostedZoneId"])
    _vpc_exists(call)
    if zone.private_zone:
        _name_is_free(call, route53, zone.name)


@mends.first("DisassociateVPCFromHostedZone")
def is_associated(call: Call, route53: Any) -> None:
    zone = _zone(route53, call.parameters["HostedZoneId"])
    vpc = call.parameters["VPC"]["VPCId"]
    if vpc not in _vpcs(zone):
        raise Refused("VPCAssociationNotFound", f"The VPC {vpc} is not associated with hosted zone {zone.resource_id}", 404)


def _vpc_exists(call: Call) -> None:
    vpc = call.parameters["VPC"]
    place = Call("ec2", "", {}, vpc.get("VPCRegion", call.region), call.account)
    if vpc.get("VPCId") not in backend(place).vpcs:
        where = f"The VPC: {vpc.get('VPCId')}, in region {place.region}, that you provided"
        raise Refused("InvalidVPCId", f"{where} is not authorized to make the association.")


def _name_is_free(call: Call, route53: Any, name: str) -> None:
    """AWS: a VPC knows one private zone of a name."""
    vpc = call.parameters["VPC"]["VPCId"]
    if any(zone.private_zone and zone.name == name and vpc in _vpcs(zone) for zone in route53.zones.values()):
        raise Refused("ConflictingDomainExists", f"The VPC {vpc} is already associated with a hosted zone of the name {name}")


def _vpcs(zone: Any) -> set[str]:
    return {vpc.get("vpc_id") for vpc in zone.vpcs}


@mends.first("ListTagsForResource", "ListTagsForResources", "ChangeTagsForResource")
def of_what_exists(call: Call, route53: Any) -> None:
    if call.parameters["ResourceType"] == "hostedzone":
        for number in call.parameters.get("ResourceIds") or [call.parameters["ResourceId"]]:
            _zone(route53, number)


@mends.first("ChangeTagsForResource")
def not_too_many(call: Call, route53: Any) -> None:
    have = route53.resource_tags.get(call.parameters["ResourceId"], {}).keys() - set(call.parameters.get("RemoveTagKeys", ()))
    if len({*have, *(tag["Key"] for tag in call.parameters.get("AddTags", ()))}) > _MOST_TAGS:
        raise Refused("InvalidInput", f"A hosted zone takes at most {_MOST_TAGS} tags.")


@mends.then("DeleteHostedZone")
def tags_go_with_it(call: Call, route53: Any, result: Result) -> None:
    route53.resource_tags.pop(call.parameters["Id"].removeprefix("/hostedzone/"), None)


def _zone(route53: Any, number: str) -> Any:
    found = route53.zones.get(number.removeprefix("/hostedzone/"))
    if found is None:
        raise Refused("NoSuchHostedZone", f"No hosted zone found with ID: {number}", 404)
    return found
