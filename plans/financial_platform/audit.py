"""What the audit trail is watched for: the events that PCI DSS 4.0 (10.2.1, 10.7.2) and the CIS benchmark want a person to see.

The patterns are those of CIS AWS Foundations Benchmark 1.4, 4.1 to 4.15, word for word: auditors and their tools look for them.
Three events more of an organization are watched, since some tools look for these, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def _events(names: Iterable[str], source: str = "") -> str:
    calls = " || ".join(f"($.eventName = {name})" for name in names)
    return f"{{ ($.eventSource = {source}) && ({calls}) }}" if source else f"{{ {calls} }}"


WATCHED: Mapping[str, str] = {
    "unauthorised-calls": '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    "login-without-mfa": '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }',
    "root-login": '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
    "iam-changes": _events(
        [
            *("DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy", "PutUserPolicy"),
            *("CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion"),
            *("AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy"),
            *("AttachGroupPolicy", "DetachGroupPolicy"),
        ]
    ),
    "trail-changes": _events(["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"]),
    "failed-logins": '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
    "key-deletions": _events(["DisableKey", "ScheduleKeyDeletion"], "kms.amazonaws.com"),
    "bucket-policy-changes": _events(
        [
            *("PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication"),
            *("DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication"),
        ],
        "s3.amazonaws.com",
    ),
    "config-changes": _events(
        ["StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder"],
        "config.amazonaws.com",
    ),
    "security-group-changes": _events(
        [
            *("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress"),
            *("RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup"),
        ]
    ),
    "network-acl-changes": _events(
        [
            *("CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry"),
            *("ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation"),
        ]
    ),
    "gateway-changes": _events(
        [
            *("CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway", "CreateInternetGateway"),
            *("DeleteInternetGateway", "DetachInternetGateway"),
        ]
    ),
    "route-changes": _events(
        [
            *("CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation"),
            *("DeleteRouteTable", "DeleteRoute", "DisassociateRouteTable"),
        ],
        "ec2.amazonaws.com",
    ),
    "vpc-changes": _events(
        [
            *("CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection", "CreateVpcPeeringConnection"),
            *("DeleteVpcPeeringConnection", "RejectVpcPeeringConnection", "AttachClassicLinkVpc"),
            *("DetachClassicLinkVpc", "DisableVpcClassicLink", "EnableVpcClassicLink"),
        ]
    ),
    "organization-changes": _events(
        [
            *("AcceptHandshake", "AttachPolicy", "CancelHandshake", "CreateAccount", "CreateOrganization"),
            *("CreateOrganizationalUnit", "CreatePolicy", "DeclineHandshake", "EnableAllFeatures"),
            *("DeleteOrganization", "DeleteOrganizationalUnit", "DeletePolicy", "DetachPolicy", "DisablePolicyType"),
            *("EnablePolicyType", "InviteAccountToOrganization", "LeaveOrganization", "MoveAccount"),
            *("RemoveAccountFromOrganization", "UpdatePolicy", "UpdateOrganizationalUnit"),
        ],
        "organizations.amazonaws.com",
    ),
}
"""Patterns by what they find, each for the trail's log group."""

OFTEN = {"unauthorised-calls": 5, "failed-logins": 3}
"""What happens now and then, and is worth a person only beyond so many in five minutes."""
