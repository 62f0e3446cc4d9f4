"""Listeners: ports taken once, certificates where they belong, and what moto forgets of them."""

from __future__ import annotations

import copy
from typing import Any

from moto.elbv2.models import FakeAction
from moto.elbv2.ssl_policies import SSL_POLICIES

from ...call import Call, Refused, Result
from ..mending import Mends
from . import shown
from .certificates import must_be_usable
from .defaults import of_listener
from .load_balancers import balancer_of
from .models import listeners_of, note_users

mends = Mends("elbv2")

_ENCRYPTED = ("HTTPS", "TLS")
_DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"


@mends.first("CreateListener")
def can_be_made(call: Call, elbv2: Any) -> Result | None:
    parameters, balancer = call.parameters, balancer_of(call, elbv2)
    _fits(call, parameters.get("Protocol", ""), parameters.get("Certificates", []))
    there = _at(balancer, parameters.get("Port"), parameters.get("Protocol"))
    if there is None:
        return None
    # AWS: idempotent, by port and settings; of tags nothing is said.
    alike = there.protocol == parameters.get("Protocol") and there.certificates[:1] == _arns(parameters)
    wanted = shown.actions([FakeAction(copy.deepcopy(action)) for action in parameters["DefaultActions"]])
    if not alike or shown.actions(there.default_actions) != wanted:
        message = f"A listener already exists on this port for this load balancer '{balancer.arn}'"
        raise Refused("DuplicateListener", message)
    return {"Listeners": [_shown(there)]}


@mends.then("CreateListener")
def as_aws_makes_it(call: Call, elbv2: Any, result: Result) -> Result:
    listener = listener_of(result["Listeners"][0]["ListenerArn"], elbv2)
    listener.attributes = of_listener(listener.protocol)
    listener.ssl_policy = call.parameters.get("SslPolicy", _DEFAULT_POLICY)
    listener.mutual = _mutual(call.parameters.get("MutualAuthentication", {}))
    note_users(elbv2)
    return {"Listeners": [_shown(listener)]}


@mends.first("ModifyListener")
def change(call: Call, elbv2: Any) -> Result:
    """Done here: moto knows three protocols, and loses certificates and what it does not know."""
    parameters, listener = call.parameters, listener_of(call.parameters["ListenerArn"], elbv2)
    balancer = elbv2.load_balancers[listener.load_balancer_arn]
    protocol, port = parameters.get("Protocol", listener.protocol), parameters.get("Port", listener.port)
    there = _at(balancer, port, protocol)
    if there not in (None, listener):
        raise Refused("DuplicateListener", f"A listener already exists on this port for this load balancer '{balancer.arn}'")
    default = _arns(parameters) or (listener.certificates[:1] if protocol in _ENCRYPTED else [])
    _fits(call, protocol, [{"CertificateArn": arn} for arn in default])
    elbv2._validate_port_and_protocol(balancer.type, port, protocol)
    if "DefaultActions" in parameters:
        actions = [FakeAction(copy.deepcopy(action)) for action in parameters["DefaultActions"]]
        elbv2._validate_actions(actions)
        listener.default_actions = listener._default_rule[0].actions = actions
    if protocol != listener.protocol:
        listener.attributes = of_listener(protocol) | {
            key: value for key, value in listener.attributes.items() if key in of_listener(protocol)
        }
    listener.protocol, listener.port = protocol, port
    listener.certificates = [*default, *(listener.certificates[1:] if protocol in _ENCRYPTED else [])]
    listener.ssl_policy = parameters.get("SslPolicy", listener.ssl_policy)
    listener.alpn_policy = parameters.get("AlpnPolicy", listener.alpn_policy)
    if "MutualAuthentication" in parameters:
        listener.mutual = _mutual(parameters["MutualAuthentication"])
    note_users(elbv2)
    return {"Listeners": [_shown(listener)]}


@mends.then("DescribeListeners")
def show(call: Call, elbv2: Any, result: Result) -> Result:
    found = [listener_of(one["ListenerArn"], elbv2) for one in result.get("Listeners", [])]
    return {**result, "Listeners": [_shown(listener) for listener in found]}


