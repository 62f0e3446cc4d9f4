"""What was let go is held a while longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.lifelike.lingering import Lingering

from ..conftest import behaving, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.embedded.server import Running

    from ..conftest import Connect

TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'
ALLOW = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
SEEN = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
SAY = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]


@pytest.fixture(autouse=True)
def _lingering(server: Running) -> Iterator[None]:
    with behaving(server, Lingering()):
        yield


def held_a_while(delete: Any, code: str, **named: Any) -> None:
    """It is refused, and later not."""
    assert refusal(delete, **named) == code
    delete(**named)


class Balanced:
    """A load balancer with a listener that leads to a target group."""

    def __init__(self, connect: Connect) -> None:
        self.elbv2, ec2 = connect("elbv2"), connect("ec2")
        subnets = ec2.describe_subnets()["Subnets"][:2]
        targets = {"Name": "t", "Protocol": "HTTP", "Port": 80, "VpcId": subnets[0]["VpcId"]}
        self.group = self.elbv2.create_target_group(**targets)["TargetGroups"][0]["TargetGroupArn"]
        asked = {"Name": "lb", "Scheme": "internal", "Subnets": [subnet["SubnetId"] for subnet in subnets]}
        self.arn = self.elbv2.create_load_balancer(**asked)["LoadBalancers"][0]["LoadBalancerArn"]
        leads = [{"Type": "forward", "TargetGroupArn": self.group}]
        made = self.elbv2.create_listener(LoadBalancerArn=self.arn, Protocol="HTTP", Port=80, DefaultActions=leads)
        self.listener = made["Listeners"][0]["ListenerArn"]


@pytest.fixture
def balanced(connect: Connect) -> Balanced:
    return Balanced(connect)


def test_a_target_group_that_a_listener_let_go(balanced: Balanced) -> None:
    elbv2, delete = balanced.elbv2, balanced.elbv2.delete_target_group
    # What fails lets nothing go.
    assert refusal(elbv2.delete_rule, RuleArn=f"{balanced.listener.replace(':listener/', ':listener-rule/')}/no") != ""
    elbv2.modify_listener(ListenerArn=balanced.listener, Port=81)
    elbv2.modify_listener(ListenerArn=balanced.listener, DefaultActions=SAY)
    held_a_while(delete, "ResourceInUse", TargetGroupArn=balanced.group)


def test_a_target_group_that_is_used_again_does_not_linger_from_before(balanced: Balanced) -> None:
    elbv2, leads = balanced.elbv2, [{"Type": "forward", "TargetGroupArn": balanced.group}]
    for actions in (SAY, leads, SAY):
        elbv2.modify_listener(ListenerArn=balanced.listener, DefaultActions=actions)
    held_a_while(elbv2.delete_target_group, "ResourceInUse", TargetGroupArn=balanced.group)


def test_a_web_acl_of_a_load_balancer_that_is_gone(connect: Connect, balanced: Balanced) -> None:
    waf, elbv2 = connect("wafv2"), balanced.elbv2
    named = {"Name": "w", "Scope": "REGIONAL"}
    acl = waf.create_web_acl(**named, DefaultAction={"Allow": {}}, VisibilityConfig=SEEN)["Summary"]
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=balanced.arn)
    elbv2.delete_load_balancer(LoadBalancerArn=balanced.arn)
    held_a_while(waf.delete_web_acl, "WAFAssociatedItemException", **named, Id=acl["Id"], LockToken=acl["LockToken"])
    held_a_while(elbv2.delete_target_group, "ResourceInUse", TargetGroupArn=balanced.group)


def test_a_certificate_of_a_load_balancer_that_is_gone(connect: Connect, balanced: Balanced) -> None:
    acm, elbv2 = connect("acm"), balanced.elbv2
    from moto.acm.models import CertBundle

    bundle: Any = CertBundle
    pair = bundle.generate_cert("example.com", "123456789012", "eu-central-1")
    arn = acm.import_certificate(Certificate=pair.cert, PrivateKey=pair.key)["CertificateArn"]
    over = {"LoadBalancerArn": balanced.arn, "Protocol": "HTTPS", "Port": 443, "DefaultActions": SAY}
    elbv2.create_listener(**over, Certificates=[{"CertificateArn": arn}])
    assert refusal(acm.delete_certificate, CertificateArn=arn) == "ResourceInUseException"
    elbv2.delete_load_balancer(LoadBalancerArn=balanced.arn)
    held_a_while(acm.delete_certificate, "ResourceInUseException", CertificateArn=arn)


def _distribution(control: str, policy: str, acl: str) -> dict[str, Any]:
    origin = {
        "Id": "o",
        "DomainName": "b.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
        "OriginAccessControlId": control,
    }
    return {
        "CallerReference": "1",
        "Comment": "",
        "Enabled": False,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "o",
            "ViewerProtocolPolicy": "https-only",
            "CachePolicyId": "658327ea",
            "ResponseHeadersPolicyId": policy,
        },
        "WebACLId": acl,
    }


def test_what_a_distribution_let_go_and_what_it_took_along(connect: Connect) -> None:
    cloudfront, waf = connect("cloudfront"), connect("wafv2", "us-east-1")
    common = {"SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}
    control = cloudfront.create_origin_access_control(OriginAccessControlConfig={"Name": "c", **common})
    headers = {"Name": "h", "RemoveHeadersConfig": {"Quantity": 1, "Items": [{"Header": "Server"}]}}
    policy = cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=headers)
    named = {"Name": "w", "Scope": "CLOUDFRONT"}
    acl = waf.create_web_acl(**named, DefaultAction={"Allow": {}}, VisibilityConfig=SEEN)["Summary"]
    control_id, policy_id = control["OriginAccessControl"]["Id"], policy["ResponseHeadersPolicy"]["Id"]
    made = cloudfront.create_distribution(DistributionConfig=_distribution(control_id, policy_id, acl["ARN"]))
    number, config = made["Distribution"]["Id"], cloudfront.get_distribution_config(Id=made["Distribution"]["Id"])
    less = {**config["DistributionConfig"], "WebACLId": ""}
    cloudfront.update_distribution(Id=number, DistributionConfig=less, IfMatch=config["ETag"])
    held_a_while(waf.delete_web_acl, "WAFAssociatedItemException", **named, Id=acl["Id"], LockToken=acl["LockToken"])
    while (shown := cloudfront.get_distribution(Id=number))["Distribution"]["Status"] != "Deployed":
        pass
    cloudfront.delete_distribution(Id=number, IfMatch=shown["ETag"])
    assert refusal(cloudfront.delete_distribution, Id=number, IfMatch=shown["ETag"]) == "NoSuchDistribution"
    delete_control, delete_policy = cloudfront.delete_origin_access_control, cloudfront.delete_response_headers_policy
    held_a_while(delete_control, "OriginAccessControlInUse", Id=control_id, IfMatch=control["ETag"])
    held_a_while(delete_policy, "ResponseHeadersPolicyInUse", Id=policy_id, IfMatch=policy["ETag"])


def test_a_role_and_its_policy_for_some_seconds(connect: Connect) -> None:
    iam = connect("iam")
    policy = iam.create_policy(PolicyName="p", PolicyDocument=ALLOW)["Policy"]["Arn"]
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="r", PolicyName="inline", PolicyDocument=ALLOW)
    iam.attach_role_policy(RoleName="r", PolicyArn=policy)
    iam.detach_role_policy(RoleName="r", PolicyArn=policy)
    held_a_while(iam.delete_policy, "DeleteConflict", PolicyArn=policy)
    iam.delete_role_policy(RoleName="r", PolicyName="inline")
    assert refusal(iam.delete_role_policy, RoleName="no-such", PolicyName="inline") == "NoSuchEntity"
    held_a_while(iam.delete_role, "DeleteConflict", RoleName="r")


def test_the_groups_of_a_database_that_is_gone(connect: Connect) -> None:
    rds, ec2 = connect("rds"), connect("ec2")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    family = {"DBParameterGroupFamily": "aurora-mysql8.0", "Description": "d"}
    subnet_group = {"DBSubnetGroupName": "Subnets"}
    cluster_group, instance_group = {"DBClusterParameterGroupName": "of-clusters"}, {"DBParameterGroupName": "of-instances"}
    rds.create_db_subnet_group(**subnet_group, DBSubnetGroupDescription="d", SubnetIds=subnets)
    rds.create_db_cluster_parameter_group(**cluster_group, **family)
    rds.create_db_parameter_group(**instance_group, **family)
    secret = {"MasterUsername": "u", "MasterUserPassword": "a-password"}
    cluster, instance = {"DBClusterIdentifier": "c"}, {"DBInstanceIdentifier": "i"}
    rds.create_db_cluster(Engine="aurora-mysql", **cluster, **secret, **subnet_group, **cluster_group)
    rds.create_db_instance(Engine="aurora-mysql", DBInstanceClass="db.r6g.large", **cluster, **instance, **instance_group)
    _until(lambda: rds.describe_db_instances(**instance)["DBInstances"][0]["DBInstanceStatus"] == "available")
    rds.delete_db_instance(**instance)
    _until(lambda: rds.describe_db_instances()["DBInstances"] == [])
    _until(lambda: rds.describe_db_clusters(**cluster)["DBClusters"][0]["Status"] == "available")
    rds.delete_db_cluster(**cluster, SkipFinalSnapshot=True)
    _until(lambda: rds.describe_db_clusters()["DBClusters"] == [])
    held_a_while(rds.delete_db_parameter_group, "InvalidDBParameterGroupState", **instance_group)
    held_a_while(rds.delete_db_cluster_parameter_group, "InvalidDBParameterGroupState", **cluster_group)
    held_a_while(rds.delete_db_subnet_group, "InvalidDBSubnetGroupStateFault", **subnet_group)
    for absent, delete in ((cluster, rds.delete_db_cluster), (instance, rds.delete_db_instance)):
        assert refusal(delete, **absent, SkipFinalSnapshot=True).startswith("DB")


def _until(done: Callable[[], bool]) -> None:
    """Looks until it is so; that takes some looks, and no time."""
    assert any(done() for _ in range(20))
