"""Which changes another writer can spoil: those that carry a lock, and those that may be lost. Imports nothing of moto."""

from __future__ import annotations

LOCKS = {
    **{
        f"cloudfront:{verb}{kind}": "IfMatch"
        for kind in ("Distribution", "OriginAccessControl", "ResponseHeadersPolicy")
        for verb in ("Update", "Delete")
    },
    **{
        f"wafv2:{verb}{kind}": "LockToken"
        for kind in ("WebACL", "IPSet", "RegexPatternSet", "RuleGroup")
        for verb in ("Update", "Delete")
    },
    "firehose:UpdateDestination": "CurrentDeliveryStreamVersionId",
}
"""The parameter that says which version a change is of."""

LOST = frozenset({"lambda:AddPermission"})
"""Changes that answer well, though another one of the same moment has taken their place."""

RACES = frozenset(LOCKS) | LOST
