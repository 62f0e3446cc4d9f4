"""Where moto is wrong, it is mended here, one file a service; a caller is never bent to please the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
    acm,
    autoscaling,
    cloudfront,
    cloudtrail,
    cloudwatch,
    dynamodb,
    ec2,
    elbv2,
    firehose,
    iam,
    kms,
    lambda_,
    logs,
    logs_deliveries,
    logs_filters,
    rds,
    route53,
    s3,
    secretsmanager,
    sns,
    sns_subscriptions,
    ssm,
    tagging,
    wafv2,
)

if TYPE_CHECKING:
    from ..call import Behaviour


def mends() -> list[Behaviour]:
    """All mends, as behaviours."""
    iam.load_managed_policies_once()
    s3.mend()
    tagging.mend()
    acm.mend()
    cloudtrail.mend()
    return [
        acm.mends,
        *autoscaling.mends(),
        *ec2.mends(),
        *elbv2.mends(),
        *cloudfront.mends(),
        cloudtrail.mends,
        *cloudwatch.mends(),
        dynamodb.mends,
        firehose.mends,
        iam.mends,
        kms.mends,
        *lambda_.mends(),
        logs.mends,
        logs_deliveries.mends,
        logs_filters.mends,
        *rds.mends(),
        *route53.mends(),
        s3.mends,
        sns.mends,
        sns_subscriptions.mends,
        *secretsmanager.mends(),
        ssm.mends,
        tagging.mends,
        *wafv2.mends(),
    ]
