"""What tags may be, in every service: how many, how long, and not AWS's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..call import Behaviour, Refused
from .finding import at

if TYPE_CHECKING:
    from ..call import Answer, Call

_MOST, _LONGEST_KEY, _LONGEST_VALUE = 50, 128, 256


class _Tagged(NamedTuple):
    """Where a service's calls have tags, the words for a tag that is none, and the code for too many (empty: moto knows)."""

    paths: tuple[str, ...]
    invalid: str
    too_many: str
    words: str = "Tag keys starting with 'aws:' are reserved for system use: {}"
    key: str = "Key"


class Tags(Behaviour):
    """Refuses tags that AWS would not take. AWS: "Tag naming limits and requirements"."""

    def before(self, call: Call) -> Answer | None:
        tagged = _SERVICES.get(call.service)
        if tagged is None or call.is_read or call.operation.startswith(("Delete", "Remove", "Untag")):
            return None
        for path in tagged.paths:
            _refuse(tagged, *_pairs(call, tagged, path))
        return None


def _pairs(call: Call, tagged: _Tagged, path: str) -> tuple[list[str], list[str]]:
    steps = path.split(".")
    found = call.parameters.get(steps[0])
    if isinstance(found, dict) and tagged.key == "*":
        return list(found), list(found.values())
    return list(at(call.parameters, *steps, tagged.key)), list(at(call.parameters, *steps, tagged.key.replace("Key", "Value")))


def _refuse(tagged: _Tagged, keys: list[str], values: list[str]) -> None:
    for key in keys:
        if key.lower().startswith("aws:"):
            raise Refused(tagged.invalid, tagged.words.replace("{}", key))
        if not 0 < len(key) <= _LONGEST_KEY:
            raise Refused(tagged.invalid, f"Tag keys are 1 to {_LONGEST_KEY} characters long: {key}")
    if any(len(value) > _LONGEST_VALUE for value in values):
        raise Refused(tagged.invalid, f"Tag values are at most {_LONGEST_VALUE} characters long")
    if len(set(keys)) > _MOST and tagged.too_many:
        raise Refused(tagged.too_many, f"The maximum number of tags of a resource is {_MOST}")


_EC2_WORDS = "Value ( {} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use"
_SERVICES = {
    "acm": _Tagged(("Tags",), "InvalidTagException", "TooManyTagsException"),
    "autoscaling": _Tagged(("Tags",), "ValidationError", "LimitExceeded"),
    "cloudfront": _Tagged(("DistributionConfigWithTags.Tags.Items", "Tags.Items"), "InvalidTagging", "InvalidTagging"),
    "cloudtrail": _Tagged(("TagsList",), "InvalidTagParameterException", "TagsLimitExceededException"),
    "cloudwatch": _Tagged(("Tags",), "ValidationError", "LimitExceeded"),
    "ec2": _Tagged(("Tags", "TagSpecifications.Tags"), "InvalidParameterValue", "", _EC2_WORDS),
    "elbv2": _Tagged(("Tags",), "ValidationError", ""),
    "firehose": _Tagged(("Tags",), "InvalidArgumentException", "LimitExceededException"),
    "iam": _Tagged(("Tags",), "InvalidInput", "LimitExceeded"),
    "kms": _Tagged(("Tags",), "TagException", "LimitExceededException", key="TagKey"),
    "lambda": _Tagged(("Tags",), "InvalidParameterValueException", "InvalidParameterValueException", key="*"),
    "logs": _Tagged(("tags",), "InvalidParameterException", "TooManyTagsException", key="*"),
    "rds": _Tagged(("Tags",), "InvalidParameterValue", "InvalidParameterValue"),
    "s3": _Tagged(("Tagging.TagSet",), "InvalidTag", "BadRequest", "System tags cannot be added/updated by requester"),
    "secretsmanager": _Tagged(("Tags",), "InvalidParameterException", "LimitExceededException"),
    "sns": _Tagged(("Tags",), "InvalidParameter", "TagLimitExceeded"),
    "wafv2": _Tagged(("Tags",), "WAFInvalidParameterException", "WAFLimitsExceededException"),
}
