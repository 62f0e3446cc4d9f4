"""The headers that CloudFront adds to its answers, or takes out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import Output, Resource, Value, attr
from .config import plain
from .response_headers import CustomHeader, counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .response_headers import Cors, SecurityHeaders, ServerTiming

_LONGEST_COMMENT = 128


def _one(part: Any) -> Any:
    spelt = part.spelt() if hasattr(part, "spelt") else part
    # CloudFront may show as not enabled what there is none of.
    return {} if spelt.get("Enabled") is False else norm.said(plain(spelt))


def _custom(headers: Any) -> Any:
    """Headers by name; what CloudFront shows is a list."""
    if isinstance(headers, Mapping):
        return {name: tuple(header) for name, header in headers.items()}
    return {header["Header"]: (header["Value"], header["Override"]) for header in headers}


class ResponseHeadersPolicy(Resource):
    """A policy that behaviours of distributions name: security headers, CORS, headers of one's own, and headers to remove.

    Each part that is given is owned whole, an empty one is a wish for none, and None leaves it to others. CloudFront's own
    policies stand in `managed_policies` and need no step.

    AWS: CloudFront CreateResponseHeadersPolicy. It takes no tags; its comment says whose it is. Its name is unique in the
    account. Changed (only as a whole) and deleted with its newest ETag, and not deleted while a distribution uses it.
    """

    security_headers_config: SecurityHeaders | None = attr("SecurityHeadersConfig", default=None, norm=_one)
    cors_config: Cors | None = attr("CorsConfig", default=None, norm=_one)
    custom_headers_config: Value[Mapping[str, CustomHeader] | None] = attr(
        "CustomHeadersConfig.Items", default=None, norm=_custom
    )
    remove_headers_config: Sequence[str] | None = attr("RemoveHeadersConfig.Items[].Header", default=None, norm=norm.unordered)
    server_timing_headers_config: ServerTiming | None = attr("ServerTimingHeadersConfig", default=None, norm=_one)

    id = Output("Id")
    mark = "Comment"

    regional = False
    longest_name = 128

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        page: dict[str, Any] = {}
        while True:
            # botocore has no paginator for these.
            found = aws.cloudfront.list_response_headers_policies(Type="custom", **page)["ResponseHeadersPolicyList"]
            for one in found.get("Items", ()):
                yield _document(one["ResponseHeadersPolicy"])
            if not found.get("NextMarker"):
                return
            page = {"Marker": found["NextMarker"]}

    def create(self, aws: Aws) -> Live | None:
        made = aws.cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=self._config(aws, {}))
        return _document(made["ResponseHeadersPolicy"])

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        current = aws.cloudfront.get_response_headers_policy(Id=live["Id"])
        config = self._config(aws, current["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"])
        aws.cloudfront.update_response_headers_policy(
            Id=live["Id"], IfMatch=current["ETag"], ResponseHeadersPolicyConfig=config
        )

    def _config(self, aws: Aws, have: Mapping[str, Any]) -> Any:
        comment = aws.mark(self)
        if len(comment) > _LONGEST_COMMENT:
            raise PlanError(
                f"{self.key}: its comment says whose it is, and CloudFront takes {_LONGEST_COMMENT} characters there: "
                f"{len(comment) - _LONGEST_COMMENT} too many; give the step a shorter name"
            )
        wanted = {name: part for name, part in self._parts().items() if part is not None}
        parts = {name: part for name, part in {**have, **wanted}.items() if part}
        return {**parts, "Name": aws.named(self), "Comment": comment}

    def _parts(self) -> dict[str, Any]:
        """The parts in CloudFront's spelling: None where they are not managed, empty where there are to be none."""
        custom, remove = self.custom_headers_config, self.remove_headers_config
        return {
            "SecurityHeadersConfig": self.security_headers_config and self.security_headers_config.spelt(),
            "CorsConfig": self.cors_config and self.cors_config.spelt(),
            "ServerTimingHeadersConfig": self.server_timing_headers_config and self.server_timing_headers_config.spelt(),
            "CustomHeadersConfig": None if custom is None else _counted(_spelt(name, *one) for name, one in custom.items()),
            "RemoveHeadersConfig": None if remove is None else _counted({"Header": name} for name in remove),
        }

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        if current := aws.maybe(lambda: aws.cloudfront.get_response_headers_policy(Id=live["Id"])):
            aws.cloudfront.delete_response_headers_policy(Id=live["Id"], IfMatch=current["ETag"])


def _spelt(name: str, value: Any, override: bool) -> dict[str, Any]:
    return {"Header": name, "Value": value, "Override": override}


def _counted(items: Iterable[Any]) -> dict[str, Any]:
    listed = list(items)
    return counted(listed) if listed else {}


def _document(policy: Any) -> Live:
    return {**policy["ResponseHeadersPolicyConfig"], "Id": policy["Id"]}
