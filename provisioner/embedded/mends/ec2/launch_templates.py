"""Launch templates: versions that say just what was asked for, all of them shown, and errors that name what is missing."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from moto.ec2.utils import parse_user_data

from ...call import Call, Refused, Result
from ..mending import Mends

mends = Mends("ec2")

_MOST_USER_DATA = 16 * 1024


@mends.first("CreateLaunchTemplate", "CreateLaunchTemplateVersion")
def user_data_fits(call: Call, backend: Any) -> None:
    """AWS: base64, of at most 16 KB before that."""
    given = call.parameters.get("LaunchTemplateData", {}).get("UserData", "")
    try:
        size = len(base64.b64decode(given, validate=True))
    except binascii.Error as error:
        raise Refused("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.") from error
    if size > _MOST_USER_DATA:
        raise Refused("InvalidUserData.Malformed", f"User data is limited to {_MOST_USER_DATA} bytes")


@mends.first("CreateLaunchTemplateVersion", "ModifyLaunchTemplate", "DeleteLaunchTemplate", "DescribeLaunchTemplateVersions")
def is_there(call: Call, backend: Any) -> None:
    """AWS: the code says whether an id or a name was asked for."""
    template_id, name = call.parameters.get("LaunchTemplateId"), call.parameters.get("LaunchTemplateName")
    _known(backend, [template_id] if template_id else [], [name] if name else [])


@mends.then("CreateLaunchTemplate")
def only_what_was_said(call: Call, backend: Any, result: Result) -> None:
    """Moto puts the template's own tags into what it launches."""
    template = backend.launch_templates[result["LaunchTemplate"]["LaunchTemplateId"]]
    data = template.versions[0].data
    data.pop("TagSpecifications", None)
    if wanted := call.parameters.get("LaunchTemplateData", {}).get("TagSpecifications"):
        data["TagSpecifications"] = wanted


@mends.then("CreateLaunchTemplateVersion")
def as_its_source(call: Call, backend: Any, result: Result) -> Result:
    """AWS: what a version does not say, it takes from its source, if it names one; moto forgets that user data is encoded."""
    made = result["LaunchTemplateVersion"]
    template = backend.launch_templates[made["LaunchTemplateId"]]
    version = template.versions[-1]
    if source := call.parameters.get("SourceVersion"):
        version.data = {**template.get_version(source).data, **version.data}
    if isinstance(version.data.get("UserData"), str):
        version.data["UserData"] = parse_user_data(version.data["UserData"])
    return {"LaunchTemplateVersion": _shown(call, template, version)}


@mends.first("DescribeLaunchTemplates")
def show_all(call: Call, backend: Any) -> Result:
    """Moto shows the first fifteen, and no token for the rest."""
    ids, names = call.parameters.get("LaunchTemplateIds", []), call.parameters.get("LaunchTemplateNames", [])
    _known(backend, ids, names)
    filters = {one["Name"]: one.get("Values", []) for one in call.parameters.get("Filters", ())}
    found = backend.describe_launch_templates(names, ids, filters)
    return _page(call, "LaunchTemplates", [_listed(call, template) for template in found])


@mends.first("DescribeLaunchTemplateVersions")
def show_all_versions(call: Call, backend: Any) -> Result:
    asked = call.parameters
    found = backend.describe_launch_template_versions(
        asked.get("LaunchTemplateName"),
        asked.get("LaunchTemplateId"),
        asked.get("Versions", []),
        int(asked.get("MinVersion") or 0),
        int(asked.get("MaxVersion") or 0),
        1_000_000,
    )
    return _page(call, "LaunchTemplateVersions", [_shown(call, template, version) for template, version in found])


def _known(backend: Any, ids: list[str], names: list[str]) -> None:
    for one in ids:
        if one not in backend.launch_templates:
            raise Refused(
                "InvalidLaunchTemplateId.NotFound", f"The specified launch template, with template ID {one}, does not exist."
            )
    for one in names:
        if one not in backend.launch_template_name_to_ids:
            message = f"The specified launch template, with template name {one}, does not exist."
            raise Refused("InvalidLaunchTemplateName.NotFoundException", message)


def _page(call: Call, name: str, whole: list[dict[str, Any]]) -> Result:
    start = int(call.parameters.get("NextToken") or 0)
    end = start + int(call.parameters.get("MaxResults") or 200)
    more = {"NextToken": str(end)} if end < len(whole) else {}
    return {name: whole[start:end], **more}


def _listed(call: Call, template: Any) -> dict[str, Any]:
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "CreateTime": template.create_time,
        "CreatedBy": f"arn:aws:iam::{call.account}:root",
        "DefaultVersionNumber": template.default_version_number,
        "LatestVersionNumber": template.latest_version_number,
        "Tags": [{"Key": tag["key"], "Value": tag["value"]} for tag in template.get_tags()],
    }


def _shown(call: Call, template: Any, version: Any) -> dict[str, Any]:
    data = {name: value for name, value in version.data.items() if value is not None}
    if "UserData" in data:
        data["UserData"] = str(data["UserData"])
    described = {"VersionDescription": version.description} if version.description else {}
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "VersionNumber": version.number,
        **described,
        "CreateTime": version.create_time,
        "CreatedBy": f"arn:aws:iam::{call.account}:root",
        "DefaultVersion": template.is_default(version),
        "LaunchTemplateData": data,
    }
