"""One account and region, seen through one plan's ownership."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import CallFailed, NoCredentials, WrongAccount
from ..resource import Resource
from ..secret import Secret
from .client import Client, Connection
from .retry import Meaning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from types_boto3_acm import ACMClient
    from types_boto3_autoscaling import AutoScalingClient
    from types_boto3_cloudfront import CloudFrontClient
    from types_boto3_cloudtrail import CloudTrailClient
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_ec2 import EC2Client
    from types_boto3_ec2.type_defs import FilterTypeDef
    from types_boto3_elbv2 import ElasticLoadBalancingv2Client
    from types_boto3_firehose import FirehoseClient
    from types_boto3_iam import IAMClient
    from types_boto3_kms import KMSClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_rds import RDSClient
    from types_boto3_resourcegroupstaggingapi import ResourceGroupsTaggingAPIClient
    from types_boto3_route53 import Route53Client
    from types_boto3_s3 import S3Client
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sns import SNSClient
    from types_boto3_ssm import SSMClient
    from types_boto3_sts import STSClient
    from types_boto3_wafv2 import WAFV2Client

    from .ownership import Ownership

S = TypeVar("S")
T = TypeVar("T")

_INDEX_LAGS = timedelta(minutes=15)
"""AWS's index of tags knows by then, and usually much sooner."""


class Aws:
    """Clients by service name (`aws.ec2`), and what the plan calls its resources."""

    acm: ACMClient
    autoscaling: AutoScalingClient
    cloudfront: CloudFrontClient
    cloudtrail: CloudTrailClient
    cloudwatch: CloudWatchClient
    ec2: EC2Client
    elbv2: ElasticLoadBalancingv2Client
    firehose: FirehoseClient
    iam: IAMClient
    kms: KMSClient
    lambda_: LambdaClient
    logs: CloudWatchLogsClient
    rds: RDSClient
    resourcegroupstaggingapi: ResourceGroupsTaggingAPIClient
    route53: Route53Client
    s3: S3Client
    secretsmanager: SecretsManagerClient
    sns: SNSClient
    ssm: SSMClient
    sts: STSClient
    wafv2: WAFV2Client

    def __init__(
        self, connection: Connection, ownership: Ownership, region: str, *, read_only: bool = False, attempt: str = ""
    ) -> None:
        self.connection, self.ownership = connection, ownership
        self.region: str = region
        self.read_only: bool = read_only
        self.attempt: str = attempt

    def __getattr__(self, service: str) -> Any:
        if service not in type(self).__annotations__:
            raise AttributeError(f"no client for {service!r}: name its type in the class Aws")
        # `lambda` is a word of Python's own.
        client = Client(self.connection, service.rstrip("_"), self.region, read_only=self.read_only)
        setattr(self, service, client)
        return client

    def reading(self) -> Aws:
        """The read-only twin: it has no operation that changes anything."""
        return Aws(self.connection, self.ownership, self.region, read_only=True)

    def attempting(self, attempt: str) -> Aws:
        """The same account, for a run whose client tokens are those of `attempt`."""
        return Aws(self.connection, self.ownership, self.region, read_only=self.read_only, attempt=attempt)

    def at(self, region: str | None) -> Aws:
        """The same account in another region."""
        if region in (None, self.region):
            return self
        return Aws(self.connection, self.ownership, str(region), read_only=self.read_only, attempt=self.attempt)

    @property
    def account_id(self) -> str:
        return self.ownership.account_id

    @property
    def caller(self) -> str:
        """The ARN of the user, or of the role behind the session, whose credentials these are.

        STS shows a session of a role without the role's path; IAM's conditions on `aws:PrincipalArn` want it, so IAM is asked.
        """
        arn = self.sts.get_caller_identity()["Arn"]
        session = re.fullmatch(r"arn:[a-z-]+:sts::\d{12}:assumed-role/(?P<role>[^/]+)/.+", arn)
        return self.iam.get_role(RoleName=session["role"])["Role"]["Arn"] if session else arn

    @property
    def partition(self) -> str:
        return self.connection.partition(self.region)

    @property
    def owned(self) -> list[FilterTypeDef]:
        """EC2's filter for what is the plan's."""
        return self.ownership.filters

    def tagged(self, kind: str) -> set[str]:
        """The ARNs of the plan's resources of a kind (`logs`, `cloudfront:distribution`) in AWS's index of tags.

        The index is minutes behind: it shows what is there, and never tells what is not.
        """
        filters: list[Any] = [{"Key": tag["Name"].removeprefix("tag:"), "Values": tag["Values"]} for tag in self.owned]
        pages = self.resourcegroupstaggingapi.get_paginator("get_resources").paginate(
            ResourceTypeFilters=[kind], TagFilters=filters
        )
        return {found["ResourceARN"] for page in pages for found in page["ResourceTagMappingList"]}

    @property
    def tagged_until(self) -> datetime:
        """What was made or changed after this moment, AWS's index of tags need not know yet."""
        return datetime.now(UTC) - _INDEX_LAGS

    @property
    def path(self) -> str:
        """The IAM path of the plan."""
        return self.ownership.path

    def named(self, step: Resource) -> str:
        """The name of a step's resource."""
        return self.ownership.name(step)

    def mark(self, step: Resource) -> str:
        """What a resource without tags carries in its description or comment."""
        return self.ownership.mark(step)

    def token(self, step: Resource) -> str:
        """The client token of a step's create: the same in the process that goes on where one was killed, another one after a
        death, for other wishes, or in a later attempt: AWS may answer a token that it knows with what has long been deleted.

        At most 64 ASCII characters, as EC2 takes them.
        """
        wanted = {name: getattr(step, name) for name in type(step).attributes}
        identity = [self.attempt, self.account_id, self.region, step.key, step.predecessors, wanted]
        return sha256(json.dumps(identity, sort_keys=True, default=_spelt).encode()).hexdigest()

    def maybe(self, call: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any] | None:
        """The answer of a read, or None where AWS says that there is nothing."""
        try:
            return call()
        except CallFailed as error:
            if error.meaning is Meaning.GONE:
                return None
            raise

    def together(self, work: Callable[[S], T], items: Iterable[S]) -> list[T]:
        """`work` on every item, in parallel, in the items' order: for what only a call per resource shows or sets."""
        listed = list(items)
        if len(listed) < 2:
            return [work(item) for item in listed]
        with ThreadPoolExecutor(min(16, len(listed)), thread_name_prefix="together") as pool:
            return list(pool.map(work, listed))


def _spelt(value: Any) -> Any:
    if isinstance(value, Secret):
        return "(secret)"
    return sorted(map(str, value)) if isinstance(value, set | frozenset) else str(value)


def who_am_i(connection: Connection, region: str) -> str:
    """The account id of the credentials. Raises `NoCredentials` where there are none, or AWS does not take them."""
    client = Client(connection, "sts", region, read_only=True)
    try:
        return str(client.get_caller_identity()["Account"])
    except CallFailed as error:
        raise NoCredentials(
            f"AWS does not say who you are ({error.code}: {error.message}). "
            "Sign in (`aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID), then run again; `local` needs no account."
        ) from error


def guard(account_id: str, wanted: str, environment: str) -> None:
    """Raises `WrongAccount` where the credentials' account is not the one that the environment names."""
    if account_id != wanted:
        raise WrongAccount(
            f"environment {environment!r} is account {wanted}, and these credentials are for {account_id}. "
            "Nothing was read or changed. Choose the other profile (--profile or AWS_PROFILE), or correct account_id."
        )
