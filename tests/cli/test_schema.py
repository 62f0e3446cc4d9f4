"""`schema`: what editors complete and check the environments' files by."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

from plans.financial_platform import Settings
from provisioner import settings

from .conftest import Provisioner


def test_it_prints_the_schema_of_a_plans_settings_and_nothing_else(bare: Provisioner, folder: Path) -> None:
    ended = bare("schema", "--plan", "shop.py")
    assert (ended.code, ended.err) == (0, "")
    found = ended.document
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (found["title"], found["type"], found["additionalProperties"]) == ("Settings of shop.py", "object", False)
    assert found["properties"]["zones"] == {
        "title": "Zones",
        "description": "1 to 3 zones",
        "type": "integer",
        "default": 2,
        "minimum": 1,
        "maximum": 3,
    }
    assert ended.out == json.dumps(found, indent=2) + "\n"


def test_files_need_not_say_which_environment_they_are_of(bare: Provisioner, folder: Path) -> None:
    found = bare("schema", "--plan", "shop.py").document
    assert "environment" not in found["properties"]
    assert "required" not in found


def test_what_a_plan_can_not_do_without_is_required(bare: Provisioner, folder: Path) -> None:
    plan = """
        from provisioner import Plan, settings


        class Settings(settings.Settings):
            owner: str
            size: int = 1


        def build(given):
            return Plan("mine")
    """
    (folder / "mine.py").write_text(dedent(plan))
    assert bare("schema", "--plan", "mine.py").document["required"] == ["owner"]


def test_a_plan_without_settings_of_its_own_has_those_of_every_environment(bare: Provisioner, folder: Path) -> None:
    (folder / "mine.py").write_text('from provisioner import Plan\n\nplan = Plan("mine")\n')
    found = bare("schema", "--plan", "mine.py").document
    assert set(found["properties"]) == set(settings.Settings.model_fields) - {"environment"}


def test_without_a_plan_it_is_the_built_in_ones(bare: Provisioner, folder: Path) -> None:
    assert bare("schema").document == settings.schema(Settings, "plans.financial_platform")


def test_a_plan_that_is_not_there_is_refused(bare: Provisioner, folder: Path) -> None:
    ended = bare("schema", "--plan", "warehouse.py")
    assert (ended.code, ended.out, ended.err) == (4, "", "✗ there is no file warehouse.py\n")
