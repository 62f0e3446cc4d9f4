from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resource import READY
from provisioner.resources.cloudtrail.selectors import AdvancedEventSelector, EventSelector
from provisioner.resources.cloudtrail.trail import Trail
from provisioner.resources.iam.role import Role
from provisioner.resources.logs.log_group import LogGroup
from provisioner.resources.s3.bucket import Bucket
from provisioner.resources.sns.topic import Topic
from provisioner.value import text

from .in_aws import errors, outcome, run, teardown, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

SERVICE = {"Service": "cloudtrail.amazonaws.com"}


def policy(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


ARN = "arn:aws:s3:::shop-trails-test-123456789012"
BUCKET = Bucket("trails", policy=policy(["s3:GetBucketAcl", "s3:PutObject"], [ARN, f"{ARN}/*"], Principal=SERVICE))
MANAGEMENT = AdvancedEventSelector("management", {"eventCategory": {"Equals": ["Management"]}})


def trail(**more: Any) -> Trail:
    return Trail("trail", s3_bucket=BUCKET, **more)


def to_logs(name: str) -> tuple[LogGroup, Role]:
    group = LogGroup(name)
    trust = policy("sts:AssumeRole", "*", Principal=SERVICE)
    del trust["Statement"][0]["Resource"]
    writing = policy(["logs:CreateLogStream", "logs:PutLogEvents"], text("{}:log-stream:*", group.arn))
    return group, Role(name, assume_role_policy=trust, inline_policies={"write": writing})


def lets_publish(name: str) -> Topic:
    arn = f"arn:aws:sns:us-east-1:123456789012:shop-{name}-test"
    return Topic(name, policy=policy("sns:Publish", arn, Principal=SERVICE))


def test_a_trail_is_made_stopped_and_started(aws: Aws, embedded: Running) -> None:
    assert up(aws, BUCKET, trail())["trail"]["IsLogging"] is True
    made = [operation for operation in writes(embedded) if "Bucket" not in operation]
    assert made == ["CreateTrail", "StartLogging"]


def test_what_create_answers_is_what_a_read_shows(aws: Aws) -> None:
    step = dataclasses.replace(trail(), s3_bucket="shop-trails-test-123456789012", logging=False)
    tags = {"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": "Trail/trail"}
    up(aws, BUCKET)
    made = dataclasses.replace(step, tags=tags).create(aws)
    [read] = Trail.living(aws)
    assert made is not None
    defaults = {"EventSelectors", "Tags"}
    assert {name: read[name] for name in made.keys() - defaults} == {name: made[name] for name in made.keys() - defaults}


def test_a_trail_that_another_hand_stopped_is_started(aws: Aws, embedded: Running) -> None:
    name = up(aws, BUCKET, trail())["trail"]["Name"]
    aws.cloudtrail.stop_logging(Name=name)
    assert list(to_do(aws, BUCKET, trail())["Trail/trail"]) == ["logging"]
    before = len(embedded.calls)
    up(aws, BUCKET, trail())
    assert writes(embedded, before) == ["StartLogging"]


def test_the_trail_waits_until_the_buckets_policy_is_seen(aws: Aws, embedded: Running) -> None:
    with refusing(embedded, "CreateTrail", "InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy", times=1):
        up(aws, BUCKET, trail())


def test_a_bucket_whose_policy_keeps_cloudtrail_out_is_told(aws: Aws) -> None:
    closed = Bucket("trails")
    said = errors(outcome(aws, closed, Trail("trail", s3_bucket=closed)))
    assert "InsufficientS3BucketPolicyException" in said["Trail/trail"]


def test_the_shadow_of_a_trail_of_another_region_is_not_a_trail(aws: Aws) -> None:
    there = dataclasses.replace(trail(), region="eu-central-1")
    up(aws, BUCKET, there)
    shadows = [found["HomeRegion"] for found in aws.cloudtrail.describe_trails()["trailList"]]
    assert shadows == ["eu-central-1"]
    assert list(Trail.living(aws)) == []
    assert [found["HomeRegion"] for found in Trail.living(aws.at("eu-central-1"))] == ["eu-central-1"]


def test_the_trails_of_others_are_left_alone(aws: Aws, embedded: Running) -> None:
    up(aws, BUCKET)
    aws.cloudtrail.create_trail(Name="theirs", S3BucketName="shop-trails-test-123456789012")
    before = len(embedded.calls)
    assert list(Trail.living(aws)) == []
    assert [call.operation for call in list(embedded.calls)[before:]] == ["DescribeTrails", "ListTags"]


def test_a_trail_that_vanishes_while_it_is_read_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, BUCKET, trail())
    with refusing(embedded, "ListTags", "ResourceNotFoundException"):
        assert list(Trail.living(aws)) == []


def test_group_and_role_change_together_and_go_together(aws: Aws, embedded: Running) -> None:
    group, role = to_logs("one")
    others = (BUCKET, group, role, *to_logs("other"))
    [other, other_role] = others[3:]
    up(aws, *others, trail(cloud_watch_logs_log_group=group, cloud_watch_logs_role_arn=role.arn))
    before = len(embedded.calls)
    found = up(aws, *others, trail(cloud_watch_logs_log_group=other, cloud_watch_logs_role_arn=other_role.arn))["trail"]
    assert found["CloudWatchLogsLogGroupArn"] == "arn:aws:logs:us-east-1:123456789012:log-group:shop-other-test:*"
    assert writes(embedded, before) == ["UpdateTrail"]
    none = up(aws, *others, trail(cloud_watch_logs_log_group="", cloud_watch_logs_role_arn=""))["trail"]
    assert "CloudWatchLogsLogGroupArn" not in none
    assert "CloudWatchLogsRoleArn" not in none


