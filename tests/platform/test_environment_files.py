"""The environments that ship, and the schema by which an editor checks their files."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from plans.financial_platform.settings import PROFILES, Settings
from provisioner.cli.main import main
from provisioner.settings import load, schema

ENVIRONMENTS = Path(__file__).parents[2] / "plans/financial_platform/environments"


@pytest.mark.parametrize("name", PROFILES)
def test_the_environments_that_ship_are_embedded_until_they_name_an_account(name: str) -> None:
    settings = load(Settings, ENVIRONMENTS / f"{name}.toml", name)
    assert (settings.profile, settings.region, settings.embedded) == (name, "us-east-1", True)


def test_there_is_a_file_for_each_profile_and_its_editor_finds_the_schema() -> None:
    files = sorted(ENVIRONMENTS.glob("*.toml"))
    assert {file.stem for file in files} == set(PROFILES)
    assert {file.read_text().partition("\n")[0] for file in files} == {"#:schema settings.schema.json"}


def test_the_schema_beside_the_files_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    printed = capsys.readouterr().out
    assert (ENVIRONMENTS / "settings.schema.json").read_text() == printed, (
        "run: provisioner schema > plans/financial_platform/environments/settings.schema.json"
    )


def test_the_schema_knows_every_setting_with_what_it_takes_and_the_files_keep_to_it() -> None:
    found = schema(Settings, "x")
    assert set(found["properties"]) == set(Settings.model_fields) - {"environment"}
    assert all(one["description"] for one in found["properties"].values())
    assert found["additionalProperties"] is False
    for file in ENVIRONMENTS.glob("*.toml"):
        assert tomllib.loads(file.read_text()).keys() <= found["properties"].keys()
