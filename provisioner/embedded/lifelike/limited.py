"""The limits of AWS's services on what a single call says, by service; those that a mend keeps are not here."""

from __future__ import annotations

import json
from typing import Any

from .limits import Limit, at_most, between, matches, without_white_space

_INVALID = "InvalidParameterValue"

# EC2, CreateSecurityGroup: "Constraints for EC2-VPC".
_GROUP_TEXT = r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}"
_RULE_TEXT = "IpPermissions[].[IpRanges, Ipv6Ranges, UserIdGroupPairs, PrefixListIds][][].Description"

_EC2 = (
    Limit(
        *("ec2", "CreateSecurityGroup", "GroupName", matches(f"(?!sg-){_GROUP_TEXT}"), _INVALID),
        "Value ({value}) for parameter GroupName is invalid. Names have up to 255 characters, and not the format sg-*",
    ),
    Limit(
        *("ec2", "CreateSecurityGroup", "Description", matches(_GROUP_TEXT), _INVALID),
        "Value ({value}) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.",
    ),
    Limit(
        *("ec2", "AuthorizeSecurityGroup.*|UpdateSecurityGroupRuleDescriptions.*", _RULE_TEXT, matches(_GROUP_TEXT), _INVALID),
        "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  "
        "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
    ),
    Limit(
        *("ec2", "ModifySecurityGroupRules", "SecurityGroupRules[].SecurityGroupRule.Description", matches(_GROUP_TEXT)),
        *(_INVALID, "Invalid rule description. Valid descriptions are strings less than 256 characters."),
    ),
    Limit(
        *("ec2", "CreateLaunchTemplate", "LaunchTemplateName", matches(r"[a-zA-Z0-9().\-/_]{3,128}")),
        "InvalidLaunchTemplateName.MalformedException",
        "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following "
        "characters: - ( ) . / _.",
    ),
    Limit("ec2", "Create.*", "ClientToken", matches(r"[\x21-\x7e ]{1,64}"), "InvalidClientToken", "Invalid client token."),
    Limit(
        *("ec2", "(Create|Modify)VpcEndpoint", "PolicyDocument", at_most(20_480), "InvalidPolicyDocument"),
        "The policy document exceeds the maximum size of 20480 characters.",
    ),
    Limit(
        *("ec2", "CreateNetworkInterface|ModifyNetworkInterfaceAttribute", "[Groups]", at_most(5)),
        *("SecurityGroupsPerInterfaceLimitExceeded", "The maximum number of security groups per interface has been reached."),
    ),
    Limit(
        *("ec2", "(Create|Replace)NetworkAclEntry", "RuleNumber", between(1, 32_766), _INVALID),
        "Value ({value}) for parameter ruleNumber is invalid. The rule number must be between 1 and 32766.",
    ),
)

_GROUP_NAME = r"(?=.{1,255}$)[A-Za-z](-?[A-Za-z0-9])*"
_IDENTIFIER = (
    "The parameter {name} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, "
    "digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
)


def _identifier(operations: str, name: str) -> Limit:
    return Limit("rds", operations, name, matches(_GROUP_NAME), _INVALID, _IDENTIFIER.replace("{name}", name))


_RDS = (
    _identifier("CreateDBClusterParameterGroup", "DBClusterParameterGroupName"),
    _identifier("CreateDBParameterGroup", "DBParameterGroupName"),
    _identifier("CreateDBClusterSnapshot", "DBClusterSnapshotIdentifier"),
    _identifier("DeleteDBCluster", "FinalDBSnapshotIdentifier"),
    Limit(
        *("rds", "CreateDBSubnetGroup", "DBSubnetGroupName", matches(r"(?i)(?!default$)[a-z0-9._ -]{1,255}"), _INVALID),
        "The parameter DBSubnetGroupName is not a valid name: up to 255 letters, digits, spaces, hyphens, underscores and "
        "periods, and not default.",
    ),
    Limit(
        *("rds", "CreateDBCluster", "MasterUsername", matches(r"(?!rdsadmin$)[A-Za-z][A-Za-z0-9_]{0,15}"), _INVALID),
        "The parameter MasterUsername is not a valid user name, or is a reserved word of the engine.",
    ),
    Limit(
        *("rds", "CreateDBCluster", "DatabaseName", matches("[A-Za-z][A-Za-z0-9_]{0,63}"), _INVALID),
        "The parameter DatabaseName must begin with a letter and contain up to 64 alphanumeric characters.",
    ),
    Limit(
        *("rds", "(Create|Modify)DBCluster", "BackupRetentionPeriod", between(1, 35), _INVALID),
        "Invalid backup retention period: {value}. Must be between 1 and 35 days.",
    ),
    Limit(
        *("rds", "(Create|Modify)DBCluster", "Port", between(1150, 65535), _INVALID),
        "Invalid database port {value}. Valid port range is 1150-65535.",
    ),
)

