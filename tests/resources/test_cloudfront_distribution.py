from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from moto.backends import get_backend

from provisioner.aws.retry import Meaning
from provisioner.errors import CallFailed, PlanError
from provisioner.resource import PENDING, READY
from provisioner.resources.cloudfront.distribution import Distribution
from provisioner.resources.cloudfront.managed_policies import CACHING_DISABLED, CACHING_OPTIMIZED
from provisioner.resources.cloudfront.origin_access_control import OriginAccessControl
from provisioner.resources.cloudfront.parts import CacheBehavior, Origin, OriginGroup, ViewerCertificate
from provisioner.resources.s3.bucket import Bucket
from provisioner.secret import Secret

from .in_aws import errors, outcome, teardown, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

CERTIFICATE = ViewerCertificate("arn:aws:acm:us-east-1:123456789012:certificate/example")
WEB = Origin("www.example.com")


def cdn(name: str = "cdn", **more: Any) -> Distribution:
    usual = {"origins": {"web": WEB}, "default_cache_behavior": CacheBehavior("web", CACHING_OPTIMIZED)}
    return Distribution(name, **{**usual, **more})


def change(aws: Aws, live: Any, **members: Any) -> None:
    """What another hand does to a distribution's configuration."""
    current = aws.cloudfront.get_distribution_config(Id=live["Id"])
    config: Any = {**current["DistributionConfig"], **members}
    aws.cloudfront.update_distribution(Id=live["Id"], IfMatch=current["ETag"], DistributionConfig=config)


def foreign(aws: Aws, *, old: bool) -> str:
    """Somebody else's distribution, made now or long ago."""
    behavior = {"TargetOriginId": "web", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": CACHING_DISABLED}
    kind = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    origins = {"Quantity": 1, "Items": [{"Id": "web", "DomainName": "example.com", "CustomOriginConfig": kind}]}
    config: Any = {"CallerReference": "theirs", "Comment": "", "Enabled": True, "Origins": origins}
    config["DefaultCacheBehavior"] = behavior
    made = aws.cloudfront.create_distribution(DistributionConfig=config)
    arn: str = made["Distribution"]["ARN"]
    if old:
        age(made["Distribution"]["Id"])
    return arn


def age(distribution: str) -> None:
    moto: Any = get_backend("cloudfront")["123456789012"]["aws"].distributions[distribution]
    moto.last_modified_time -= timedelta(days=1)


def test_a_killed_run_and_the_one_that_goes_on_send_the_same_reference(aws: Aws, embedded: Running) -> None:
    def reference(step: Distribution, attempt: str) -> str:
        embedded.reset()
        made: Any = step.create(aws.attempting(attempt))
        assert writes(embedded) == ["CreateDistributionWithTags"]
        return str(made["DistributionConfig"]["CallerReference"])

    first = reference(cdn(tags={"a": "b"}), "one")
    assert first == reference(cdn(tags={"a": "b"}), "one")
    assert len({first, reference(cdn(tags={"a": "b"}), "two"), reference(cdn(tags={"a": "b"}, comment="x"), "one")}) == 3


def test_what_nobody_spoke_of_is_no_drift_and_stays(aws: Aws, embedded: Running) -> None:
    live = up(aws, cdn())["cdn"]
    [origin] = aws.cloudfront.get_distribution_config(Id=live["Id"])["DistributionConfig"]["Origins"]["Items"]
    change(aws, live, Origins={"Quantity": 1, "Items": [{**origin, "ConnectionAttempts": 1}]})
    assert to_do(aws, cdn()) == {}
    before = len(embedded.calls)
    shown = up(aws, cdn(comment="Ours"))["cdn"]
    assert writes(embedded, before) == ["UpdateDistribution"]
    assert shown["DistributionConfig"]["Origins"][0]["ConnectionAttempts"] == 1


def test_the_order_of_behaviours_is_a_wish_and_that_of_origins_is_not(aws: Aws) -> None:
    one, two = CacheBehavior("web", CACHING_DISABLED), CacheBehavior("api", CACHING_OPTIMIZED)
    api = Origin("api.example.com")
    up(aws, cdn(origins={"web": WEB, "api": api}, cache_behaviors={"/a/*": one, "/*/b": two}))
    assert to_do(aws, cdn(origins={"api": api, "web": WEB}, cache_behaviors={"/a/*": one, "/*/b": two})) == {}
    turned = cdn(origins={"web": WEB, "api": api}, cache_behaviors={"/*/b": two, "/a/*": one})
    assert list(to_do(aws, turned)["Distribution/cdn"]) == ["cache_behaviors"]
    shown = up(aws, turned)["cdn"]["DistributionConfig"]["CacheBehaviors"]
    assert [behavior["PathPattern"] for behavior in shown] == ["/*/b", "/a/*"]


def test_a_stale_etag_is_read_again(aws: Aws, embedded: Running) -> None:
    up(aws, cdn())
    before = len(embedded.calls)
    with refusing(embedded, "UpdateDistribution", "PreconditionFailed", status=412, times=1):
        up(aws, cdn(comment="Ours"))
    read = [call.operation for call in list(embedded.calls)[before:] if call.operation == "GetDistributionConfig"]
    assert len(read) == 2


def test_a_stale_etag_is_a_lost_race(aws: Aws) -> None:
    live = up(aws, cdn())["cdn"]
    up(aws, cdn(enabled=False))
    stale = {**live, "DistributionConfig": {**live["DistributionConfig"], "Enabled": False}}
    with pytest.raises(CallFailed) as refusal:
        Distribution.delete(aws, stale)
    assert refusal.value.meaning is Meaning.RACE


def test_a_distribution_is_disabled_and_then_deleted_with_its_newest_etag(aws: Aws, embedded: Running) -> None:
    up(aws, cdn())
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before) == ["UpdateDistribution", "DeleteDistribution"]


