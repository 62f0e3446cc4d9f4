"""Moto's objects behind the names in a call; what is not there is left to the mends and to moto, which say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.backends import get_backend

from ..mends.mending import backend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..call import Call
    from .fresh import Used


def at(document: Any, *path: str) -> Iterator[str]:
    """The texts at a path in a call's parameters, through lists."""
    if isinstance(document, list):
        for item in document:
            yield from at(item, *path)
    elif not path:
        if isinstance(document, str):
            yield document
    elif isinstance(document, dict):
        yield from at(document.get(path[0]), *path[1:])


def named(find: Callable[[Call, str], Any], *paths: str) -> Callable[[Call], Iterator[Used]]:
    """The uses of what stands at some paths (`VpcConfig.SubnetIds`) of a call's parameters."""

    def used(call: Call) -> Iterator[Used]:
        for path in paths:
            for name in at(call.parameters, *path.split(".")):
                if (found := find(call, name)) is not None:
                    yield name, found

    return used


def made(find: Callable[[Call, str], Any], path: str) -> Callable[[Call, Any], Iterator[Any]]:
    """What a call made, by its name at a path of the answer, or else of the parameters."""

    def holders(call: Call, result: Any) -> Iterator[Any]:
        steps = path.split(".")
        for name in [*at(result, *steps)] or [*at(call.parameters, *steps)]:
            if (found := find(call, name)) is not None:
                yield found

    return holders


def role(call: Call, name: str) -> Any:
    """A role by its name or ARN."""
    return _one(_iam(call).roles.values(), name, "name", "arn")


def user(call: Call, name: str) -> Any:
    """A user by its name or ARN."""
    return _one(_iam(call).users.values(), name, "name", "arn")


def instance_profile(call: Call, name: str) -> Any:
    """An instance profile by its name or ARN."""
    return _one(_iam(call).instance_profiles.values(), name, "name", "arn")


def key(call: Call, name: str) -> Any:
    """A customer's KMS key by its id, ARN or alias."""
    keys = backend(call, "kms").keys
    alias = name.rpartition(":")[2]
    if alias.startswith("alias/"):
        return next((one for one in keys.values() if alias in one.aliases), None)
    return keys.get(name.rpartition("key/")[2])


def bucket(call: Call, name: str) -> Any:
    """A bucket by its name or ARN."""
    return get_backend("s3")[call.account]["aws"].buckets.get(name.rpartition(":")[2].partition("/")[0])


def topic(call: Call, name: str) -> Any:
    """A topic by its name or ARN."""
    return _one(backend(call, "sns").topics.values(), name, "name", "arn")


def function(call: Call, name: str) -> Any:
    """A function by its name or ARN."""
    return _one(backend(call, "lambda").list_functions(), name, "function_name", "function_arn")


def certificate(call: Call, arn: str) -> Any:
    """A certificate of ACM's, whatever its region."""
    region = arn.split(":")[3] if arn.startswith("arn:aws:acm:") else None
    return get_backend("acm")[call.account][region]._certificates.get(arn) if region else None


def web_acls(call: Call) -> list[Any]:
    """The web ACLs of both scopes."""
    regions: Any = get_backend("wafv2")[call.account]
    return [acl for place in (call.region, "global") for acl in regions[place].wacls.values()]


def web_acl(call: Call, arn: str) -> Any:
    """A web ACL by its ARN."""
    return _one(web_acls(call), arn, "arn")


def subnet(call: Call, name: str) -> Any:
    """A subnet by its id."""
    return next((zone[name] for zone in backend(call, "ec2").subnets.values() if name in zone), None)


def security_group(call: Call, name: str) -> Any:
    """A security group by its id."""
    return backend(call, "ec2").get_security_group_from_id(name)


def nat_gateway(call: Call, name: str) -> Any:
    """A NAT gateway by its id."""
    return backend(call, "ec2").nat_gateways.get(name)


def launch_template(call: Call, name: str) -> Any:
    """A launch template by its id or name."""
    return _one(backend(call, "ec2").launch_templates.values(), name, "id", "name")


def target_group(call: Call, arn: str) -> Any:
    """A target group by its ARN."""
    return backend(call, "elbv2").target_groups.get(arn)


def hosted_zone(call: Call, name: str) -> Any:
    """A hosted zone by its id."""
    return backend(call, "route53").zones.get(name.rpartition("/")[2])


def origin_access_control(call: Call, name: str) -> Any:
    """An origin access control by its id."""
    return backend(call, "cloudfront").origin_access_controls.get(name)


def _iam(call: Call) -> Any:
    return get_backend("iam")[call.account]["aws"]


def _one(all_of_them: Iterable[Any], name: str, *attributes: str) -> Any:
    return next((one for one in all_of_them if name in [getattr(one, attribute) for attribute in attributes]), None)
