"""The financial platform's network alone, with what it stands on: a plan that these tests bring up some hundred times."""

from __future__ import annotations

from plans.financial_platform.monitoring import log_groups
from plans.financial_platform.policies import PREFIX
from plans.financial_platform.security import keys
from plans.financial_platform.settings import Settings
from plans.financial_platform.vpc import network
from provisioner import Plan

__all__ = ["Settings", "build"]


def build(settings: Settings) -> Plan:
    """Module 1, the key of its logs, and the group of its flow logs."""
    customer_keys = keys(settings)
    flow_logs = log_groups(settings, customer_keys).flow_logs
    net = network(settings, flow_logs)
    return Plan("financial-platform", customer_keys.logs, flow_logs, *net.steps, prefix=PREFIX)
