"""An environment's settings: what its TOML file and `--set` say, checked as a whole before anything is called."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from .errors import SettingsError

ENVIRONMENT = r"^[a-z][a-z0-9]{1,11}$"
REGION = r"^[a-z]{2,5}(-[a-z]+)+-[0-9]+$"
ALLOWED = {"bool": "true or false", "int": "a whole number", "float": "a number", "string": "text in quotes"}
"""What a field of a simple type takes, by the beginning of pydantic's name of the error."""

Key = tuple[str | int, ...]
AnySettings = TypeVar("AnySettings", bound="Settings")


class Settings(BaseModel):
    """What every environment has. A plan's own `Settings` derives from this and adds its fields.

    `description` of a field says what is allowed: it stands in the error when something else is given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    environment: Annotated[str, Field(pattern=ENVIRONMENT, description="2 to 12 lower-case letters and digits, a letter first")]
    account_id: Annotated[str | None, Field(pattern=r"^[0-9]{12}$", description='12 digits in quotes: "123456789012"')] = None
    """The account that the environment may touch; without one it is embedded."""
    region: Annotated[str | None, Field(pattern=REGION, description="a region like us-east-1")] = None
    protect: Annotated[bool, Field(description="true or false")] = False
    """While it is true, `teardown` refuses."""
    embedded_idle_minutes: Annotated[float, Field(gt=0, description="minutes, more than 0")] = 120
    """When the embedded AWS ends by itself: after so long without a call."""
    embedded_level: Annotated[Literal["plain", "lifelike", "hostile"], Field(description="plain, lifelike or hostile")] = (
        "lifelike"
    )
    """How strict the embedded AWS is, where this command starts it."""
    embedded_minute_ms: Annotated[float, Field(gt=0, description="milliseconds, more than 0")] = 50
    """How long one of AWS's minutes takes the embedded one."""

    @property
    def embedded(self) -> bool:
        """Whether it lives on the AWS of this machine."""
        return self.account_id is None


def load(
    settings_class: type[AnySettings], path: Path | None, environment: str, overrides: Sequence[tuple[str, str]] = ()
) -> AnySettings:
    """The settings of an environment. Raises `SettingsError` with every mistake, each with its file and key.

    `path` is the environment's file, None where it needs none. `overrides` are assignments (`nat_gateways=3`, dotted keys for
    nested ones) with the flag that gave each; the last one of a key counts.
    """
    content = _read(path) if path is not None else {}
    origins: dict[Key, str] = {}
    mistakes = [wrong for flag, text in overrides if (wrong := _override(content, origins, flag, text))]
    source = _shown(path) if path is not None else f"environment {environment!r}"
    mistakes += _contradictions(content, environment, origins, source)
    try:
        settings = settings_class.model_validate(content)
    except ValidationError as error:
        mistakes += [_mistake(settings_class, one, origins, source) for one in error.errors(include_url=False)]
    if mistakes:
        raise SettingsError(mistakes)
    return settings


def schema(settings_class: type[Settings], title: str) -> dict[str, Any]:
    """The JSON Schema of an environment's file. The environment's name is the command's to say, so no file needs it."""
    found = settings_class.model_json_schema()
    found["properties"].pop("environment")
    required = [name for name in found.pop("required", ()) if name != "environment"]
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**dialect, **found, "title": f"Settings of {title}", **({"required": required} if required else {})}


def _contradictions(content: dict[str, Any], environment: str, origins: Mapping[Key, str], source: str) -> Iterator[str]:
    """What does not go with the environment that the command names."""
    if (named := content.setdefault("environment", environment)) != environment:
        yield (
            f"{origins.get(('environment',), source)}: environment: is {named!r}, and the command names {environment!r} "
            f"(leave the key out: the command names the environment)"
        )
    if environment == "local" and content.get("account_id") is not None:
        yield (
            f"{origins.get(('account_id',), source)}: account_id: `local` never reaches a real account "
            f"(leave it out, or give the environment another name)"
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"{_shown(path)}: can not be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise SettingsError([f"{_shown(path)}: is not UTF-8 text: {error.reason}"]) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{_shown(path)}: is not TOML: {error}"]) from error


def _shown(path: Path) -> str:
    near = os.path.relpath(path)
    return str(path) if near.startswith("..") else near


def _override(content: dict[str, Any], origins: dict[Key, str], flag: str, text: str) -> str | None:
    """Puts one assignment into the content; what is wrong with it, if anything is."""
    name, equals, value = text.partition("=")
    key = tuple(part.strip() for part in name.split("."))
    if not equals or not all(key):
        return f"{flag}: {text!r} is not an assignment (key=value)"
    place = content
    for part in key[:-1]:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            return f"{flag}: {name}: {part} has no keys below it"
    try:
        place[key[-1]] = _typed(value)
    except tomllib.TOMLDecodeError as error:
        return f"{flag}: {name}: {value!r} is not a TOML value: {error}"
    origins[key] = flag
    return None


def _typed(value: str) -> Any:
    # Everything but a list, a table and quoted text reaches pydantic as text, which it turns into what the field is: so an
    # account id stays text and a number becomes one.
    return tomllib.loads(f"value = {value}")["value"] if value.startswith(("[", "{", '"', "'")) else value


def _mistake(settings_class: type[BaseModel], error: ErrorDetails, origins: Mapping[Key, str], source: str) -> str:
    key = error["loc"]
    # A mistake in a table may lie in what was put below it, and one below a key in what the key was set to.
    origin = next((flag for set_, flag in origins.items() if key and set_[: len(key)] == key[: len(set_)]), source)
    place = f"{origin}: {'.'.join(map(str, key))}" if key else origin
    what, allowed = _wrong(settings_class, error)
    return f"{place}: {what} ({allowed})" if allowed else f"{place}: {what}"


def _wrong(settings_class: type[BaseModel], error: ErrorDetails) -> tuple[str, str | None]:
    """What is wrong, and what would be allowed."""
    kind, key = error["type"], error["loc"]
    fields = _fields(settings_class, key[:-1])
    field = fields.get(str(key[-1])) if key else None
    allowed = field.description if field is not None else None
    if kind == "missing":
        return "is missing", allowed
    if kind == "extra_forbidden":
        return "is no setting", _close(fields, str(key[-1]))
    if kind == "value_error":
        return str(error["ctx"]["error"]), None
    if kind == "literal_error":
        allowed = error["ctx"]["expected"]
    return f"{error['input']!r} is not allowed", allowed or ALLOWED.get(kind.partition("_")[0], error["msg"])


def _fields(settings_class: type[BaseModel], key: Key) -> Mapping[str, FieldInfo]:
    """The fields of the table at a key."""
    for part in key:
        field = settings_class.model_fields.get(str(part))
        if field is None or not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            return {}
        settings_class = field.annotation
    return settings_class.model_fields


def _close(fields: Mapping[str, FieldInfo], name: str) -> str:
    near = get_close_matches(name, fields, n=2)
    return f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(sorted(fields))}"