_LAMBDA_INVALID = "InvalidParameterValueException"
_ENVIRONMENT = "Lambda was unable to configure your environment variables because the environment variables you have provided "
# Lambda, "Defined runtime environment variables": the reserved ones.
_RESERVED = (
    "_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_REGION|REGION|EXECUTION_ENV|ACCESS_KEY(_ID)?|SECRET_ACCESS_KEY|SESSION_TOKEN"
    "|LAMBDA_(FUNCTION_(NAME|MEMORY_SIZE|VERSION)|INITIALIZATION_TYPE|LOG_GROUP_NAME|LOG_STREAM_NAME|RUNTIME_API))"
    "|LAMBDA_(TASK_ROOT|RUNTIME_DIR)"
)


def _within_4_kb(variables: dict[str, Any]) -> bool:
    return len(json.dumps(variables, separators=(",", ":"))) <= 4096


_LAMBDA = (
    Limit(
        *("lambda", "CreateFunction", "FunctionName", matches("arn:.*|.*:.*|.{1,64}"), "ValidationException"),
        "1 validation error detected: Value '{value}' at 'functionName' failed to satisfy constraint: Member must have "
        "length less than or equal to 64",
    ),
    Limit(
        *("lambda", "(Create|Update)Function.*", "Environment.Variables", _within_4_kb, _LAMBDA_INVALID),
        f"{_ENVIRONMENT}exceeded the 4KB limit.",
    ),
    Limit(
        *("lambda", "(Create|Update)Function.*", "keys(Environment.Variables || `{}`)", matches(f"(?!({_RESERVED})$).*")),
        *(_LAMBDA_INVALID, f"{_ENVIRONMENT}contains reserved keys: {{value}}."),
    ),
)


def _cloudfront(operations: str, path: str, most: int, name: str) -> Limit:
    return Limit("cloudfront", operations, path, at_most(most), "InvalidArgument", f"The parameter {name} is too long.")


_CONTROL, _CONFIG = "(Create|Update)OriginAccessControl", "OriginAccessControlConfig"
_DISTRIBUTION, _TAGGED = "(Create|Update)Distribution.*", "DistributionConfigWithTags.DistributionConfig"
_ALIASES = f"[{_TAGGED}.Aliases.Items || DistributionConfig.Aliases.Items]"
_CLOUDFRONT = (
    _cloudfront(_CONTROL, f"{_CONFIG}.Name", 64, "Name"),
    _cloudfront(_CONTROL, f"{_CONFIG}.Description", 256, "Description"),
    _cloudfront(_DISTRIBUTION, f"{_TAGGED}.Comment || DistributionConfig.Comment", 128, "Comment"),
    Limit(
        *("cloudfront", _DISTRIBUTION, _ALIASES, at_most(100), "TooManyDistributionCNAMEs"),
        "Your request contains more CNAMEs than are allowed per distribution.",
    ),
)

_KMS = (
    Limit(
        *("kms", "(Create|Delete|Update)Alias", "AliasName", matches("(?!alias/aws/).*"), "NotAuthorizedException"),
        "Alias {value} is reserved: names that begin with alias/aws/ are those of AWS's own keys.",
    ),
    Limit(
        *("kms", "CreateKey|PutKeyPolicy", "Policy", at_most(32_768), "LimitExceededException"),
        "The key policy exceeds the maximum size of 32768 bytes.",
    ),
)

LIMITS = (
    *_EC2,
    *_RDS,
    *_LAMBDA,
    *_CLOUDFRONT,
    *_KMS,
    Limit(
        *("autoscaling", "CreateAutoScalingGroup", "AutoScalingGroupName", matches("[^:]{1,255}"), "ValidationError"),
        "Group name must be 1 to 255 characters long, and contain no colon.",
    ),
    Limit(
        *("iam", "CreateRole", "AssumeRolePolicyDocument", without_white_space(2048), "LimitExceeded"),
        *("Cannot exceed quota for ACLSizePerRole: 2048", 409),
    ),
    Limit(
        *("iam", "UpdateAssumeRolePolicy", "PolicyDocument", without_white_space(2048), "LimitExceeded"),
        *("Cannot exceed quota for ACLSizePerRole: 2048", 409),
    ),
    Limit(
        *("s3", "PutBucketPolicy", "Policy", at_most(20_480), "MalformedPolicy"),
        "Policy exceeds the maximum allowed document size.",
    ),
    Limit(
        *("sns", "CreateTopic", "Attributes.DisplayName", at_most(100), "InvalidParameter"),
        "Invalid parameter: Attributes Reason: DisplayName must be at most 100 characters long.",
    ),
)
