"""What was let go is held for a while longer: AWS's services learn late that nobody uses it any more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from ..call import Behaviour, Call, Refused
from ..clock import Delay
from ..mends.cloudfront.distributions import config_of
from ..mends.mending import backend, kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..call import Answer

Held = tuple[str, str]
"""What is held: the call that would delete it, and the name or ARN that this names it by."""


class _Refusal(NamedTuple):
    """How a deletion is refused while something is still taken for used, and for how many seconds that is so."""

    named_by: str
    seconds: float
    code: str
    words: str
    status: int = 400


class Lingering(Behaviour):
    """Refuses for a while to delete what a load balancer, a distribution, a cluster or a role has let go.

    AWS says that it is in use still, in the same words as before. Terraform waits 20 minutes for certificates, 5 for web
    ACLs, 3 for the groups of a database, 2 in IAM.
    """

    def before(self, call: Call) -> Answer | None:
        if refusal := _REFUSALS.get(str(call)):
            self._refuse(call, refusal)
        for held in _held(call):
            _lingering(call)[held] = None
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        """What is held no more lingers from now on; what still is, was not let go."""
        asked, lingering = [held for held, delay in _lingering(call).items() if delay is None], _lingering(call)
        # A database is shown for minutes after its deletion has begun; what it held is for all that let go.
        still = set(_held(call)) if asked and call.service != "rds" else set()
        for held in asked:
            if held in still or answer.error:
                del lingering[held]
            else:
                lingering[held] = Delay(_REFUSALS[held[0]].seconds, looks=1)
        return answer

    def _refuse(self, call: Call, refusal: _Refusal) -> None:
        named = str(call.parameters.get(refusal.named_by, "")).lower()
        delay = _lingering(call).get((str(call), named))
        if delay is not None and delay.goes_on():
            raise Refused(refusal.code, refusal.words.replace("{}", named), refusal.status)


def _lingering(call: Call) -> dict[Held, Delay | None]:
    # STS has one backend an account, whatever service the call is about.
    found: dict[Any, Any] = kept(backend(call, "sts"), "lingering")
    return found


def _held(call: Call) -> Iterator[Held]:
    """What is held by the thing that a call changes or deletes, where it holds anything."""
    find = _HOLDERS.get(str(call))
    yield from ((what, name.lower()) for what, name in (find(call) if find else ()))


def _of_balancers(call: Call) -> Iterator[Held]:
    """By all load balancers: a listener's call names no load balancer."""
    for balancer in backend(call, "elbv2").load_balancers.values():
        for listener in balancer.listeners.values():
            yield from (("acm:DeleteCertificate", arn) for arn in listener.certificates)
        if "moto.wafv2.models" in sys.modules:
            acls = backend(call, "wafv2").wacls.values()
            yield from (("wafv2:DeleteWebACL", acl.id) for acl in acls if balancer.arn in acl.associated_resources)
    for group in backend(call, "elbv2").target_groups.values():
        if group.load_balancer_arns:
            yield "elbv2:DeleteTargetGroup", group.arn


def _of_a_distribution(call: Call) -> Iterator[Held]:
    distribution = backend(call).distributions.get(call.parameters["Id"])
    config = config_of(distribution) if distribution is not None else None
    if config is None:
        return
    yield "acm:DeleteCertificate", config["ViewerCertificate"].get("ACMCertificateArn", "")
    yield "wafv2:DeleteWebACL", config["WebACLId"].rpartition("/")[2]
    for origin in config["Origins"]["Items"]:
        yield "cloudfront:DeleteOriginAccessControl", origin["OriginAccessControlId"]
    for behavior in (config["DefaultCacheBehavior"], *config["CacheBehaviors"].get("Items", ())):
        yield "cloudfront:DeleteResponseHeadersPolicy", behavior.get("ResponseHeadersPolicyId", "")


