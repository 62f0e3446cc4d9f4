"""The ids of the policies that CloudFront itself manages; they are the same in every account."""

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
"""Caches as the origin says, a day if it says nothing; no cookie, header or query string makes a difference."""
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
USE_ORIGIN_CACHE_HEADERS = "83da9c7e-98b4-4e11-a168-04f0df8e2c65"
"""Caches only what the origin allows; cookies and the host make a difference."""

ALL_VIEWER = "216adef6-5c7f-47e4-b989-5493eafa07d3"
"""Origin request policy: everything that the viewer sends."""
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
CORS_S3_ORIGIN = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"

SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"
"""Response headers policy: HSTS, no sniffing, no framing, referrers only within a site."""