def test_nothing_is_done_to_a_disabled_one_until_that_is_deployed(aws: Aws, embedded: Running) -> None:
    live = up(aws, cdn(enabled=False))["cdn"]
    before = len(embedded.calls)
    Distribution.delete(aws, {**live, "Status": "InProgress"})
    assert list(embedded.calls)[before:] == []
    Distribution.delete(aws, live)
    assert writes(embedded, before) == ["DeleteDistribution"]


def test_a_missing_distribution_counts_as_deleted(aws: Aws) -> None:
    live = up(aws, cdn())["cdn"]
    teardown(aws)
    Distribution.delete(aws, live)
    Distribution.delete(aws, {**live, "DistributionConfig": {**live["DistributionConfig"], "Enabled": False}})


def test_a_header_between_distribution_and_origin_is_compared_and_never_shown(aws: Aws) -> None:
    word, other = Secret("not-for-everybodys-eyes"), Secret("nor-this-one-for-theirs")

    def with_header(value: Secret) -> Distribution:
        return cdn(origins={"web": WEB._replace(custom_headers={"X-From": value})})

    live = up(aws, with_header(word))["cdn"]
    assert word.reveal() not in repr(live)
    wanted = to_do(aws, with_header(other))["Distribution/cdn"]
    assert list(wanted) == ["origins"]
    assert not any(value.reveal() in repr(wanted) for value in (word, other))
    up(aws, with_header(other))
    [origin] = aws.cloudfront.get_distribution_config(Id=live["Id"])["DistributionConfig"]["Origins"]["Items"]
    assert origin["CustomHeaders"]["Items"] == [{"HeaderName": "X-From", "HeaderValue": other.reveal()}]


def test_only_what_may_be_ours_is_asked_for_its_tags(aws: Aws, embedded: Running) -> None:
    up(aws, cdn())
    [ours] = Distribution.living(aws)
    age(ours["Id"])
    foreign(aws, old=True)
    before = len(embedded.calls)
    assert [found["Id"] for found in Distribution.living(aws)] == [ours["Id"]]
    asked = [call.parameters["Resource"] for call in list(embedded.calls)[before:] if call.operation == "ListTagsForResource"]
    assert asked == [ours["ARN"]]


def test_a_young_one_is_found_though_the_index_of_tags_lags(aws: Aws, embedded: Running) -> None:
    up(aws, cdn())
    foreign(aws, old=False)
    with answering(embedded, "GetResources", {"ResourceTagMappingList": [], "PaginationToken": ""}):
        assert to_do(aws, cdn()) == {}
        assert len(list(Distribution.living(aws))) == 1


def test_one_that_the_index_still_shows_though_it_is_gone_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, cdn())
    with refusing(embedded, "ListTagsForResource", "NoSuchResource", status=404):
        assert list(Distribution.living(aws)) == []


def test_a_reference_that_was_used_before_is_looked_for(aws: Aws, embedded: Running) -> None:
    with refusing(embedded, "CreateDistributionWithTags", "DistributionAlreadyExists", status=409, times=1):
        assert "not this plan's" in errors(outcome(aws, cdn()))["Distribution/cdn"]
    up(aws, cdn())


def test_it_waits_for_its_control_and_goes_before_it_and_before_the_bucket(aws: Aws, embedded: Running) -> None:
    site, control = Bucket("site"), OriginAccessControl("site")
    steps = (site, control, cdn(origins={"web": Origin(site.regional_domain_name, control)}))
    up(aws, *steps)
    before = len(embedded.calls)
    teardown(aws)
    gone = writes(embedded, before)
    assert gone[:2] == ["UpdateDistribution", "DeleteDistribution"]
    assert sorted(gone[2:]) == ["DeleteBucket", "DeleteOriginAccessControl"]


@pytest.mark.parametrize(("status", "stands"), [("InProgress", PENDING), ("Deployed", READY)])
def test_where_it_stands(status: str, stands: Any) -> None:
    assert Distribution.state({"Status": status}) is stands


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"default_cache_behavior": CacheBehavior("wep", CACHING_OPTIMIZED)},
            "default_cache_behavior goes to 'wep', and there are web",
        ),
        ({"cache_behaviors": {"/a": CacheBehavior("api", CACHING_OPTIMIZED)}}, "/a goes to 'api', and there are web"),
        ({"origin_groups": {"both": OriginGroup(("web", "api"))}}, "origin group both has the member 'api', and there are web"),
        ({"aliases": ("www.example.com",)}, "aliases need a viewer_certificate"),
        ({"aliases": ("www.example.com",), "viewer_certificate": ViewerCertificate()}, "aliases need a viewer_certificate"),
    ],
)
def test_parts_that_do_not_fit_make_a_wrong_plan(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanError, match=f"Distribution/cdn: {said}"):
        cdn(**fields)


def test_a_behaviour_may_go_to_a_group(aws: Aws) -> None:
    origins = {"web": WEB, "spare": Origin("spare.example.com")}
    group = {"both": OriginGroup(("web", "spare"))}
    up(aws, cdn(origins=origins, origin_groups=group, default_cache_behavior=CacheBehavior("both", CACHING_OPTIMIZED)))


def test_an_alias_of_another_distribution_is_refused(aws: Aws) -> None:
    aliases: dict[str, Any] = {"aliases": ("www.example.com",), "viewer_certificate": CERTIFICATE}
    up(aws, cdn(**aliases))
    result = errors(outcome(aws, cdn(**aliases), cdn("other", **aliases)))
    assert list(result) == ["Distribution/other"]
    assert "CNAMEAlreadyExists" in result["Distribution/other"]
