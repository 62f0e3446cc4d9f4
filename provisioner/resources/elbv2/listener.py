"""A port on which a load balancer takes requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...resource import Id, Ids, Output, Resource, Value, attr, covers
from .attributes import by_name, pairs, texts
from .load_balancer import LoadBalancer, balancers
from .spelling import actions, default_first, part, sent_actions
from .tags import listed, must_be_ours, owned, refuse_foreign, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from types_boto3_elbv2.literals import ProtocolEnumType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..acm.certificate import Certificate
    from .parts import Action, MutualAuthentication

_SAFEST = "ELBSecurityPolicy-TLS13-1-2-2021-06"
_ENCRYPTED = ("HTTPS", "TLS")
_PROPERTIES = {
    "port": "Port",
    "protocol": "Protocol",
    "default_actions": "DefaultActions",
    "certificates": "Certificates",
    "ssl_policy": "SslPolicy",
    "alpn_policy": "AlpnPolicy",
    "mutual_authentication": "MutualAuthentication",
}


class Listener(Resource):
    """A port of one of the plan's load balancers, and what it does with requests that no rule of it is for.

    HTTPS and TLS need `certificates`, issued ones: the first is the default, the others are chosen by the name that a client
    asks for; without an `ssl_policy` it takes TLS 1.2 and 1.3 only. `attributes` go by AWS's names (headers that it adds, idle
    timeouts); those that are not named are left alone.

    AWS: ELBv2 CreateListener, idempotent by port; works while the load balancer is still `provisioning`. All but its load
    balancer can change; it goes with that.
    """

    load_balancer: Id[LoadBalancer] = attr("LoadBalancerArn", replace=True)
    port: int = attr("Port")
    protocol: ProtocolEnumType = attr("Protocol")
    default_actions: Sequence[Action] = attr("DefaultActions", norm=actions, same=norm.within)
    certificates: Ids[Certificate] = attr("CertificateArns", default=(), norm=default_first, ready=True)
    ssl_policy: str | None = attr("SslPolicy", default=None)
    alpn_policy: str | None = attr("AlpnPolicy[0]", default=None)
    mutual_authentication: MutualAuthentication | None = attr("MutualAuthentication", default=None, norm=part, same=norm.within)
    attributes: Value[Mapping[str, Any]] = attr(  # type: ignore[misc]  # the base class has its own, asked of types only
        "Attributes", factory=dict, norm=texts, same=covers
    )

    id = Output("ListenerArn")

    whole = "LoadBalancerArn"
    arn = Output("ListenerArn")

    def __post_init__(self) -> None:
        if self.ssl_policy is None and self.protocol in _ENCRYPTED:
            # AWS's own default for calls still takes TLS 1.0.
            object.__setattr__(self, "ssl_policy", _SAFEST)

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        ours = owned(aws, cls, listeners(aws))
        found = aws.together(lambda listener: aws.maybe(lambda: _read(aws, listener)), ours)
        return [listener for listener in found if listener]

    def create(self, aws: Aws) -> Live | None:
        must_be_ours(aws, self, LoadBalancer, self.load_balancer)
        for listener in _of(aws, self.load_balancer):
            if listener["Port"] == self.port and _over_udp(listener["Protocol"]) == _over_udp(self.protocol):
                refuse_foreign(aws, self, listener["ListenerArn"], f"at port {self.port}")
        made = aws.elbv2.create_listener(LoadBalancerArn=self.load_balancer, Tags=listed(self.tags), **self._sent(_PROPERTIES))
        return {**_with(made["Listeners"][0], ()), "Tags": dict(self.tags)}

    def _sent(self, fields: Iterable[str]) -> dict[str, Any]:
        mutual = self.mutual_authentication
        values: dict[str, Any] = {
            "port": self.port,
            "protocol": self.protocol,
            "default_actions": sent_actions(self.default_actions),
            "certificates": [{"CertificateArn": arn} for arn in self.certificates[:1]],
            "ssl_policy": self.ssl_policy,
            "alpn_policy": [self.alpn_policy] if self.alpn_policy else None,
            "mutual_authentication": mutual.spelt() if mutual else None,
        }
        return {_PROPERTIES[field]: values[field] for field in fields if values.get(field)}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        arn, have = live["ListenerArn"], list(live["CertificateArns"])
        missing = [one for one in self.certificates[1:] if one not in have[1:]]
        encrypted = live["Protocol"] in _ENCRYPTED
        if encrypted:
            # Before the default one changes: whom it served is then served by the list.
            _add(aws, arn, missing)
        default_stays = have[:1] == list(self.certificates[:1])
        if wanted := self._sent(changed.keys() - ({"certificates"} if default_stays else set())):
            aws.elbv2.modify_listener(ListenerArn=arn, **wanted)
        if not encrypted:
            _add(aws, arn, missing)
        if surplus := [one for one in have[1:] if one not in self.certificates[1:] and self.protocol in _ENCRYPTED]:
            aws.elbv2.remove_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": one} for one in surplus])
        if "attributes" in changed:
            aws.elbv2.modify_listener_attributes(ListenerArn=arn, Attributes=pairs(changed["attributes"].after))
        retag(aws, arn, changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.elbv2.delete_listener(ListenerArn=live["ListenerArn"])


def listeners(aws: Aws) -> list[Live]:
    """All listeners of the plan's load balancers, whoever's they are."""
    found = aws.together(lambda balancer: _of(aws, balancer["LoadBalancerArn"]), balancers(aws))
    return [listener for part in found for listener in part]


def _of(aws: Aws, balancer: str) -> list[Any]:
    def read() -> Live:
        pages = aws.elbv2.get_paginator("describe_listeners").paginate(LoadBalancerArn=balancer)
        return {"Listeners": [listener for page in pages for listener in page["Listeners"]]}

    found = aws.maybe(read)
    return list(found["Listeners"]) if found else []


def _over_udp(protocol: str) -> bool:
    # A port has one listener for each of the two kinds of packets.
    return protocol in ("UDP", "QUIC")


def _read(aws: Aws, listener: Live) -> Live:
    arn = listener["ListenerArn"]
    attributes = aws.elbv2.describe_listener_attributes(ListenerArn=arn)
    others: list[str] = []
    if listener["Protocol"] in _ENCRYPTED:
        pages = aws.elbv2.get_paginator("describe_listener_certificates").paginate(ListenerArn=arn)
        others = [one["CertificateArn"] for page in pages for one in page["Certificates"] if not one.get("IsDefault")]
    return {**_with(listener, others), "Attributes": by_name(attributes["Attributes"])}


def _with(listener: Any, others: Iterable[str]) -> Live:
    default = [one["CertificateArn"] for one in listener.get("Certificates", ())]
    return {**listener, "CertificateArns": default_first([*default, *others])}


def _add(aws: Aws, arn: str, certificates: Iterable[str]) -> None:
    # AWS takes one in a call.
    for one in certificates:
        aws.elbv2.add_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": one}])
