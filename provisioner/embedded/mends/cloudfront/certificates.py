"""Certificates of distributions: from ACM in us-east-1, and issued."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused
from ..mending import Mends, backend

mends = Mends("cloudfront")


@mends.first("CreateDistribution", "CreateDistributionWithTags", "UpdateDistribution")
def certificate_is_issued(call: Call, _: Any) -> None:
    """AWS: a certificate that is not issued, or of another region, is none. One that ACM never heard of is let pass."""
    tagged = call.parameters.get("DistributionConfigWithTags", call.parameters)
    arn = str(tagged["DistributionConfig"].get("ViewerCertificate", {}).get("ACMCertificateArn", ""))
    region = arn.split(":")[3] if arn.count(":") > 3 else "us-east-1"
    found = backend(Call("acm", "", {}, region, call.account))._certificates.get(arn)
    if found is not None and (region != "us-east-1" or found.status != "ISSUED"):
        message = (
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, "
            "or doesn't include a valid certificate chain."
        )
        raise Refused("InvalidViewerCertificate", message)
