"""Wire formats: from an HTTP request to a `Call`, from an `Answer` to an HTTP response, and back.

AWS speaks five protocols (ec2, query, json, rest-json, rest-xml). botocore's service models say which ones a service speaks
and how each operation looks in it; moto parses requests and writes results by them, botocore parses responses. A service
that speaks several answers in the one that it is asked in: older SDKs know but its older one. Only errors are written here,
since their shapes are not modelled for most services.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast
from xml.sax.saxutils import escape

from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from moto.iam.models import get_account_id_from
from werkzeug.datastructures import Headers

from .call import Answer, Call, Refused, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.model import OperationModel

_SCOPE = re.compile(r"Credential=(?P<key>[^/,]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")

# The name a request is signed for is not always the name of the service in botocore.
_SIGNED_AS = {
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
    "email": "ses",
    "states": "stepfunctions",
    "servicequotas": "service-quotas",
}


@dataclass(frozen=True)
class Reply:
    """An HTTP response, as bytes."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""


def signature(environ: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Access key, region and service that a request is signed for (Signature Version 4), or None if it is not signed."""
    match = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return (match["key"], match["region"], match["service"]) if match else None


def decode_call(environ: Mapping[str, Any], body: bytes) -> Call | None:
    """The call that a request makes; None where no service model knows it (moto then answers alone)."""
    signed = signature(environ)
    if signed is None:
        return None
    key, region, signing_name = signed
    request = Request({**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    service = _service(signing_name, request)
    try:
        router = get_service_router(service)
        operation, uri_parameters = router.match(request)
        protocol = determine_request_protocol(operation.service_model, request.content_type)
        parameters = _parameters(protocol, operation, request, body, uri_parameters)
    except Exception:  # noqa: BLE001 - an unknown service or a request that is not in its format: moto's to answer
        return None
    account = request.headers.get("x-moto-account-id") or get_account_id_from(key)
    agent = request.headers.get("User-Agent", "")
    return Call(service, operation.name, parameters, region, account, agent, protocol, key, operation)


def _service(signing_name: str, request: Request) -> str:
    if signing_name == "s3" and request.path.startswith("/v20180820/"):
        return "s3control"
    if signing_name == "dynamodb" and request.headers.get("X-Amz-Target", "").startswith("DynamoDBStreams"):
        return "dynamodbstreams"
    if signing_name == "elasticloadbalancing" and request.values.get("Version") == "2012-06-01":
        return "elb"
    return _SIGNED_AS.get(signing_name, signing_name)


def _parameters(protocol: str, operation: OperationModel, request: Request, body: bytes, uri: dict[str, Any]) -> dict[str, Any]:
    parsed = PROTOCOL_PARSERS[protocol](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": body,
            "url_path": request.path,
            "url_params": uri,
        }
    )
    return {name: value for name, value in (parsed or {}).items() if value is not None}


def decode_reply(call: Call, reply: Reply) -> Answer:
    """Moto's response to a call as an answer, parsed when it is first looked at."""
    model = _model(call)

    def read() -> Result | Refused:
        parser: Any = create_parser(_protocol(call))
        raw = {"status_code": reply.status, "headers": HeadersDict(reply.headers.items()), "body": reply.body}
        result: Result = parser.parse(raw, model.output_shape)
        result.pop("ResponseMetadata", None)
        if reply.status >= 300:
            error = result.get("Error", {})
            return Refused(str(error.get("Code") or reply.status), error.get("Message") or "", reply.status)
        return result

    return Answer(read, raw=reply)


def encode(call: Call, answer: Answer) -> Reply:
    """An answer in the wire format of the call's service; what moto wrote itself stays as it is."""
    if answer.raw is not None:
        return answer.raw
    request_id = str(uuid.uuid4())
    content = answer.content
    if isinstance(content, Refused):
        return _encode_error(_protocol(call), call.service, content, request_id)
    model = _model(call)
    serializer = get_serializer_class(call.service, _protocol(call))(model, SerializationContext(request_id))
    written = serializer.serialize(content)
    body = written["body"]
    headers = Headers({**written["headers"], "x-amzn-requestid": request_id})
    return Reply(written["status_code"], headers, body if isinstance(body, bytes) else body.encode())


def _encode_error(protocol: str, service: str, error: Refused, request_id: str) -> Reply:
    headers = Headers({"x-amzn-requestid": request_id})
    if protocol in ("json", "rest-json"):
        headers["Content-Type"] = "application/x-amz-json-1.1" if protocol == "json" else "application/json"
        headers["x-amzn-errortype"] = error.code
        body = json.dumps({"__type": error.code, "message": error.message})
    else:
        headers["Content-Type"] = "text/xml"
        inner = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
        body = _error_frame(protocol, service).format(inner=inner, request_id=request_id)
    return Reply(error.status, headers, body.encode())


@cache
def _error_frame(protocol: str, service: str) -> str:
    if protocol == "ec2":
        return "<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    if service == "s3":
        return "<Error>{inner}<RequestId>{request_id}</RequestId><HostId>embedded</HostId></Error>"
    return "<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"


def _model(call: Call) -> OperationModel:
    if call.model is None:
        return cast("OperationModel", get_service_model(call.service).operation_model(call.operation))
    return call.model


def _protocol(call: Call) -> str:
    return call.protocol or str(get_service_model(call.service).resolved_protocol)
