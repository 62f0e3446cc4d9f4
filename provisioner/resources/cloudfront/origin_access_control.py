"""CloudFront's signature on its requests to an origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...aws.ownership import fitted
from ...resource import Output, Resource, attr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_cloudfront.literals import (
        OriginAccessControlOriginTypesType,
        OriginAccessControlSigningBehaviorsType,
        OriginAccessControlSigningProtocolsType,
    )

    from ...aws.account import Aws
    from ...resource import Changes, Live


class OriginAccessControl(Resource):
    """Lets a distribution sign its requests to an origin, so that a bucket can refuse everybody else.

    AWS: CloudFront CreateOriginAccessControl. It takes no tags; its description says whose it is. Its name is unique in the
    account. Changed and deleted with its newest ETag only, and not deleted while a distribution uses it.
    """

    origin_access_control_origin_type: OriginAccessControlOriginTypesType = attr("OriginAccessControlOriginType", default="s3")
    signing_behavior: OriginAccessControlSigningBehaviorsType = attr("SigningBehavior", default="always")
    signing_protocol: OriginAccessControlSigningProtocolsType = attr("SigningProtocol", default="sigv4")

    id = Output("Id")
    mark = "Description"

    regional = False

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for page in aws.cloudfront.get_paginator("list_origin_access_controls").paginate():
            yield from page["OriginAccessControlList"].get("Items", ())

    def create(self, aws: Aws) -> Live | None:
        made = aws.cloudfront.create_origin_access_control(OriginAccessControlConfig=self._config(aws))["OriginAccessControl"]
        return {"Id": made["Id"], **made["OriginAccessControlConfig"]}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        current = aws.cloudfront.get_origin_access_control(Id=live["Id"])
        config: Any = {**current["OriginAccessControl"]["OriginAccessControlConfig"], **self._config(aws)}
        aws.cloudfront.update_origin_access_control(Id=live["Id"], IfMatch=current["ETag"], OriginAccessControlConfig=config)

    def _config(self, aws: Aws) -> Any:
        return {
            "Name": fitted(aws.named(self), "", 64),
            "Description": aws.mark(self),
            "OriginAccessControlOriginType": self.origin_access_control_origin_type,
            "SigningBehavior": self.signing_behavior,
            "SigningProtocol": self.signing_protocol,
        }

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        if current := aws.maybe(lambda: aws.cloudfront.get_origin_access_control(Id=live["Id"])):
            aws.cloudfront.delete_origin_access_control(Id=live["Id"], IfMatch=current["ETag"])
