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
    # Functions let go of their network interfaces last of all (Terraform, ec2/vpc_network_interface.go).
    Row("ec2", "DeleteSubnet", "DependencyViolation", "", _BUSY, 45 * MINUTE),
    Row("ec2", "DeleteSecurityGroup", "DependencyViolation|InvalidGroup.InUse", "", _BUSY, 45 * MINUTE),
    Row("ec2", "DeleteVpc", "DependencyViolation", "", _BUSY, 5 * MINUTE),
    Row("ec2", "CreateFlowLogs", "InvalidParameter|Access Error", "unable to assume", _NOT_YET, 2 * MINUTE),
    # The endpoint that stood here before still holds the private DNS name while it is being deleted.
    Row("ec2", "(Create|Modify)VpcEndpoint", "InvalidParameter", "conflicting DNS domain", _BUSY, 10 * MINUTE),
    Row("ec2", "CreateVpcEndpoint", "RouteAlreadyExists", "", _BUSY, 5 * MINUTE),
    # Where a route leads to is of this minute (Terraform, ec2/vpc_route.go; kOps, awstasks/route.go).
    Row("ec2", "(Create|Replace)Route", "Invalid(NatGateway|Gateway|TransitGateway)ID.NotFound", "", _NOT_YET, 5 * MINUTE),
    Row("ec2", "(Create|Replace)Route", "InvalidParameterException", "", _NOT_YET, 5 * MINUTE),
    Row("ec2", "CreateSubnet", "InvalidSubnet.Conflict", "", _EXISTS, 0),
    Row("ec2", "CreateFlowLogs", "FlowLogAlreadyExists", "", _EXISTS, 0),
    Row("ec2", ".*", "Resource.AlreadyAssociated|RouteAlreadyExists|InvalidPermission.Duplicate", "", _EXISTS, 0),
    Row("ec2", ".*", "IncorrectState|IncorrectInstanceState", "", _BUSY, 5 * MINUTE),
    # Each association that is replaced gets another id: somebody else has moved the subnet since it was read.
    Row("ec2", "Replace(NetworkAcl|RouteTable)Association", "InvalidAssociationID.NotFound", "", _RACE, 5 * MINUTE),
    Row("ec2", "DeleteTags", "InvalidID", "", _GONE, 0),
    Row("ec2", ".*", "InvalidRoute.NotFound|InvalidPermission.NotFound|Gateway.NotAttached", "", _GONE, 2 * MINUTE),
    # What a group launches, and whom it tells, must be known to Auto Scaling. Its word for all of that is one code.
    Row("autoscaling", "(Create|Update).*", "ValidationError", "fully-formed launch template", _NOT_YET, 2 * MINUTE),
    Row("autoscaling", "(Create|Update).*|Attach.*", "ValidationError", "may not be valid", _NOT_YET, 2 * MINUTE),
    Row("autoscaling", "(Create|Update).*", "ValidationError", "(subnet|group|role).*not exist", _NOT_YET, 2 * MINUTE),
    Row("autoscaling", ".*", "ServiceLinkedRoleFailure|ValidationError", "AWSServiceRoleForAutoScaling", _NOT_YET, 1 * MINUTE),
    Row("autoscaling", "PutNotificationConfiguration", "ValidationError", "unable to publish", _NOT_YET, 2 * MINUTE),
    Row("autoscaling", ".*", "ValidationError|AlreadyExists(Fault)?", "pending delete", _BUSY, 10 * MINUTE),
    Row("autoscaling", ".*", "ValidationError", "not found", _GONE, 2 * MINUTE),
    Row("autoscaling", "(?!Create).*", "ResourceContention(Fault)?", "", _BUSY, 2 * MINUTE),
    # A group with many instances takes its time; an instance refresh lets no other one in.
    Row("autoscaling", ".*", "ScalingActivityInProgress(Fault)?|ResourceInUse", "", _BUSY, 10 * MINUTE),
    Row("autoscaling", "StartInstanceRefresh", "InstanceRefreshInProgress(Fault)?", "", _BUSY, 20 * MINUTE),
    # Creates say yes to what is just as wished, and this to what is not.
    Row("elbv2", "Create(LoadBalancer|TargetGroup|Listener)", "Duplicate(\\w+Name|Listener)", "", _EXISTS, 0),
    Row("elbv2", "CreateRule", "PriorityInUse", "", _EXISTS, 0),
    # Another rule has been moved since the priorities were read.
    Row("elbv2", "SetRulePriorities", "PriorityInUse", "", _RACE, 5 * MINUTE),
    # Subnets, groups and gateways of this minute; and certificates that were just issued (Terraform, elbv2/listener.go).
    Row("elbv2", "CreateLoadBalancer|Set.*", "SubnetNotFound|InvalidSubnet|InvalidSecurityGroup", "", _NOT_YET, 2 * MINUTE),
    Row("elbv2", ".*Listener\\w*", "(CertificateNotFound|UnsupportedCertificate)", "", _NOT_YET, 5 * MINUTE),
    Row("elbv2", "(Create|Modify)(Listener|Rule)", "(TargetGroup|Listener|LoadBalancer)NotFound", "", _NOT_YET, 2 * MINUTE),
    Row("elbv2", ".*Listener", "TrustStoreNotReady", "", _NOT_YET, 2 * MINUTE),
    # The policy of the bucket for logs is not known everywhere yet.
    Row("elbv2", "Modify.*Attributes", "InvalidConfigurationRequest", "access denied for bucket", _NOT_YET, 5 * MINUTE),
    # A listener or a rule that forwards to it was changed or deleted a moment ago.
    Row("elbv2", "DeleteTargetGroup", "ResourceInUse", "", _BUSY, 2 * MINUTE),
    Row("elbv2", "DeleteLoadBalancer", "OperationNotPermitted", "deletion protection", _BUSY, 1 * MINUTE),
    Row("elbv2", "ModifyCapacityReservation", "CapacityReservationPending", "", _BUSY, 10 * MINUTE),
    # Changes of one role exclude each other.
    Row("iam", ".*", "ConcurrentModification", "", _BUSY, 2 * MINUTE),
    Row("iam", ".*", "DeleteConflict|EntityTemporarilyUnmodifiable", "", _BUSY, 2 * MINUTE),
    # One that was made a moment ago is not seen everywhere in IAM itself.
    Row("iam", "(Add|Attach|Put|Tag|Update|CreatePolicyVersion).*", "NoSuchEntity", "", _NOT_YET, 2 * MINUTE),
    Row("iam", ".*", "MalformedPolicyDocument", "invalid principal", _NOT_YET, 2 * MINUTE),
    # A profile holds one role: somebody gave it another one since it was read.
    Row("iam", "AddRoleToInstanceProfile", "LimitExceeded", "", _RACE, 1 * MINUTE),
    Row("iam", "AddRoleToInstanceProfile", "InvalidParameterValue", "", _NOT_YET, 2 * MINUTE),
    # So it is with a policy's five versions.
    Row("iam", "CreatePolicyVersion", "LimitExceeded", "version", _RACE, 1 * MINUTE),
    # A key of this minute (Terraform, kms/wait.go).
    Row("kms", "(Enable|Disable|Tag|Put|Update|CreateAlias).*", "NotFoundException", "", _NOT_YET, 10 * MINUTE),
    # A key policy that names a role of this minute.
    Row("kms", "CreateKey|PutKeyPolicy", "MalformedPolicyDocumentException", "principal", _NOT_YET, 2 * MINUTE),
    Row("kms", "ScheduleKeyDeletion", "KMSInvalidStateException", "pending deletion", _GONE, 0),
    Row("kms", "CancelKeyDeletion", "KMSInvalidStateException", "not pending deletion", _GONE, 0),
    # It was still alive when the list was read.
    Row("kms", "(Describe|Get|List).*", "KMSInvalidStateException", "pending deletion", _GONE, 0),
    Row("kms", ".*", "KMSInvalidStateException", "pending deletion", _FINAL, 0),
    Row("kms", ".*", "KMSInvalidStateException", "creating|updating", _BUSY, 2 * MINUTE),
    # A key that was made or enabled a moment ago is still seen as disabled.
    Row("kms", "(En|Dis)ableKeyRotation|UpdateKeyDescription|CreateAlias", "DisabledException", "", _BUSY, 2 * MINUTE),
    # A key whose own policy keeps us out is somebody else's.
    Row("kms", "ListResourceTags", "AccessDeniedException", "resource-based policy", _GONE, 0),
    Row("kms", ".*", "LimitExceededException", "", _FINAL, 0),
    # A role of this minute, or a key that it may not use yet (Terraform, lambda/function.go).
    Row("lambda", "(Create|Update)Function\\w*", "InvalidParameterValueException", "throttled by EC2", _BUSY, 14 * MINUTE),
    Row(
        "lambda",
        "(Create|Update)Function\\w*",
        "InvalidParameterValueException",
        "cannot be assumed|does not have permissions to call|is invalid for CreateGrant",
        _NOT_YET,
        5 * MINUTE,
    ),
    Row("lambda", "CreateFunction", "ResourceConflictException", "already exist", _EXISTS, 0),
    Row("lambda", "AddPermission", "ResourceConflictException", "already exists", _EXISTS, 0),
    # The last change is not done yet.
    Row("lambda", ".*", "Resource(Conflict|NotReady)Exception", "", _BUSY, 5 * MINUTE),
    # A function of this minute.
    Row("lambda", "(Add|Put|Tag|Update).*", "ResourceNotFoundException", "", _NOT_YET, 5 * MINUTE),
    # A role of this minute in a statement.
    Row("lambda", "AddPermission", "InvalidParameterValueException", "principal was invalid", _NOT_YET, 2 * MINUTE),
    # The name of a secret that was deleted without recovery is free after a short delay.
    Row("secretsmanager", "CreateSecret", "InvalidRequestException", "scheduled for deletion|was deleted", _BUSY, 2 * MINUTE),
    Row("secretsmanager", "RestoreSecret", "ResourceNotFoundException|InvalidRequestException", "", _BUSY, 2 * MINUTE),
    Row("secretsmanager", "(Create|Put)Secret\\w*", "ResourceExistsException", "", _EXISTS, 0),
    Row("secretsmanager", "(Delete|CancelRotate)Secret|RemoveRegions.*", "InvalidRequestException", "delet", _GONE, 0),
    # It was still alive when the list was read.
    Row("secretsmanager", "(Describe|Get|List).*", "InvalidRequestException", "delet", _GONE, 0),
    Row("secretsmanager", ".*", "InvalidRequestException", "previous rotation", _BUSY, 10 * MINUTE),
    # The label has moved since it was read, or the answer to its removal was lost.
    Row("secretsmanager", "UpdateSecretVersionStage", "Invalid(Parameter|Request)Exception", "", _RACE, 1 * MINUTE),
    # The permission of the function is not known everywhere yet.
    Row("secretsmanager", "RotateSecret", "AccessDeniedException", "cannot invoke", _NOT_YET, 2 * MINUTE),
    Row("secretsmanager", "PutResourcePolicy", "MalformedPolicyDocumentException", "principal", _NOT_YET, 2 * MINUTE),
    # A key that was made, or taken into service again, a moment ago.
    Row("secretsmanager", ".*", "(En|De)cryptionFailure", "", _NOT_YET, 2 * MINUTE),
    Row("secretsmanager", ".*", "LimitExceededException", "", _FINAL, 0),
    Row("logs", ".*", "InvalidParameterException", "does not exist or is not allowed", _NOT_YET, 2 * MINUTE),
    # Putting what is there already with tags, or a second way between the same ends.
    Row("logs", "CreateDelivery|PutDelivery(Source|Destination)", "ConflictException", "", _EXISTS, 0),
    Row("logs", "DeleteDelivery(Source|Destination)", "ConflictException", "", _BUSY, 2 * MINUTE),
    Row("logs", "CreateDelivery", "(AccessDenied|Validation)Exception", "bucket policy|destination", _NOT_YET, 2 * MINUTE),
    Row("logs", ".*", "OperationAbortedException", "", _BUSY, 1 * MINUTE),
    Row("logs", "(Put|Associate|Tag).*", "ResourceNotFoundException", "", _NOT_YET, 1 * MINUTE),
    Row("logs", ".*", "LimitExceededException", "", _FINAL, 0),
    # Logs tries the destination of a filter at once: its role or permission, or the stream itself, may be of this minute.
    Row("logs", "PutSubscriptionFilter", "InvalidParameterException", "could not (deliver|execute)", _NOT_YET, 5 * MINUTE),
    Row("logs", "PutSubscriptionFilter", "ValidationException", "permission to assume", _NOT_YET, 5 * MINUTE),
    # A composite alarm holds the alarms that its rule names, and wants to see them when it is made.
    Row("cloudwatch", "DeleteAlarms", "ValidationError", "composite alarm", _BUSY, 5 * MINUTE),
    Row("cloudwatch", "PutCompositeAlarm", "ValidationError", "not exist", _NOT_YET, 2 * MINUTE),
    Row("cloudwatch", ".*", "ConcurrentModificationException|ConflictException", "", _BUSY, 1 * MINUTE),
    # CreateTopic says yes to a topic that is just as wished, and this to any other.
    Row("sns", "CreateTopic", "InvalidParameter", "already exists", _EXISTS, 0),
    # A topic policy that names a role of this minute.
    Row("sns", ".*", "InvalidParameter", "PrincipalNotFound", _NOT_YET, 2 * MINUTE),
    # Rights that hang on the tags of a topic are not known in its first seconds.
    Row("sns", ".*", "AuthorizationError", "no identity-based policy allows", _NOT_YET, 1 * MINUTE),
    # Who has never used data protection can neither set nor read it.
    Row("sns", "GetDataProtectionPolicy", "AuthorizationError|InvalidParameter", "", _GONE, 0),
    Row("sns", "Subscribe", "InvalidParameter", "already exists with different", _EXISTS, 0),
    Row("sns", ".*", "ConcurrentAccess|StaleTag", "", _BUSY, 1 * MINUTE),
    # The first database of an account makes RDS's service-linked role, which is a moment in coming.
    Row("rds", "Create.*", "InvalidParameterValue", "service linked role", _NOT_YET, 2 * MINUTE),
    Row("rds", ".*", "InvalidParameterValue", "IAM role ARN value", _NOT_YET, 2 * MINUTE),
    Row("rds", ".*", "KMSKeyNotAccessibleFault", "", _NOT_YET, 2 * MINUTE),
    Row("rds", "(Create|Modify)DBSubnetGroup", "InvalidSubnet", "", _NOT_YET, 2 * MINUTE),
    Row("rds", "(Create|Modify).*", "InvalidParameterValue", "invalid security group", _NOT_YET, 2 * MINUTE),
    Row("rds", "(Create|Modify)DB(Cluster|Instance)", "DB\\w+GroupNotFound(Fault)?", "", _NOT_YET, 2 * MINUTE),
    # A database stands there, and does not move.
    Row("rds", "ModifyDBSubnetGroup", "SubnetAlreadyInUse", "", _FINAL, 0),
    Row("rds", "DeleteDB(Cluster|Instance)", "InvalidDB(Cluster|Instance)State(Fault)?", "already being deleted", _GONE, 0),
    # Neither before its last instance is going, nor while anything is under way.
    Row("rds", "DeleteDBCluster", "InvalidDBClusterStateFault", "", _BUSY, 30 * MINUTE),
    Row("rds", "DeleteDBInstance", "InvalidDB(Cluster|Instance)State(Fault)?", "", _BUSY, 20 * MINUTE),
    # Groups are held until the last cluster or instance that uses them is really gone.
    Row("rds", "Delete.*", "InvalidDB(Subnet|Parameter)GroupState(Fault)?", "", _BUSY, 20 * MINUTE),
    Row("rds", ".*", "InvalidDB\\w+State(Fault)?|InvalidResourceStateFault", "", _BUSY, 10 * MINUTE),
    # Lifted a moment ago.
    Row("rds", "DeleteDB.*", "InvalidParameterCombination", "disable deletion protection", _BUSY, 5 * MINUTE),
    Row("rds", "Modify.*", "InvalidParameterCombination", "no modifications were requested", _RACE, 1 * MINUTE),
    # An earlier delete took it, whose answer was lost; or one that failed afterwards.
    Row("rds", "DeleteDBCluster", "DBClusterSnapshotAlreadyExistsFault", "", _RACE, 2 * MINUTE),
    # A name that was deleted a moment ago; from another region it can take an hour, which is not worth waiting for.
    Row("s3", "CreateBucket", "OperationAborted", "", _BUSY, 20 * MINUTE),
    Row("s3", ".*", "OperationAborted|ConflictException", "", _BUSY, 2 * MINUTE),
    Row("s3", "CreateBucket", "BucketAlreadyOwnedByYou", "", _EXISTS, 0),
    # A bucket of this minute, or what was just said of it: that its versions are kept, say.
    Row("s3", "Put.*", "NoSuchBucket|InvalidBucketState", "", _NOT_YET, 2 * MINUTE),
    Row("s3", "PutObject", "KMS.(NotFound|Disabled|KMSInvalidState)Exception", "", _NOT_YET, 2 * MINUTE),
    Row("s3", ".*", "RequestTimeout|BadDigest", "", Meaning.LOST, 2 * MINUTE),
    Row("s3", "DeleteBucket", "BucketNotEmpty", "", _BUSY, 5 * MINUTE),
    # It is put only where nothing stands.
    Row("s3", "PutObject", "PreconditionFailed", "", _EXISTS, 0),
    Row("s3", "PutObject", "ConditionalRequestConflict", "", _BUSY, 2 * MINUTE),
    Row("s3", "PutBucketPolicy", "MalformedPolicy", "invalid principal", _NOT_YET, 2 * MINUTE),
    Row("s3", "PutBucketLogging", "InvalidTargetBucketForLogging", "", _NOT_YET, 2 * MINUTE),
    # The target of an event does not let S3 call it yet.
    Row("s3", "PutBucketNotificationConfiguration", "InvalidArgument", "unable to validate", _NOT_YET, 2 * MINUTE),
    Row("s3", "PutBucketReplication", "InvalidRequest", "versioning must be", _NOT_YET, 2 * MINUTE),
    # Load balancers and distributions let go of a certificate some time after they were changed or deleted.
    Row("acm", "DeleteCertificate", "ResourceInUseException", "", _BUSY, 20 * MINUTE),
    Row("acm", ".*", "ConflictException", "", _BUSY, 2 * MINUTE),
    Row("acm", "UpdateCertificateOptions", "InvalidStateException", "", _BUSY, 2 * MINUTE),
    # All that is wrong with a batch of records has one code.
    Row("route53", "ChangeResourceRecordSets", "InvalidChangeBatch", "already exists", _EXISTS, 0),
    Row("route53", "ChangeResourceRecordSets", "InvalidChangeBatch", "alias target", _NOT_YET, 1 * MINUTE),
    Row("route53", "ChangeResourceRecordSets", "InvalidChangeBatch", "not found", _GONE, 0),
    Row("route53", "ChangeResourceRecordSets", "InvalidChangeBatch", "do not match the current", _RACE, 1 * MINUTE),
    # A zone of this minute.
    Row("route53", "ChangeResourceRecordSets", "NoSuchHostedZone", "", _NOT_YET, 1 * MINUTE),
    Row("route53", ".*", "NoSuchHostedZone", "", _GONE, 1 * MINUTE),
    Row("route53", ".*", "InvalidVPCId", "", _NOT_YET, 2 * MINUTE),
    # Its records are going at the same time.
    Row("route53", "DeleteHostedZone", "HostedZoneNotEmpty", "", _BUSY, 5 * MINUTE),
    Row("cloudfront", ".*", "PreconditionFailed|InvalidIfMatchVersion", "", _RACE, 1 * MINUTE),
    Row("cloudfront", "DeleteDistribution", "DistributionNotDisabled", "", _BUSY, 20 * MINUTE),
    Row("cloudfront", "Delete.*", "\\w*InUse", "", _BUSY, 20 * MINUTE),
    Row("cloudfront", "(Create|Update)Distribution.*", "InvalidViewerCertificate", "", _NOT_YET, 1 * MINUTE),
    Row("cloudfront", "(Create|Update)Distribution.*", "InvalidWebACLId|InvalidOriginAccessControl", "", _NOT_YET, 2 * MINUTE),
    # What a distribution uses is of this minute; an origin is its own.
    Row("cloudfront", "(Create|Update)Distribution.*", "NoSuchOrigin", "", _FINAL, 0),
    Row(
        "cloudfront",
        "(Create|Update)Distribution.*",
        "EntityNotFound|NoSuch(\\w+Policy|FunctionExists|OriginAccessControl)",
        "",
        _NOT_YET,
        2 * MINUTE,
    ),
    Row("cloudfront", ".*", "AccessDenied", "account must be verified", _FINAL, 0),
    # Web ACLs, and what they use, are known everywhere only after some minutes.
    Row("wafv2", ".*", "WAFUnavailableEntityException", "", _NOT_YET, 5 * MINUTE),
    Row("wafv2", ".*", "WAFOptimisticLockException", "", _RACE, 1 * MINUTE),
    # A rule group that the account would have to subscribe to.
    Row("wafv2", ".*", "WAFSubscriptionNotFoundException", "", _FINAL, 0),
    # What was protected is let go only once that is deployed everywhere.
    Row("wafv2", "Delete.*", "WAFAssociatedItemException", "", _BUSY, 5 * MINUTE),
    # A log destination that was just set locks the role by which WAF writes.
    Row("wafv2", ".*", "WAFServiceLinkedRoleErrorException", "", _BUSY, 2 * MINUTE),
    Row("wafv2", ".*", "WAF(Internal|TagOperation|TagOperationInternal)(Error)?Exception", "", Meaning.LOST, 2 * MINUTE),
    # A policy that was put a moment ago is not seen yet: the bucket's, the key's, the topic's, the role's.
    Row("cloudtrail", ".*", "Insufficient(S3Bucket|Encryption|SnsTopic)PolicyException", "", _NOT_YET, 2 * MINUTE),
    Row("cloudtrail", ".*", "InvalidCloudWatchLogs(LogGroup|Role)ArnException", "access denied", _NOT_YET, 2 * MINUTE),
    Row("cloudtrail", "(Create|Update)Trail", "KmsKey(NotFound|Disabled)Exception", "", _NOT_YET, 2 * MINUTE),
    Row("cloudtrail", "(Create|Update)Trail", "S3BucketDoesNotExistException", "", _NOT_YET, 2 * MINUTE),
    Row("cloudtrail", "(Put|Start|Add).*", "(Trail|Resource)NotFoundException", "", _NOT_YET, 2 * MINUTE),
    Row("cloudtrail", ".*", "ConflictException", "", _BUSY, 5 * MINUTE),
    Row("cloudtrail", "GetInsightSelectors", "InsightNotEnabledException", "", _GONE, 0),
    Row("firehose", "CreateDeliveryStream", "ResourceInUseException", "already exists", _EXISTS, 0),
    Row("firehose", "UpdateDestination", "ConcurrentModificationException", "", _RACE, 1 * MINUTE),
    Row("firehose", ".*", "InvalidArgumentException", "unable to assume|not authorized|denied", _NOT_YET, 2 * MINUTE),
    Row("firehose", ".*", "InvalidKMSResourceException", "", _NOT_YET, 2 * MINUTE),
    Row("firehose", ".*", "LimitExceededException", "", _FINAL, 0),
    # The record of a lock is another one than was seen.
    Row("dynamodb", "PutItem", "ConditionalCheckFailedException", "", _RACE, 1 * MINUTE),
    Row("dynamodb", "CreateTable", "ResourceInUseException", "", _EXISTS, 0),
    Row("dynamodb", ".*", "ProvisionedThroughputExceededException", "", Meaning.THROTTLED, 2 * MINUTE),
)

ADVICE: tuple[tuple[str, str], ...] = (
    (r"AddressLimitExceeded", "Elastic IP quota reached: release unused addresses, or ask for more in Service Quotas"),
    (r"VpcLimitExceeded", "VPC quota reached: delete unused VPCs, or ask for more in Service Quotas"),
    (r"\w*LimitExceeded(Exception|Fault)?", "a quota of this account is reached: ask for more in Service Quotas"),
    (r"WAFLimitsExceededException", "the rules need more capacity, or there are more web ACLs, than this account may have"),
    (r"MaximumNumberOfTrailsExceededException", "five trails is the most in a region, shadows of others counted: delete one"),
    (r"\w*QuotaExceeded(Fault)?", "a quota of this account is reached: ask for more in Service Quotas"),
    (r"InsufficientDBInstanceCapacity", "AWS has none left there: choose another db_instance_class or availability_zone"),
    (r"DBClusterSnapshotAlreadyExistsFault", "an earlier attempt took the cluster's last snapshot: rename or delete that"),
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
