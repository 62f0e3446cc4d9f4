"""The calls that AWS accepts, and whose outcome may be that it has failed some time later. Imports nothing of moto."""

from __future__ import annotations

OUTCOMES = (
    "acm:RequestCertificate",
    "ec2:CreateNatGateway",
    "ec2:CreateVpcEndpoint",
    "elbv2:CreateLoadBalancer",
    "lambda:CreateFunction",
    "rds:CreateDBInstance",
)
