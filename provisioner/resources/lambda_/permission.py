"""Who may call a function."""

from __future__ import annotations

import re
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

from ... import norm
from ...aws.retry import Meaning
from ...errors import CallFailed, PlanError
from ...resource import Id, Output, Resource, Value, attr
from .function import Function
from .reading import functions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from types_boto3_lambda.literals import FunctionUrlAuthTypeType

    from ...aws.account import Aws
    from ...resource import Changes, Live

# Lambda loses one of two changes of a function's policy that meet (Terraform, lambda/permission.go). Ours do not; for those of
# others we look whether ours was kept.
_ONE_BY_ONE = Lock()
_MOST_LOSSES = 3


def _account(principal: str) -> str:
    # Lambda turns an account's id into the ARN of its root.
    root = re.fullmatch(r"arn:[a-z-]+:iam::(\d{12}):root", principal)
    return root[1] if root else principal


def _digest(token: str) -> str:
    return token if token.startswith("sha256:") else f"sha256:{sha256(token.encode()).hexdigest()[:16]}"


class Permission(Resource):
    """A statement in the policy of one of the plan's functions: a service, an account or a role may call it.

    A service is let in for whoever uses it, so narrow it by `source_arn`, and by `source_account` too. The statement's id is
    the name of the plan's convention, and by that it is known again. `event_source_token` is shown by its digest only.

    AWS: Lambda AddPermission. A statement can not be changed: it is removed and added. One whose role was deleted shows the
    dead one's id (`AROA…`), and so is put again.
    """

    function: Id[Function] = attr("FunctionArn", replace=True)
    principal: Value[str] = attr("Principal", norm=_account)
    action: str = attr("Action", default="lambda:InvokeFunction")
    source_arn: Value[str | None] = attr("SourceArn", default=None)
    source_account: Value[str | None] = attr("SourceAccount", default=None)
    principal_org_id: str | None = attr("PrincipalOrgID", default=None)
    event_source_token: str | None = attr("EventSourceToken", default=None, norm=_digest)
    function_url_auth_type: FunctionUrlAuthTypeType | None = attr("FunctionUrlAuthType", default=None)
    invoked_via_function_url: bool | None = attr("InvokedViaFunctionUrl", default=None)

    id = Output("Subresource")
    mark = "Mark"
    longest_name = 100

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        found = aws.together(lambda function: _statements(aws, function["FunctionArn"]), functions(aws))
        return [statement for statements in found for statement in statements]

    def create(self, aws: Aws) -> Live | None:
        if aws.ownership.mark_of_named(type(self), aws.named(self)) != aws.mark(self):
            raise PlanError(f"{self.key}: so long a name can not be told from the statement's id: choose a shorter one")
        function: Any = aws.lambda_.get_function(FunctionName=self.function)
        aws.ownership.must_own(self, Function, {"FunctionArn": self.function, "Tags": function.get("Tags")})
        with _ONE_BY_ONE:
            self._add(aws)
        return {**_shown(self._statement()), **_place(self.function, aws.named(self)), "Mark": aws.mark(self)}

    def _add(self, aws: Aws) -> None:
        """Adds the statement, and again where another writer's change of the same moment has taken it away.

        Where it is only not shown yet, Lambda says that it is there already.
        """
        aws.lambda_.add_permission(FunctionName=self.function, StatementId=aws.named(self), **self._statement())
        for _ in range(_MOST_LOSSES):
            if self._is_kept(aws):
                return
            try:
                aws.lambda_.add_permission(FunctionName=self.function, StatementId=aws.named(self), **self._statement())
            except CallFailed as error:
                if error.meaning is Meaning.EXISTS:
                    return
                raise

    def _is_kept(self, aws: Aws) -> bool:
        found = aws.maybe(lambda: aws.lambda_.get_policy(FunctionName=self.function))
        statements = norm.document(found["Policy"])["Statement"] if found else ()
        return any(statement.get("Sid") == aws.named(self) for statement in statements)

    def _statement(self) -> dict[str, Any]:
        wanted = {
            "Principal": self.principal,
            "Action": self.action,
            "SourceArn": self.source_arn,
            "SourceAccount": self.source_account,
            "PrincipalOrgID": self.principal_org_id,
            "EventSourceToken": self.event_source_token,
            "FunctionUrlAuthType": self.function_url_auth_type,
            "InvokedViaFunctionUrl": self.invoked_via_function_url,
        }
        return {name: value for name, value in wanted.items() if value is not None}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        with _ONE_BY_ONE:
            aws.lambda_.remove_permission(FunctionName=live["FunctionArn"], StatementId=live["StatementId"])
            self._add(aws)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        with _ONE_BY_ONE:
            aws.lambda_.remove_permission(FunctionName=live["FunctionArn"], StatementId=live["StatementId"])


def _statements(aws: Aws, function: str) -> list[Live]:
    found = aws.maybe(lambda: aws.lambda_.get_policy(FunctionName=function))
    statements = norm.document(found["Policy"])["Statement"] if found else []
    return [
        {**_read(statement), **_place(function, statement["Sid"]), "Mark": mark}
        for statement in statements
        if (mark := aws.ownership.mark_of_named(Permission, statement.get("Sid", "")))
    ]


def _place(function: str, statement: str) -> dict[str, str]:
    return {"Subresource": f"{function}?permission={statement}", "FunctionArn": function, "StatementId": statement}


_CONDITIONS = {
    "aws:sourcearn": "SourceArn",
    "aws:sourceaccount": "SourceAccount",
    "aws:principalorgid": "PrincipalOrgID",
    "lambda:eventsourcetoken": "EventSourceToken",
    "lambda:functionurlauthtype": "FunctionUrlAuthType",
    "lambda:invokedviafunctionurl": "InvokedViaFunctionUrl",
}


def _read(statement: Mapping[str, Any]) -> dict[str, Any]:
    principal = statement["Principal"]
    tests = [test.items() for test in statement.get("Condition", {}).values()]
    said = {_CONDITIONS.get(key.lower(), key): value for test in tests for key, value in test}
    who = principal if isinstance(principal, str) else next(iter(principal.values()))
    return _shown({**said, "Principal": who, "Action": statement["Action"]})


def _shown(said: Mapping[str, Any]) -> dict[str, Any]:
    """A statement with its token's digest only, and with truth as such."""
    shown = dict(said)
    if token := shown.get("EventSourceToken"):
        shown["EventSourceToken"] = _digest(token)
    if "InvokedViaFunctionUrl" in shown:
        shown["InvokedViaFunctionUrl"] = str(shown["InvokedViaFunctionUrl"]).lower() == "true"
    return shown
