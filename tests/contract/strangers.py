"""Others in the account whose things look like the plan's: another environment, another plan, another tool, and nobody."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from provisioner.aws.ownership import Ownership
from provisioner.resource import Resource, as_tags, shown
from provisioner.resources.ec2.security_group_rule_set import CLAIM
from provisioner.value import Mapped, Ref
from tests.conftest import OWNERSHIP

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.engine.preview import Action


class Stranger(NamedTuple):
    """Somebody else, and what is left on their things: None leaves provisioner's own tags and marks of theirs."""

    name: str
    ownership: Ownership
    tags: Mapping[str, str] | None = None
    words: str = ""
    """What stands where a mark stood; `{}` is the mark that ours would have."""


TERRAFORM = {"Name": "shop-one-test", "ManagedBy": "terraform", "provisioner": "shop", "environment": "test"}

# AWS gives these as many times as it is asked: all that tells them apart is in their tags.
_WITHOUT_NAMES = frozenset(
    {
        *("Vpc", "Subnet", "InternetGateway", "ElasticIp", "NatGateway", "RouteTable", "NetworkAcl", "DefaultNetworkAcl"),
        *("VpcEndpoint", "SecurityGroup", "SecurityGroupRules", "DefaultSecurityGroup", "HostedZone", "RecordSet"),
        *("Certificate", "DbParameterGroup", "DbClusterParameterGroup"),
    }
)


def strangers(kinds: set[str]) -> list[Stranger]:
    """Everybody whose things could be taken for ours, for a step that needs steps of these types."""
    same = kinds <= _WITHOUT_NAMES
    # Names that begin and end so are by our own convention, too.
    alike = [OWNERSHIP.prefix if same else f"{OWNERSHIP.prefix}-{letter}" for letter in "abc"]
    return [
        Stranger("an environment that begins and ends like ours", owner(environment="test-test")),
        Stranger("a plan that begins and ends like ours", owner(plan="shop-shop", prefix=alike[0])),
        Stranger("another tool", owner(plan="theirs", prefix=alike[1]), TERRAFORM, "{} and others"),
        Stranger("nobody", owner(plan="nobodys", prefix=alike[2]), {}, "Copied from {}"),
    ]


def owner(**other: Any) -> Ownership:
    """Somebody who differs from us in this."""
    return dataclasses.replace(OWNERSHIP, **other)


# -- the same steps for somebody else

# Values that AWS takes once in an account, by the field that holds them.
_ONCE: dict[tuple[str, str], Callable[[Any, str], Any]] = {
    ("LogGroup", "log_group_name"): lambda name, who: f"{name}-{who}",
    ("DeliveryStream", "delivery_stream_name"): lambda name, who: f"{name}-{who}",
    ("Distribution", "aliases"): lambda names, who: tuple(f"{who}.{name}" for name in names),
    ("WebAcl", "associations"): lambda arns, who: tuple(arn.replace("/stages", f"-{who}/stages") for arn in arns),
}


class Rebuilding:
    """A step and all that it refers to, as somebody else would write them: names in them are by their convention."""

    def __init__(self, ownership: Ownership, same: Resource | None = None) -> None:
        """With `same`, that step bears the very name that it has for us, and all else another one."""
        self._ownership, self._same = ownership, same
        self._made: dict[int, Resource] = {}
        self._kept: list[Any] = []

    def step(self, step: Resource) -> Resource:
        if id(step) not in self._made:
            self._kept.append(step)
            names = [field.name for field in dataclasses.fields(step) if field.init and field.name != "name"]
            fields = {name: self._field(step, name) for name in names}
            self._made[id(step)] = dataclasses.replace(step, name=step.name + self._ending(step), **fields)
        return self._made[id(step)]

    def _ending(self, step: Resource) -> str:
        return "" if self._same in (None, step) else "-theirs"

    def _field(self, step: Resource, name: str) -> Any:
        value = self._value(getattr(step, name), self._ending(step))
        once = _ONCE.get((type(step).__name__, name)) if step is not self._same else None
        return once(value, f"{self._ownership.plan}-{self._ownership.environment}") if once and value else value

    def _value(self, value: Any, ending: str) -> Any:
        if isinstance(value, Resource):
            return self.step(value)
        if isinstance(value, Ref):
            return dataclasses.replace(value, step=self._value(value.step, ending))
        if isinstance(value, Mapped):
            return dataclasses.replace(value, sources=tuple(self._value(one, ending) for one in value.sources))
        if isinstance(value, Mapping):
            return {self._value(key, ending): self._value(item, ending) for key, item in value.items()}
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*(self._value(one, ending) for one in value))
        if isinstance(value, list | tuple | set | frozenset):
            return type(value)(self._value(one, ending) for one in value)
        if not isinstance(value, str):
            return value
        name = rf"{self._ownership.prefix}-\1{ending}-{self._ownership.environment}"
        return re.sub(r"\bshop-([\w-]+?)-test\b", name, value)


