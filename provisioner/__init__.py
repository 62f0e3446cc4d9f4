"""What a plan's author imports."""

from .errors import PlanError, ProvisionerError
from .plan import Plan
from .secret import Secret
from .value import ACCOUNT_ID, CALLER, PARTITION, REGION, Fact, text

__all__ = ["ACCOUNT_ID", "CALLER", "PARTITION", "REGION", "Fact", "Plan", "PlanError", "ProvisionerError", "Secret", "text"]
__version__ = "0.1.0"
