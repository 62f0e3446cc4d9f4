"""Names that are taken: in the account, in whichever letters, or by another account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..call import Answer, Behaviour, Call, Refused
from ..mends.mending import backend
from ..mends.wafv2.finding import scoped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable


class _Unique(NamedTuple):
    """What a call makes, by the parameter that names it, and the names that are taken."""

    named_by: str
    taken: Callable[[Call], Iterable[str]]
    code: str
    words: str
    status: int = 400


class Names(Behaviour):
    """Refuses names that are taken, where neither moto nor a mend does.

    `of_others`: the buckets and domain names that other accounts have. AWS: both are unique among all accounts, and a bucket
    of another account is closed.
    """

    def __init__(self, of_others: Collection[str] = ()) -> None:
        self._of_others = frozenset(of_others)

    def before(self, call: Call) -> Answer | None:
        unique = _UNIQUE.get(str(call))
        if unique is not None:
            wanted = call.parameters[unique.named_by]
            # AWS: IAM keeps the letters' case, and does not tell names by it.
            as_told = str.lower if call.service == "iam" else str
            if as_told(wanted) in map(as_told, unique.taken(call)):
                raise Refused(unique.code, unique.words.replace("{}", wanted), unique.status)
        if self._of_others:
            self._refuse_what_others_have(call)
        return None

    def _refuse_what_others_have(self, call: Call) -> None:
        if call.parameters.get("Bucket") in self._of_others and call.service == "s3":
            if call.operation == "CreateBucket":
                words = "The requested bucket name is not available. The bucket namespace is shared by all users of the system."
                raise Refused("BucketAlreadyExists", f"{words} Please select a different name and try again.", 409)
            raise Refused("AccessDenied", "Access Denied", 403)
        if call.service == "cloudfront" and self._of_others & set(_aliases(call)):
            words = "One or more of the CNAMEs you provided are already associated with a different resource."
            raise Refused("CNAMEAlreadyExists", words, 409)


def _aliases(call: Call) -> Iterable[str]:
    tagged = call.parameters.get("DistributionConfigWithTags", call.parameters)
    found: Iterable[str] = tagged.get("DistributionConfig", {}).get("Aliases", {}).get("Items", ())
    return found


def _of(collection: str, place: Callable[[Call], Any] = backend) -> Callable[[Call], Iterable[str]]:
    return lambda call: [one.name for one in getattr(place(call), collection).values()]


_EXISTS = "EntityAlreadyExists"
_WAF = (
    "WAFDuplicateItemException",
    "AWS WAF couldn't perform the operation because some resource in your request is a duplicate of an existing one.",
)

# Load balancers, target groups, groups of Auto Scaling, of security, of RDS and of logs, templates, trails, secrets, functions,
# topics, aliases, policies, profiles, web ACLs and streams are told from each other by moto or by the mends of their service.
_UNIQUE = {
    "iam:CreateRole": _Unique("RoleName", _of("roles"), _EXISTS, "Role with name {} already exists.", 409),
    "iam:CreateUser": _Unique("UserName", _of("users"), _EXISTS, "User with name {} already exists.", 409),
    "iam:CreateGroup": _Unique("GroupName", _of("groups"), _EXISTS, "Group with name {} already exists.", 409),
    "wafv2:CreateIPSet": _Unique("Name", _of("ip_sets", scoped), *_WAF),
    "wafv2:CreateRegexPatternSet": _Unique("Name", _of("regex_pattern_sets", scoped), *_WAF),
    "wafv2:CreateRuleGroup": _Unique("Name", _of("rule_groups", scoped), *_WAF),
}