# -- taking provisioner's tags and marks off again


def disown(aws: Aws, action: Action, kind: type[Resource], stranger: Stranger) -> None:
    """Leave on a thing of a stranger's what the stranger's own tool would have put there, with plain boto3."""
    live: Any = action.live
    service = kind.__module__.split(".")[2]
    client = aws.connection.client(service.rstrip("_"), aws.region, once=False)
    words = stranger.words.format(f"provisioner plan=shop environment=test step={action.step}")
    if kind.taggable():
        _untag(client, service, kind, live, stranger.tags or {})
    if kind.__name__ in _REWORD:
        _REWORD[kind.__name__](client, live, words)


def _untag(client: Any, service: str, kind: type[Resource], live: Any, tags: Mapping[str, str]) -> None:
    arn = getattr(kind, "arn", kind.id).path
    put = _PUT_INSTEAD[kind.__name__ if kind.__name__ in _PUT_INSTEAD else service]
    put(client, shown(arn, live), list(as_tags(shown("Tags", live))), tags, live)


def _pairs(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in tags.items()]


def _keys(names: list[str]) -> list[dict[str, str]]:
    return [{"Key": name} for name in names]


def _calls(
    untag: str, tag: str, by: str, keys: str = "TagKeys", tags: str = "Tags", path: str = "@", spelt: Any = _pairs
) -> Any:
    """For services that take an id and keys to take tags off, and an id and tags to put them."""

    def put(client: Any, arn: str, gone: list[str], instead: Mapping[str, str], live: Any) -> None:
        identity = arn if path == "@" else shown(path, live)
        getattr(client, untag)(**{by: identity, keys: gone})
        if instead:
            getattr(client, tag)(**{by: identity, tags: spelt(instead)})

    return put


def _ec2(client: Any, arn: str, gone: list[str], instead: Mapping[str, str], live: Any) -> None:
    identity = re.split("[:/]", arn)[-1]
    client.delete_tags(Resources=[identity], Tags=_keys(gone))
    if instead:
        client.create_tags(Resources=[identity], Tags=_pairs(instead))


def _autoscaling(client: Any, arn: str, gone: list[str], instead: Mapping[str, str], live: Any) -> None:
    of = {"ResourceId": live["AutoScalingGroupName"], "ResourceType": "auto-scaling-group"}
    client.delete_tags(Tags=[{**of, **one} for one in _keys(gone)])
    if instead:
        client.create_or_update_tags(Tags=[{**of, **one, "PropagateAtLaunch": False} for one in _pairs(instead)])


def _elbv2(client: Any, arn: str, gone: list[str], instead: Mapping[str, str], live: Any) -> None:
    client.remove_tags(ResourceArns=[arn], TagKeys=gone)
    if instead:
        client.add_tags(ResourceArns=[arn], Tags=_pairs(instead))


def _acm(client: Any, arn: str, gone: list[str], instead: Mapping[str, str], live: Any) -> None:
    client.remove_tags_from_certificate(CertificateArn=arn, Tags=_keys(gone))
    if instead:
        client.add_tags_to_certificate(CertificateArn=arn, Tags=_pairs(instead))


def _cloudfront(client: Any, arn: str, gone: list[str], instead: Mapping[str, str], live: Any) -> None:
    client.untag_resource(Resource=arn, TagKeys={"Items": gone})
    if instead:
        client.tag_resource(Resource=arn, Tags={"Items": _pairs(instead)})


def _cloudtrail(client: Any, arn: str, gone: list[str], instead: Mapping[str, str], live: Any) -> None:
    client.remove_tags(ResourceId=arn, TagsList=_keys(gone))
    if instead:
        client.add_tags(ResourceId=arn, TagsList=_pairs(instead))


def _route53(client: Any, arn: str, gone: list[str], instead: Mapping[str, str], live: Any) -> None:
    given: Any = {"AddTags": _pairs(instead)} if instead else {}
    client.change_tags_for_resource(ResourceType="hostedzone", ResourceId=live["Id"], RemoveTagKeys=gone, **given)


