"""What AWS's errors mean where the general rules of `retry.py` do not know: one row a fact.

A row says for which calls (service, operation) an error (code, and words of its message) has which meaning, and for how many
seconds it is worth waiting. The first row that fits counts. Rows rest on the services' references and on what the providers of
Terraform, kOps and Ansible have learned; durations are upper bounds that those settled on.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

MINUTE = 60.0


class Meaning(StrEnum):
    """What an error tells about the call, which decides what to do next."""

    GONE = "gone"  # what the call is about is not there
    EXISTS = "exists"  # something already stands where the call would make it
    BUSY = "busy"  # something else holds it, or another change is under way: passes
    NOT_YET = "not yet"  # something just made is not seen everywhere: passes
    RACE = "race"  # somebody changed it since it was read: read again
    THROTTLED = "throttled"  # not carried out, too many calls: passes
    LOST = "lost"  # nobody knows whether it was carried out: look
    FINAL = "final"  # will never pass by itself


class Row(NamedTuple):
    service: str
    operation: str  # regular expression, matched whole
    code: str  # regular expression, matched whole
    words: str  # regular expression, searched in the message
    meaning: Meaning
    patience: float

    def fits(self, service: str, operation: str, code: str, message: str) -> bool:
        """Whether the row is about this error."""
        return (
            self.service in (service, "*")
            and re.fullmatch(self.operation, operation) is not None
            and re.fullmatch(self.code, code) is not None
            and re.search(self.words, message, re.IGNORECASE) is not None
        )


_BUSY, _NOT_YET, _RACE, _EXISTS, _GONE, _FINAL = (
    Meaning.BUSY,
    Meaning.NOT_YET,
    Meaning.RACE,
    Meaning.EXISTS,
    Meaning.GONE,
    Meaning.FINAL,
)

ROWS: tuple[Row, ...] = (
    # An address that its NAT gateway has just let go answers like somebody else's (kOps, resources/aws/errors.go).
    Row("ec2", "ReleaseAddress", "AuthFailure|InvalidIPAddress.InUse", "", _BUSY, 5 * MINUTE),
    # Public addresses of NAT gateways and load balancers hold the gateway until they are really gone.
    Row("ec2", "(Detach|Delete)InternetGateway", "DependencyViolation", "", _BUSY, 20 * MINUTE),
    Row("ec2", "DeleteSubnet", "DependencyViolation", "", _BUSY, 20 * MINUTE),
    Row("ec2", "DeleteSecurityGroup", "DependencyViolation|InvalidGroup.InUse", "", _BUSY, 20 * MINUTE),
    Row("ec2", "DeleteVpc", "DependencyViolation", "", _BUSY, 5 * MINUTE),
    Row("ec2", "CreateFlowLogs", "InvalidParameter|Access Error", "unable to assume", _NOT_YET, 2 * MINUTE),
    # The endpoint that stood here before still holds the private DNS name while it is being deleted.
    Row("ec2", "(Create|Modify)VpcEndpoint", "InvalidParameter", "conflicting DNS domain", _BUSY, 10 * MINUTE),
    Row("ec2", "CreateVpcEndpoint", "RouteAlreadyExists", "", _BUSY, 5 * MINUTE),
    Row("ec2", "CreateSubnet", "InvalidSubnet.Conflict", "", _EXISTS, 0),
    Row("ec2", "CreateFlowLogs", "FlowLogAlreadyExists", "", _EXISTS, 0),
    Row("ec2", ".*", "Resource.AlreadyAssociated|RouteAlreadyExists|InvalidPermission.Duplicate", "", _EXISTS, 0),
    Row("ec2", ".*", "IncorrectState|IncorrectInstanceState", "", _BUSY, 5 * MINUTE),
    # Each association that is replaced gets another id: somebody else has moved the subnet since it was read.
    Row("ec2", "Replace(NetworkAcl|RouteTable)Association", "InvalidAssociationID.NotFound", "", _RACE, 5 * MINUTE),
    Row("ec2", "DeleteTags", "InvalidID", "", _GONE, 0),
    Row("ec2", ".*", "InvalidRoute.NotFound|InvalidPermission.NotFound|Gateway.NotAttached", "", _GONE, 2 * MINUTE),
    # Changes of one role exclude each other.
    Row("iam", ".*", "ConcurrentModification", "", _BUSY, 2 * MINUTE),
    Row("iam", ".*", "DeleteConflict", "", _BUSY, 2 * MINUTE),
    Row("iam", ".*", "MalformedPolicyDocument", "invalid principal", _NOT_YET, 2 * MINUTE),
    # A key policy that names a role of this minute.
    Row("kms", "CreateKey|PutKeyPolicy", "MalformedPolicyDocumentException", "principal", _NOT_YET, 2 * MINUTE),
    Row("kms", "ScheduleKeyDeletion", "KMSInvalidStateException", "pending deletion", _GONE, 0),
    # It was still alive when the list was read.
    Row("kms", "(Describe|Get|List).*", "KMSInvalidStateException", "pending deletion", _GONE, 0),
    Row("kms", ".*", "KMSInvalidStateException", "pending deletion", _FINAL, 0),
    # A key that was made or enabled a moment ago is still seen as disabled.
    Row("kms", "(En|Dis)ableKeyRotation|UpdateKeyDescription|CreateAlias", "DisabledException", "", _BUSY, 2 * MINUTE),
    # A key whose own policy keeps us out is somebody else's.
    Row("kms", "ListResourceTags", "AccessDeniedException", "resource-based policy", _GONE, 0),
    Row("kms", ".*", "LimitExceededException", "", _FINAL, 0),
    Row("logs", ".*", "InvalidParameterException", "does not exist or is not allowed", _NOT_YET, 2 * MINUTE),
    Row("logs", ".*", "OperationAbortedException", "", _BUSY, 1 * MINUTE),
    Row("logs", ".*", "LimitExceededException", "", _FINAL, 0),
    # A name that was deleted a moment ago; from another region it can take an hour, which is not worth waiting for.
    Row("s3", "CreateBucket", "OperationAborted", "", _BUSY, 20 * MINUTE),
    Row("s3", ".*", "OperationAborted|ConflictException", "", _BUSY, 2 * MINUTE),
    Row("s3", "CreateBucket", "BucketAlreadyOwnedByYou", "", _EXISTS, 0),
    Row("s3", "DeleteBucket", "BucketNotEmpty", "", _BUSY, 5 * MINUTE),
    Row("s3", "PutBucketPolicy", "MalformedPolicy", "invalid principal", _NOT_YET, 2 * MINUTE),
    Row("s3", "PutBucketLogging", "InvalidTargetBucketForLogging", "", _NOT_YET, 2 * MINUTE),
    # The target of an event does not let S3 call it yet.
    Row("s3", "PutBucketNotificationConfiguration", "InvalidArgument", "unable to validate", _NOT_YET, 2 * MINUTE),
    Row("s3", "PutBucketReplication", "InvalidRequest", "versioning must be", _NOT_YET, 2 * MINUTE),
    Row("cloudfront", ".*", "PreconditionFailed|InvalidIfMatchVersion", "", _RACE, 1 * MINUTE),
    Row("cloudfront", "DeleteDistribution", "DistributionNotDisabled", "", _BUSY, 20 * MINUTE),
    Row("cloudfront", "Delete.*", "\\w*InUse", "", _BUSY, 20 * MINUTE),
    Row("cloudfront", "(Create|Update)Distribution.*", "InvalidViewerCertificate", "", _NOT_YET, 1 * MINUTE),
    Row("cloudfront", "(Create|Update)Distribution.*", "InvalidWebACLId|InvalidOriginAccessControl", "", _NOT_YET, 2 * MINUTE),
    Row("cloudfront", ".*", "AccessDenied", "account must be verified", _FINAL, 0),
)

ADVICE: tuple[tuple[str, str], ...] = (
    (r"AddressLimitExceeded", "Elastic IP quota reached: release unused addresses, or ask for more in Service Quotas"),
    (r"VpcLimitExceeded", "VPC quota reached: delete unused VPCs, or ask for more in Service Quotas"),
    (r"\w*LimitExceeded(Exception|Fault)?", "a quota of this account is reached: ask for more in Service Quotas"),
    (r"UnauthorizedOperation|AccessDenied(Exception)?|AuthorizationError", "these credentials may not do this"),
    (r"InsufficientFreeAddressesInSubnet", "the subnet has no free address: use a larger cidr_block"),
    (r"Expired\w*|RequestExpired", "the credentials have expired: sign in again, then run again"),
    (r"NotImplemented", "the embedded AWS does not know this call"),
    (r"InvalidSubnet\.Conflict", "another subnet holds part of this range: choose another cidr_block, or delete the other one"),
    (r"InvalidVpc\.Range|InvalidSubnet\.Range", "AWS takes blocks between /16 and /28: choose another cidr_block"),
)
"""What to do about an error that does not pass by itself, by its code."""


def advice(code: str) -> str | None:
    """What the person at the terminal can do about an error code."""
    return next((words for pattern, words in ADVICE if re.fullmatch(pattern, code)), None)