def test_a_role_that_was_just_made_is_waited_for(aws: Aws, embedded: Running) -> None:
    group, role = to_logs("one")
    words = "Access denied. Verify in IAM that the role has adequate permissions."
    with refusing(embedded, "CreateTrail", "InvalidCloudWatchLogsRoleArnException", words, times=1):
        up(aws, BUCKET, group, role, trail(cloud_watch_logs_log_group=group, cloud_watch_logs_role_arn=role.arn))


def test_a_topic_is_told_of_new_files_and_can_change_and_go(aws: Aws) -> None:
    topics = (lets_publish("one"), lets_publish("other"))
    for topic in topics:
        found = up(aws, BUCKET, *topics, trail(sns_topic=topic))["trail"]
        assert found["SnsTopicARN"].endswith(f":shop-{topic.name}-test")
    assert to_do(aws, BUCKET, *topics, trail(sns_topic="shop-other-test")) == {}
    assert "SnsTopicARN" not in up(aws, BUCKET, *topics, trail(sns_topic=""))["trail"]


def test_one_kind_of_selectors_takes_the_place_of_the_other(aws: Aws) -> None:
    basic, advanced = trail(event_selectors=[EventSelector("ReadOnly")]), trail(advanced_event_selectors=[MANAGEMENT])
    for step in (basic, advanced, basic):
        found = up(aws, BUCKET, step)["trail"]
        assert bool(found["EventSelectors"]) == (step is basic)
        assert bool(found["AdvancedEventSelectors"]) == (step is advanced)


def test_selectors_have_no_order_and_may_be_in_cloudtrails_spelling(aws: Aws) -> None:
    objects = AdvancedEventSelector(
        "objects", {"resources.type": {"Equals": ["AWS::S3::Object"]}, "eventCategory": {"Equals": ["Data"]}}
    )
    up(aws, BUCKET, trail(advanced_event_selectors=[MANAGEMENT, objects]))
    again = trail(advanced_event_selectors=[objects.spelt(), MANAGEMENT.spelt()])
    assert to_do(aws, BUCKET, again) == {}


def test_insights_watch_management_events_where_nobody_says(aws: Aws) -> None:
    step = trail(insight_selectors={"ApiCallRateInsight": ["Management"]})
    arn = up(aws, BUCKET, step)["trail"]["TrailARN"]
    aws.cloudtrail.put_insight_selectors(TrailName=arn, InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
    assert to_do(aws, BUCKET, step) == {}
    more = trail(insight_selectors={"ApiCallRateInsight": ["Management"], "ApiErrorRateInsight": ["Management"]})
    assert list(to_do(aws, BUCKET, more)["Trail/trail"]) == ["insight_selectors"]


def test_a_trail_that_is_there_already_is_not_taken_over(aws: Aws) -> None:
    up(aws, BUCKET)
    aws.cloudtrail.create_trail(Name="shop-trail-test", S3BucketName="shop-trails-test-123456789012")
    assert "TrailAlreadyExistsException" in errors(outcome(aws, BUCKET, trail()))["Trail/trail"]


def test_the_sixth_trail_is_refused_at_once_and_says_what_to_do(aws: Aws) -> None:
    up(aws, BUCKET)
    for number in range(5):
        aws.cloudtrail.create_trail(Name=f"theirs-{number}", S3BucketName="shop-trails-test-123456789012")
    assert "MaximumNumberOfTrailsExceededException" in errors(outcome(aws, BUCKET, trail()))["Trail/trail"]


def test_the_trail_goes_before_its_bucket(aws: Aws, embedded: Running) -> None:
    up(aws, BUCKET, trail())
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before) == ["DeleteTrail", "DeleteBucket"]


@pytest.mark.parametrize("where", ["LatestDeliveryError", "LatestCloudWatchLogsDeliveryError"])
def test_a_trail_that_can_not_deliver_says_so(aws: Aws, embedded: Running, where: str) -> None:
    up(aws, BUCKET, trail())
    with answering(embedded, "GetTrailStatus", {"IsLogging": True, where: "AccessDenied"}):
        [action] = [action for action in run(aws, BUCKET, trail()).preview().actions if action.type == "Trail"]
    assert action.kind == "none"
    assert action.state == (READY.name, "it can not deliver: AccessDenied")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"include_global_service_events": False}, "a trail of all regions includes global services"),
        ({"cloud_watch_logs_log_group": "trail"}, "cloud_watch_logs_log_group and cloud_watch_logs_role_arn go together"),
        ({"event_selectors": [EventSelector()], "advanced_event_selectors": [MANAGEMENT]}, "exclude each other"),
        ({"event_selectors": []}, "AWS takes no empty list of selectors"),
    ],
)
def test_a_trail_that_can_not_be_is_a_wrong_plan(more: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        trail(**more)


def test_a_policy_that_lets_another_trail_in_does_not_let_this_one(aws: Aws) -> None:
    other = {"StringEquals": {"aws:SourceArn": "arn:aws:cloudtrail:us-east-1:123456789012:trail/other"}}
    document = policy(["s3:GetBucketAcl", "s3:PutObject"], [ARN, f"{ARN}/*"], Principal=SERVICE, Condition=other)
    up(aws, BUCKET)
    aws.s3.put_bucket_policy(Bucket="shop-trails-test-123456789012", Policy=json.dumps(document))
    theirs = dataclasses.replace(BUCKET, policy=None)
    said = errors(outcome(aws, theirs, Trail("trail", s3_bucket=theirs)))
    assert "InsufficientS3BucketPolicyException" in said["Trail/trail"]
