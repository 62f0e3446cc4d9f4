"""A customer portal that handles financial transactions, built to meet PCI DSS 4.0."""

from __future__ import annotations

from provisioner import Plan

from .settings import Settings
from .vpc import network

__all__ = ["Settings", "build"]


def build(settings: Settings) -> Plan:
    """The platform as the settings of one environment want it."""
    net = network(settings)
    return Plan(
        "financial-platform",
        *net.steps,
        prefix="financial",
        tags={
            "Environment": settings.environment,
            "Application": "financial-transaction-platform",
            "CostCenter": settings.cost_center,
            "ManagedBy": "provisioner",
        },
        outputs={
            "vpc_id": net.vpc,
            "public_subnet_ids": list(net.public_subnets),
            "private_subnet_ids": list(net.private_subnets),
            "nat_gateway_addresses": [gateway.public_ip for gateway in net.nat_gateways],
        },
    )