@mends.first("AddListenerCertificates")
def add(call: Call, elbv2: Any) -> Result:
    listener = listener_of(call.parameters["ListenerArn"], elbv2)
    if len(call.parameters["Certificates"]) != 1:
        raise Refused("ValidationError", "Only one certificate can be specified")
    [arn] = _arns(call.parameters)
    must_be_usable(call, arn)
    if arn not in listener.certificates[1:]:
        listener.certificates = [*listener.certificates, arn]
    note_users(elbv2)
    return {"Certificates": [{"CertificateArn": arn, "IsDefault": False}]}


@mends.first("RemoveListenerCertificates")
def remove(call: Call, elbv2: Any) -> Result:
    listener, gone = listener_of(call.parameters["ListenerArn"], elbv2), _arns(call.parameters)
    if listener.certificates[0] in gone and listener.certificates[0] not in listener.certificates[1:]:
        raise Refused("OperationNotPermitted", "Default certificate cannot be removed")
    listener.certificates = [*listener.certificates[:1], *(arn for arn in listener.certificates[1:] if arn not in gone)]
    note_users(elbv2)
    return {}


@mends.first("DeleteListener")
def forget(call: Call, elbv2: Any) -> None:
    listener = listener_of(call.parameters["ListenerArn"], elbv2)
    for gone in (listener.arn, *listener.rules):
        elbv2.tagging_service.delete_all_tags_for_resource(gone)


@mends.then("DeleteListener")
def let_go(call: Call, elbv2: Any, result: Result) -> None:
    note_users(elbv2)


def listener_of(arn: str, elbv2: Any) -> Any:
    """The listener of an ARN."""
    found = next((listener for listener in listeners_of(elbv2) if listener.arn == arn), None)
    if found is None:
        raise Refused("ListenerNotFound", "One or more listeners not found")
    return found


def _at(balancer: Any, port: int | None, protocol: str | None) -> Any:
    """AWS: a port has one listener for TCP and one for UDP."""
    udp = protocol in ("UDP", "QUIC")
    fitting = (one for one in balancer.listeners.values() if int(one.port) == port and (one.protocol in ("UDP", "QUIC")) == udp)
    return next(fitting, None)


def _fits(call: Call, protocol: str, certificates: list[dict[str, str]]) -> None:
    if protocol in _ENCRYPTED and not certificates:
        raise Refused("ValidationError", f"A certificate must be specified for {protocol} listeners")
    if protocol not in _ENCRYPTED and (certificates or "SslPolicy" in call.parameters):
        raise Refused("ValidationError", f"Certificates and security policies cannot be specified for {protocol} listeners")
    if len(certificates) > 1:
        raise Refused("ValidationError", "Only one certificate can be specified")
    for one in certificates:
        must_be_usable(call, one["CertificateArn"])
    if call.parameters.get("SslPolicy", _DEFAULT_POLICY) not in SSL_POLICIES:
        raise Refused("SSLPolicyNotFound", f"SSL policy '{call.parameters['SslPolicy']}' not found")


def _arns(parameters: dict[str, Any]) -> list[str]:
    return [one["CertificateArn"] for one in parameters.get("Certificates", ())]


def _mutual(wanted: dict[str, Any]) -> dict[str, Any]:
    mutual = {"Mode": "off", **wanted}
    if (mutual["Mode"] == "verify") != ("TrustStoreArn" in mutual):
        raise Refused("ValidationError", "A trust store must be specified for the mode verify, and for no other")
    if mutual["Mode"] == "verify":
        mutual = {"IgnoreClientCertificateExpiry": False, "AdvertiseTrustStoreCaNames": "off", **mutual}
    return mutual


def _shown(listener: Any) -> dict[str, Any]:
    encrypted = {
        "SslPolicy": listener.ssl_policy,
        "Certificates": [{"CertificateArn": arn} for arn in listener.certificates[:1]],
        "MutualAuthentication": getattr(listener, "mutual", {"Mode": "off"}),
    }
    return {
        "ListenerArn": listener.arn,
        "LoadBalancerArn": listener.load_balancer_arn,
        "Port": int(listener.port),
        "Protocol": listener.protocol,
        "DefaultActions": shown.actions(listener.default_actions),
        **(encrypted if listener.protocol in _ENCRYPTED else {}),
        **({"AlpnPolicy": listener.alpn_policy} if listener.alpn_policy else {}),
    }
