"""The words in which each service says that there were too many calls, that it failed, and that credentials have expired.

AWS: throttling is no matter of the protocol alone; each service has its own code and status, which its SDKs know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..call import Refused

if TYPE_CHECKING:
    from ..call import Call


class _Words(NamedTuple):
    """An error's code, message and HTTP status."""

    code: str
    message: str
    status: int


_RATE = "Rate exceeded"
_TOO_MANY = {
    "cloudfront": _Words("Throttling", _RATE, 400),
    "dynamodb": _Words("ThrottlingException", "Rate of requests exceeds the allowed throughput.", 400),
    "ec2": _Words("RequestLimitExceeded", "Request limit exceeded.", 503),
    "lambda": _Words("TooManyRequestsException", _RATE, 429),
    "resourcegroupstaggingapi": _Words("ThrottledException", _RATE, 400),
    "route53": _Words("Throttling", _RATE, 400),
    "s3": _Words("SlowDown", "Please reduce your request rate.", 503),
}
_FAILED = "An internal error has occurred. Please try your query again at a later time."
_INTERNAL = {
    "cloudfront": "InternalFailure",
    "cloudwatch": "InternalServiceFault",
    "dynamodb": "InternalServerError",
    "ec2": "InternalError",
    "iam": "ServiceFailure",
    "kms": "KMSInternalException",
    "lambda": "ServiceException",
    "resourcegroupstaggingapi": "InternalServiceException",
    "s3": "InternalError",
    "secretsmanager": "InternalServiceError",
    "sns": "InternalError",
    "ssm": "InternalServerError",
    "wafv2": "WAFInternalErrorException",
}
_UNAVAILABLE = {
    "ec2": "Unavailable",
    "firehose": "ServiceUnavailableException",
    "kms": "DependencyTimeoutException",
    "logs": "ServiceUnavailableException",
    "route53": "ServiceUnavailable",
}
_EXPIRED = "The security token included in the request is expired"


def _speaks_json(call: Call) -> bool:
    return "json" in call.protocol


def too_many(call: Call) -> Refused:
    """The call is throttled."""
    general = _Words("ThrottlingException" if _speaks_json(call) else "Throttling", _RATE, 400)
    return Refused(*_TOO_MANY.get(call.service, general))


def internal(call: Call) -> Refused:
    """500: something inside the service failed."""
    return Refused(_INTERNAL.get(call.service, "InternalFailure"), _FAILED, 500)


def unavailable(call: Call) -> Refused:
    """503: the service is not there for the moment."""
    return Refused(
        _UNAVAILABLE.get(call.service, "ServiceUnavailable"), "Service is unavailable. Please try again shortly.", 503
    )


def expired(call: Call) -> Refused:
    """The temporary credentials that signed the call are no longer good."""
    if call.service == "ec2":
        return Refused("RequestExpired", "Request has expired.", 400)
    if call.service == "s3":
        return Refused("ExpiredToken", "The provided token has expired.", 400)
    if _speaks_json(call):
        return Refused("ExpiredTokenException", _EXPIRED, 403 if call.protocol == "rest-json" else 400)
    return Refused("ExpiredToken", _EXPIRED, 403)
