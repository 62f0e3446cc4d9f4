"""What is wrong in moto's own models and cannot be put right from outside: each override says which fact it rests on."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

from moto.elbv2.exceptions import TooManyTagsError
from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_TAGS = 50


@cache
def mend() -> None:
    """Puts the overrides in place, once in a process."""
    # It would be active at the next look.
    _wrap(FakeLoadBalancer, "activate", lambda original, balancer: None)
    _wrap(ELBv2Backend, "add_tags", _add_tags)
    _wrap(FakeLoadBalancer, "__init__", _with_all_that_it_has)
    _wrap(ELBv2Backend, "create_load_balancer", _of_any_address_type)
    _wrap(ELBv2Backend, "modify_target_group_attributes", _up_to_an_hour)
    _wrap(ELBv2Backend, "_validate_conditions", _as_if_by_values)
    _wrap(ELBv2Backend, "_validate_actions", _but_tokens)


def _wrap(owner: Any, name: str, wrapper: Any) -> None:
    original = getattr(owner, name)
    setattr(owner, name, lambda holder, *args, **kwargs: wrapper(original, holder, *args, **kwargs))


def _with_all_that_it_has(original: Any, balancer: Any, *args: Any, **kwargs: Any) -> None:
    """What moto does not keep: why it failed, its addresses, reserved capacity, and rarer properties."""
    original(balancer, *args, **kwargs)
    balancer.failure, balancer.mappings, balancer.capacity, balancer.more = {}, {}, None, {}


def _of_any_address_type(original: Any, backend: Any, *args: Any, **kwargs: Any) -> Any:
    """AWS: a load balancer may be dual-stack without public IPv4 addresses. Moto does not know of it."""
    kind = kwargs.pop("ip_address_type", "ipv4")
    balancer = original(backend, *args, **kwargs)
    balancer.ip_address_type = kind
    return balancer


def _add_tags(original: Any, backend: Any, resource_arns: list[str], tags: list[dict[str, str]]) -> None:
    """AWS: 50 tags a resource. Moto takes 10."""
    for arn in resource_arns:
        backend._get_resource_by_arn(arn)
        if len({*backend.tagging_service.get_tag_dict_for_resource(arn), *(tag["Key"] for tag in tags)}) > _MOST_TAGS:
            raise TooManyTagsError()
        backend.tagging_service.tag_resource(arn, tags)


def _up_to_an_hour(original: Any, backend: Any, arn: str, attributes: dict[str, Any]) -> None:
    """AWS: targets may drain for 3600 seconds. Moto ends one second before."""
    delay = "deregistration_delay.timeout_seconds"
    whole = attributes.get(delay) == "3600"
    original(backend, arn, {key: value for key, value in attributes.items() if not (whole and key == delay)})
    if whole:
        backend.target_groups[arn].attributes[delay] = "3600"


def _as_if_by_values(original: Any, backend: Any, conditions: list[dict[str, Any]]) -> None:
    """AWS: a condition may have regular expressions, or a type of address, in place of values."""
    judged = copy.deepcopy(conditions)
    for config in (item for condition in judged for key, item in condition.items() if key.endswith("Config")):
        if "Values" not in config:
            config["Values"] = config.get("RegexValues") or [config.get("IpAddressType", "")]
    original(backend, judged)


def _but_tokens(original: Any, backend: Any, actions: list[Any]) -> None:
    """AWS: an action may check JSON Web Tokens. Moto does not know of it."""
    original(backend, [action for action in actions if action.type != "jwt-validation"])


def listeners_of(backend: Any) -> Iterator[Any]:
    """All listeners of a region."""
    for balancer in backend.load_balancers.values():
        yield from balancer.listeners.values()


def note_users(elbv2: Any) -> None:
    """Which load balancers forward to which target groups, after any change."""
    users = {arn: set[str]() for arn in elbv2.target_groups}
    for listener in listeners_of(elbv2):
        for action in (action for rule in listener.rules.values() for action in rule.actions):
            for arn in users.keys() & set(elbv2._get_target_group_arns_from(action_data=action.data)):
                users[arn].add(listener.load_balancer_arn)
    for arn, found in users.items():
        elbv2.target_groups[arn].load_balancer_arns = sorted(found)
