"""Actions and conditions as AWS shows them: with its defaults, and with some things said twice."""

from __future__ import annotations

import copy
from typing import Any

_SIGN_IN = {
    "SessionCookieName": "AWSELBAuthSessionCookie",
    "Scope": "openid",
    "SessionTimeout": 604800,
    "OnUnauthenticatedRequest": "authenticate",
}
_DEFAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "redirect": (
        "RedirectConfig",
        {"Protocol": "#{protocol}", "Port": "#{port}", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"},
    ),
    "fixed-response": ("FixedResponseConfig", {"ContentType": "text/plain"}),
    "authenticate-oidc": ("AuthenticateOidcConfig", _SIGN_IN),
    "authenticate-cognito": ("AuthenticateCognitoConfig", _SIGN_IN),
}


def actions(kept: list[Any]) -> list[dict[str, Any]]:
    """Actions: a forward to one target group shows it twice, and a client's secret is never shown."""
    return [_action(copy.deepcopy(action.data)) for action in kept]


def _action(action: dict[str, Any]) -> dict[str, Any]:
    if action["Type"] == "forward":
        groups = action.get("ForwardConfig", {}).get("TargetGroups") or [{"TargetGroupArn": action.get("TargetGroupArn")}]
        stickiness = action.get("ForwardConfig", {}).get("TargetGroupStickinessConfig") or {"Enabled": False}
        weighed = [{"Weight": 1, **group} for group in groups]
        first = {"TargetGroupArn": groups[0]["TargetGroupArn"]} if len(groups) == 1 else {}
        return {**action, **first, "ForwardConfig": {"TargetGroups": weighed, "TargetGroupStickinessConfig": stickiness}}
    where, defaults = _DEFAULTS.get(action["Type"], ("", {}))
    if where:
        config = {**defaults, **action[where]}
        config.pop("ClientSecret", None)
        config.pop("UseExistingClientSecret", None)
        action[where] = config
    return action


def conditions(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Conditions: hosts and paths stand in the condition itself, too."""
    found = copy.deepcopy(kept)
    for condition in found:
        name = {"host-header": "HostHeaderConfig", "path-pattern": "PathPatternConfig"}.get(condition.get("Field", ""))
        if name:
            config = condition.setdefault(name, {"Values": condition.get("Values", [])})
            condition.update({key: config[key] for key in ("Values", "RegexValues") if key in config})
    return found
