from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, model_validator

from provisioner.errors import SettingsError
from provisioner.settings import Settings, load


class Database(BaseModel, extra="forbid", frozen=True):
    size: int = 1
    zones: tuple[str, ...] = ()


class Shop(Settings):
    instances: Annotated[int, Field(ge=1, le=10, description="1 to 10")]
    share: float = 0.5
    public: bool = False
    owner: str = "nobody"
    database: Database = Database()

    @model_validator(mode="after")
    def _public_needs_an_owner(self) -> Shop:
        if self.public and self.owner == "nobody":
            raise ValueError("a public shop needs an owner")
        return self


def loaded(tmp_path: Path, content: str, *assignments: str, environment: str = "dev") -> Shop:
    path = tmp_path / "dev.toml"
    path.write_text(content)
    return load(Shop, path, environment, [("--set", text) for text in assignments])


def mistakes(tmp_path: Path, content: str, *assignments: str, environment: str = "dev") -> list[str]:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, content, *assignments, environment=environment)
    assert str(caught.value) == "\n".join(caught.value.mistakes)
    return [mistake.replace(str(tmp_path), "") for mistake in caught.value.mistakes]


def test_a_file_gives_the_settings_and_the_command_names_the_environment(tmp_path: Path) -> None:
    assert loaded(tmp_path, 'instances = 3\nregion = "eu-west-1"\n[database]\nsize = 2') == Shop(
        environment="dev", region="eu-west-1", instances=3, database=Database(size=2)
    )


@pytest.mark.parametrize(
    ("assignment", "wanted"),
    [
        ("instances=4", {"instances": 4}),
        ("share=0.25", {"share": 0.25}),
        ("public=false", {"public": False}),
        ("owner=12", {"owner": "12"}),
        ("owner='a = b'", {"owner": "a = b"}),
        ("owner=a=b", {"owner": "a=b"}),
        ("account_id=012345678901", {"account_id": "012345678901"}),
        ("database.size=5", {"database": Database(size=5)}),
        ('database.zones=["a", "b"]', {"database": Database(zones=("a", "b"))}),
        ("database={size = 7}", {"database": Database(size=7)}),
    ],
)
def test_set_overrides_one_setting_with_a_value_of_its_type(tmp_path: Path, assignment: str, wanted: dict[str, Any]) -> None:
    assert loaded(tmp_path, "instances = 3", assignment) == Shop(environment="dev", **{"instances": 3, **wanted})


def test_the_last_assignment_of_a_key_counts(tmp_path: Path) -> None:
    assert loaded(tmp_path, "instances = 3", "instances=4", "instances=5").instances == 5


def test_all_mistakes_are_said_at_once_each_with_its_file_and_key(tmp_path: Path) -> None:
    content = 'instances = 30\naccount_id = 12\nregion = "mars"\nownr = "me"\npublic = "perhaps"\n[database]\nsize = "big"'
    assert mistakes(tmp_path, content, "share=much", "nothing", "database.colour=red", "owner=[1") == [
        "--set: 'nothing' is not an assignment (key=value)",
        "--set: owner: '[1' is not a TOML value: Unclosed array (at end of document)",
        '/dev.toml: account_id: 12 is not allowed (12 digits in quotes: "123456789012")',
        "/dev.toml: region: 'mars' is not allowed (a region like us-east-1)",
        "/dev.toml: instances: 30 is not allowed (1 to 10)",
        "--set: share: 'much' is not allowed (a number)",
        "/dev.toml: public: 'perhaps' is not allowed (true or false)",
        "/dev.toml: database.size: 'big' is not allowed (a whole number)",
        "--set: database.colour: is no setting (there are size, zones)",
        "/dev.toml: ownr: is no setting (did you mean owner?)",
    ]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "") == ["/dev.toml: instances: is missing (1 to 10)"]


def test_a_rule_over_several_settings_names_the_file(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "instances = 1\npublic = true") == ["/dev.toml: a public shop needs an owner"]


def test_a_file_that_is_not_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "instances = 1\nowner == 2") == ["/dev.toml: is not TOML: Invalid value (at line 2, column 8)"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml: can not be read: No such file or directory"):
        load(Shop, tmp_path / "absent.toml", "dev")


def test_a_file_can_not_name_another_environment_than_the_command(tmp_path: Path) -> None:
    assert mistakes(tmp_path, 'instances = 1\nenvironment = "prod"') == [
        "/dev.toml: environment: is 'prod', and the command names 'dev' (leave the key out: the command names the environment)"
    ]


def test_local_never_has_an_account(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "instances = 1", "account_id=123456789012", environment="local") == [
        "--set: account_id: `local` never reaches a real account (leave it out, or give the environment another name)"
    ]


@pytest.mark.parametrize("name", ["D", "Dev", "1dev", "dev-1", "abcdefghijklm", "../dev"])
def test_an_environment_is_2_to_12_lower_case_letters_and_digits(tmp_path: Path, name: str) -> None:
    assert mistakes(tmp_path, "instances = 1", environment=name) == [
        f"/dev.toml: environment: {name!r} is not allowed (2 to 12 lower-case letters and digits, a letter first)"
    ]


@pytest.mark.parametrize(
    ("region", "fine"),
    [("us-east-1", True), ("ap-southeast-10", True), ("us-gov-west-1", True), ("eusc-de-east-1", True), ("cn-north-1", True),
     ("us-east", False), ("US-EAST-1", False), ("us-east-1a", False)],
)  # fmt: skip
def test_a_region_looks_like_one(tmp_path: Path, region: str, fine: bool) -> None:
    if fine:
        assert loaded(tmp_path, "instances = 1", f"region={region}").region == region
    else:
        assert mistakes(tmp_path, "instances = 1", f"region={region}") == [
            f"--set: region: {region!r} is not allowed (a region like us-east-1)"
        ]


def test_an_environment_without_an_account_is_embedded(tmp_path: Path) -> None:
    assert loaded(tmp_path, "instances = 1").embedded
    assert not loaded(tmp_path, "instances = 1", "account_id=123456789012").embedded