def _bucket(client: Any, arn: str, gone: list[str], instead: Mapping[str, str], live: Any) -> None:
    client.put_bucket_tagging(Bucket=live["Name"], Tagging={"TagSet": _pairs(instead)})


def _object(client: Any, arn: str, gone: list[str], instead: Mapping[str, str], live: Any) -> None:
    client.delete_object_tagging(Bucket=live["Bucket"], Key=live["Key"])
    if instead:
        client.put_object_tagging(Bucket=live["Bucket"], Key=live["Key"], Tagging={"TagSet": _pairs(instead)})


_PUT_INSTEAD: dict[str, Any] = {
    "acm": _acm,
    "autoscaling": _autoscaling,
    "cloudfront": _cloudfront,
    "cloudtrail": _cloudtrail,
    "cloudwatch": _calls("untag_resource", "tag_resource", "ResourceARN"),
    "ec2": _ec2,
    "elbv2": _elbv2,
    "firehose": _calls("untag_delivery_stream", "tag_delivery_stream", "DeliveryStreamName", path="DeliveryStreamName"),
    "kms": _calls(
        "untag_resource", "tag_resource", "KeyId", path="KeyId", spelt=lambda tags: _pairs(tags, "TagKey", "TagValue")
    ),
    "lambda_": _calls("untag_resource", "tag_resource", "Resource", spelt=dict),
    "logs": _calls("untag_resource", "tag_resource", "resourceArn", "tagKeys", "tags", spelt=dict),
    "rds": _calls("remove_tags_from_resource", "add_tags_to_resource", "ResourceName"),
    "route53": _route53,
    "secretsmanager": _calls("untag_resource", "tag_resource", "SecretId"),
    "sns": _calls("untag_resource", "tag_resource", "ResourceArn"),
    "wafv2": _calls("untag_resource", "tag_resource", "ResourceARN"),
    "Bucket": _bucket,
    "BucketObject": _object,
    "InstanceProfile": _calls(
        "untag_instance_profile", "tag_instance_profile", "InstanceProfileName", path="InstanceProfileName"
    ),
    "ManagedPolicy": _calls("untag_policy", "tag_policy", "PolicyArn"),
    "Role": _calls("untag_role", "tag_role", "RoleName", path="RoleName"),
}


def _describe_control(client: Any, live: Any, words: str) -> None:
    found = client.get_origin_access_control(Id=live["Id"])
    config = {**found["OriginAccessControl"]["OriginAccessControlConfig"], "Description": words}
    client.update_origin_access_control(Id=live["Id"], IfMatch=found["ETag"], OriginAccessControlConfig=config)


def _describe_headers(client: Any, live: Any, words: str) -> None:
    found = client.get_response_headers_policy(Id=live["Id"])
    config = {**found["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"], "Comment": words}
    client.update_response_headers_policy(Id=live["Id"], IfMatch=found["ETag"], ResponseHeadersPolicyConfig=config)


def _identify_policy(client: Any, live: Any, words: str) -> None:
    client.put_bucket_policy(Bucket=live["Bucket"], Policy=json.dumps({**live["Policy"], "Id": words}))


def _mark_record(client: Any, live: Any, words: str) -> None:
    mark = {**live["MarkRecord"], "ResourceRecords": [{"Value": f'"{words}"'}]}
    changes = [{"Action": "UPSERT", "ResourceRecordSet": mark}]
    client.change_resource_record_sets(HostedZoneId=live["HostedZoneId"], ChangeBatch={"Changes": changes})


def _claim_rules(client: Any, live: Any, words: str) -> None:
    client.create_tags(Resources=[live["GroupId"]], Tags=[{"Key": CLAIM, "Value": words}])


def _label_value(client: Any, live: Any, words: str) -> None:
    [(label, version)] = live["Labels"].items()
    about = {"SecretId": live["SecretId"]}
    client.update_secret_version_stage(**about, VersionStage=label, RemoveFromVersionId=version)
    client.update_secret_version_stage(**about, VersionStage=f"host,port {words}", MoveToVersionId=version)


def _comment_zone(client: Any, live: Any, words: str) -> None:
    client.update_hosted_zone_comment(Id=live["Id"], Comment=words)


# Where there is room for words, they speak of the very mark that ours would have.
_REWORD: dict[str, Callable[[Any, Any, str], None]] = {
    "BucketPolicy": _identify_policy,
    "HostedZone": _comment_zone,
    "OriginAccessControl": _describe_control,
    "RecordSet": _mark_record,
    "ResponseHeadersPolicy": _describe_headers,
    "SecretValue": _label_value,
    "SecurityGroupRules": _claim_rules,
}
