"""What stands between callers and instances: load balancers, certificates, web ACLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .reading import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .reading import Reader


def balancers(reader: Reader) -> Iterator[Thing]:
    """Load balancers with their listeners and rules, and target groups."""
    for balancer in reader.all("elbv2", "describe_load_balancers", "LoadBalancers"):
        known = balancer["LoadBalancerArn"]
        more = {"attributes": _attributes(reader, "load_balancer", known), "Tags": _tags(reader, known)}
        called = (known, known.partition(":loadbalancer/")[2], balancer["DNSName"])
        yield Thing("load-balancer", balancer | more, called)
        for listener in reader.all("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=known):
            yield from _listener(reader, listener)
    for group in reader.all("elbv2", "describe_target_groups", "TargetGroups"):
        known = group["TargetGroupArn"]
        health = reader.all("elbv2", "describe_target_health", "TargetHealthDescriptions", TargetGroupArn=known)
        more = {"attributes": _attributes(reader, "target_group", known), "Tags": _tags(reader, known), "targets": len(health)}
        yield Thing("target-group", group | more, (known, known.partition(":")[2].rpartition(":")[2]))


def _listener(reader: Reader, listener: Mapping[str, Any]) -> Iterator[Thing]:
    known = listener["ListenerArn"]
    more = {
        "attributes": _attributes(reader, "listener", known),
        "certificates": reader.all("elbv2", "describe_listener_certificates", "Certificates", ListenerArn=known),
        "Tags": _tags(reader, known),
    }
    yield Thing("listener", {**listener, **more}, (known,), f"{listener['Protocol']} {listener['Port']}")
    for rule in reader.all("elbv2", "describe_rules", "Rules", ListenerArn=known):
        yield Thing("listener-rule", {**rule, "Tags": _tags(reader, rule["RuleArn"])}, (rule["RuleArn"],))


def _attributes(reader: Reader, kind: str, known: str) -> list[Any]:
    argument = "".join(word.capitalize() for word in kind.split("_")) + "Arn"
    return reader.all("elbv2", f"describe_{kind}_attributes", "Attributes", **{argument: known})


def _tags(reader: Reader, known: str) -> Any:
    return reader.one("elbv2", "describe_tags", "TagDescriptions[0].Tags", ResourceArns=[known])


def certificates(reader: Reader) -> Iterator[Thing]:
    """Certificates with their tags."""
    for known in reader.all("acm", "list_certificates", "CertificateSummaryList[].CertificateArn"):
        shown = reader.one("acm", "describe_certificate", "Certificate", CertificateArn=known)
        tags = reader.one("acm", "list_tags_for_certificate", "Tags", CertificateArn=known)
        yield Thing("certificate", {**shown, "Serial": None, "Tags": tags}, (known,))


def web_acls(reader: Reader) -> Iterator[Thing]:
    """The region's web ACLs, with where they log and what they protect."""
    for acl in _acls(reader, "REGIONAL"):
        asked = {"WebACLArn": acl.called[0], "ResourceType": "APPLICATION_LOAD_BALANCER"}
        protected = reader.all("wafv2", "list_resources_for_web_acl", "ResourceArns", **asked)
        yield Thing(acl.kind, {**acl.shown, "protected": protected}, acl.called)


def edge_acls(reader: Reader) -> Iterator[Thing]:
    """The web ACLs for CloudFront."""
    yield from _acls(reader, "CLOUDFRONT")


def _acls(reader: Reader, scope: str) -> Iterator[Thing]:
    for listed in reader.all("wafv2", "list_web_acls", "WebACLs", Scope=scope):
        known = listed["ARN"]
        shown = reader.one("wafv2", "get_web_acl", "WebACL", Name=listed["Name"], Id=listed["Id"], Scope=scope)
        more = {
            "logging": reader.one("wafv2", "get_logging_configuration", "LoggingConfiguration", ResourceArn=known),
            "Tags": reader.one("wafv2", "list_tags_for_resource", "TagInfoForResource.TagList", ResourceARN=known),
        }
        yield Thing(f"web-acl {scope}", shown | more, (known, listed["Id"]))
