"""AWS WAF."""

from __future__ import annotations

from provisioner.resources.logs.log_group import LogGroup
from provisioner.resources.wafv2.parts import ManagedRuleGroup, RateLimit, Rule
from provisioner.resources.wafv2.web_acl import WebAcl

from . import Example

COMMON = ManagedRuleGroup("AWSManagedRulesCommonRuleSet")
GROUP, OTHER_GROUP = (LogGroup(name, log_group_name=f"aws-waf-logs-{name}") for name in ("one", "another"))
API = "arn:aws:apigateway:us-east-1::/restapis/{}/stages/live"
DROP = {"Behavior": "DROP", "Requirement": "MEETS_ANY", "Conditions": [{"ActionCondition": {"Action": "COUNT"}}]}
BODY = {"ContentType": "TEXT_PLAIN", "Content": "No."}


EXAMPLES = [
    Example(
        WebAcl(
            "acl",
            rules={"common": Rule(0, COMMON), "limit": Rule(1, RateLimit(2000))},
            description="An example",
            metric_name="example",
            custom_response_bodies={"no": BODY},
            captcha_immunity_time=300,
            challenge_immunity_time=300,
            token_domains=("example.com",),
            association_config={"RequestBody": {"API_GATEWAY": {"DefaultSizeInspectionLimit": "KB_16"}}},
            data_protections=({"Field": {"FieldType": "BODY"}, "Action": "HASH"},),
            alb_low_reputation_mode="ALWAYS_ON",
            application_attributes={"kind": ["shop"]},
            logging_destination=GROUP.arn,
            redacted_fields=({"QueryString": {}},),
            logging_filter={"DefaultBehavior": "KEEP", "Filters": [DROP]},
            associations=(API.format("one"),),
            after=(OTHER_GROUP,),
        ),
        changes={
            "default_action": {"Block": {"CustomResponse": {"ResponseCode": 403, "CustomResponseBodyKey": "no"}}},
            "rules": {
                "limit": Rule(0, RateLimit(100, 60, scope_down={"GeoMatchStatement": {"CountryCodes": ["AQ"]}}), "Count"),
                "common": Rule(
                    1, COMMON._replace(version="Version_1.0", rule_action_overrides={"NoUserAgent_HEADER": "Count"})
                ),
            },
            "description": "",
            "metric_name": "another",
            "cloud_watch_metrics_enabled": False,
            "sampled_requests_enabled": False,
            "custom_response_bodies": {"no": {**BODY, "Content": "Never."}},
            "captcha_immunity_time": 60,
            "challenge_immunity_time": 600,
            "token_domains": (),
            "association_config": {"RequestBody": {"API_GATEWAY": {"DefaultSizeInspectionLimit": "KB_64"}}},
            "data_protections": ({"Field": {"FieldType": "BODY"}, "Action": "SUBSTITUTION"},),
            "alb_low_reputation_mode": "ACTIVE_UNDER_DDOS",
            "logging_destination": OTHER_GROUP.arn,
            "redacted_fields": (),
            "logging_filter": {"DefaultBehavior": "DROP", "Filters": [DROP]},
            "associations": (API.format("another"),),
        },
        replaces={"application_attributes": {"kind": ["bank"]}},
        fixed={
            "scope": "the other one takes no associations: see the type's own tests",
            "monetization_config": "only for CloudFront: see the type's own tests",
        },
    ),
]
