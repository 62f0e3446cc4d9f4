"""Dry runs, which moto carries out for most operations."""

from __future__ import annotations

from ...call import Answer, Behaviour, Call, Refused


class DryRuns(Behaviour):
    """AWS: DryRun checks the permission and changes nothing; the answer is an error in either case."""

    def before(self, call: Call) -> Answer | None:
        if call.service == "ec2" and call.parameters.get("DryRun"):
            raise Refused("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        return None