def _of_a_role(call: Call) -> Iterator[Held]:
    """AWS: IAM takes seconds to know everywhere that a role has no policy and no profile any more."""
    iam, name = backend(call), call.parameters["RoleName"]
    role = next((role for role in iam.roles.values() if role.name == name), None)
    if role is None:
        return
    if role.policies or role.managed_policies or any(role in profile.roles for profile in iam.instance_profiles.values()):
        yield "iam:DeleteRole", name
    yield from (("iam:DeletePolicy", arn) for arn in role.managed_policies)


def _of_a_cluster(call: Call) -> Iterator[Held]:
    cluster = backend(call).clusters.get(call.parameters["DBClusterIdentifier"])
    if cluster is not None:
        yield "rds:DeleteDBSubnetGroup", cluster.db_subnet_group_name
        yield "rds:DeleteDBClusterParameterGroup", cluster.parameter_group


def _of_an_instance(call: Call) -> Iterator[Held]:
    instance = backend(call).databases.get(call.parameters["DBInstanceIdentifier"])
    for group in instance.db_parameter_groups() if instance is not None else ():
        yield "rds:DeleteDBParameterGroup", group.name


_REFUSALS = {
    "acm:DeleteCertificate": _Refusal("CertificateArn", 300, "ResourceInUseException", "Certificate {} is in use."),
    "cloudfront:DeleteOriginAccessControl": _Refusal(
        "Id", 120, "OriginAccessControlInUse", "Cannot delete the origin access control because it's in use.", 409
    ),
    "cloudfront:DeleteResponseHeadersPolicy": _Refusal(
        "Id", 120, "ResponseHeadersPolicyInUse", "Cannot delete the response headers policy because it's in use.", 409
    ),
    "elbv2:DeleteTargetGroup": _Refusal(
        "TargetGroupArn", 30, "ResourceInUse", "Target group '{}' is currently in use by a listener or a rule"
    ),
    "iam:DeletePolicy": _Refusal("PolicyArn", 10, "DeleteConflict", "Cannot delete a policy attached to entities.", 409),
    "iam:DeleteRole": _Refusal("RoleName", 10, "DeleteConflict", "Cannot delete entity, must detach all policies first.", 409),
    "rds:DeleteDBClusterParameterGroup": _Refusal(
        "DBClusterParameterGroupName",
        600,
        "InvalidDBParameterGroupState",
        "One or more database instances are still members of this parameter group {}, so the group cannot be deleted",
    ),
    "rds:DeleteDBParameterGroup": _Refusal(
        "DBParameterGroupName",
        600,
        "InvalidDBParameterGroupState",
        "One or more database instances are still members of this parameter group {}, so the group cannot be deleted",
    ),
    "rds:DeleteDBSubnetGroup": _Refusal(
        "DBSubnetGroupName",
        600,
        "InvalidDBSubnetGroupStateFault",
        "Cannot delete the subnet group '{}' because at least one database instance is still using it.",
    ),
    "wafv2:DeleteWebACL": _Refusal(
        "Id",
        180,
        "WAFAssociatedItemException",
        "AWS WAF couldn't perform the operation because your resource is being used by another resource.",
    ),
}
_BALANCER_CALLS = (
    "DeleteListener",
    "DeleteLoadBalancer",
    "DeleteRule",
    "ModifyListener",
    "ModifyRule",
    "RemoveListenerCertificates",
)
_HOLDERS = {
    **{f"elbv2:{operation}": _of_balancers for operation in _BALANCER_CALLS},
    "wafv2:DisassociateWebACL": _of_balancers,
    "cloudfront:DeleteDistribution": _of_a_distribution,
    "cloudfront:UpdateDistribution": _of_a_distribution,
    **{
        f"iam:{operation}": _of_a_role
        for operation in ("DeleteRolePolicy", "DetachRolePolicy", "RemoveRoleFromInstanceProfile")
    },
    "rds:DeleteDBCluster": _of_a_cluster,
    "rds:DeleteDBInstance": _of_an_instance,
}
