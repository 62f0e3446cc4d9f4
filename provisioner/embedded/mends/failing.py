"""Creations that end badly: AWS takes the call, and tells later that nothing came of it, where it shows what was made.

    fail(call, result)                    in the words that AWS most often has for it
    fail(call, result, code, message)     in others

`call` is a creation that was carried out (one of `CAN_FAIL`, by `str(call)`), `result` its answer. What it made is under way
for as long as a good end would have taken, and then failed; where nothing is under way, it is failed at once. It holds no
more than AWS says that a failed one holds, and can be deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from . import acm
from .ec2 import endpoints, nat_gateways
from .elbv2 import load_balancers
from .lambda_ import functions
from .rds import instances

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..call import Call, Result


class _Failure(NamedTuple):
    named: Callable[[Result], Any]
    fail: Callable[[Call, Any, str, str], None]
    code: str
    message: str


_FAILURES: dict[str, _Failure] = {
    # `Gateway.NotAttached`, `InsufficientFreeAddressesInSubnet`, `InternalError`, `InvalidAllocationID.NotFound`, ...
    "ec2:CreateNatGateway": _Failure(
        lambda result: result["NatGateway"]["NatGatewayId"],
        nat_gateways.fail,
        "Gateway.NotAttached",
        "Network has no Internet gateway attached",
    ),
    "ec2:CreateVpcEndpoint": _Failure(
        lambda result: result["VpcEndpoint"]["VpcEndpointId"],
        endpoints.fail,
        "InternalError",
        "The endpoint could not be created",
    ),
    # A load balancer shows the message alone.
    "elbv2:CreateLoadBalancer": _Failure(
        lambda result: result["LoadBalancers"][0]["LoadBalancerArn"],
        load_balancers.fail,
        "failed",
        "The load balancer could not be set up",
    ),
    # `EniLimitExceeded`, `SubnetOutOfIPAddresses`, `InsufficientRolePermissions`, ...
    "lambda:CreateFunction": _Failure(
        lambda result: result["FunctionArn"],
        functions.fail,
        "EniLimitExceeded",
        "The function could not be created: the network interface limit for the account was reached",
    ),
    # `CAA_ERROR`, `INVALID_PUBLIC_DOMAIN`, `OTHER`, ...; a certificate shows the code alone.
    "acm:RequestCertificate": _Failure(lambda result: result["CertificateArn"], acm.fail, "CAA_ERROR", ""),
    # The code is the status: `failed`, `incompatible-network`, `incompatible-parameters`, ...
    "rds:CreateDBInstance": _Failure(
        lambda result: result["DBInstance"]["DBInstanceIdentifier"], instances.fail, "incompatible-network", ""
    ),
}

CAN_FAIL = frozenset(_FAILURES)
"""The creations that can end badly."""


def fail(call: Call, result: Result, code: str = "", message: str = "") -> None:
    """What a creation made ends badly."""
    failure = _FAILURES[str(call)]
    failure.fail(call, failure.named(result), code or failure.code, message or failure.message)
