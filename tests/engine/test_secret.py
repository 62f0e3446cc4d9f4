from __future__ import annotations

import pickle

import pytest

from provisioner import Secret
from provisioner.secret import blank, redact


def test_a_secret_shows_nowhere() -> None:
    secret = Secret("hunter2-password")
    assert f"{secret} {secret!r} {[secret]} {secret!s}" == "(secret) (secret) [(secret)] (secret)"
    assert secret.reveal() == "hunter2-password"
    with pytest.raises(TypeError, match="not to be pickled"):
        pickle.dumps(secret)


def test_a_known_secret_is_blanked_wherever_it_turns_up() -> None:
    Secret("correct horse")
    Secret("correct horse battery")
    event = {
        "event": "sent correct horse battery to AWS",
        "detail": {"correct horse": ["a correct horse", ("x", 3, None, True)]},
        "error": ValueError("refused: correct horse"),
    }
    assert redact(None, "", event) == {
        "event": "sent (secret) to AWS",
        "detail": {"(secret)": ["a (secret)", ["x", 3, None, True]]},
        "error": "refused: (secret)",
    }
    assert blank(4.5) == 4.5


def test_a_secret_is_blanked_as_requests_and_errors_spell_it() -> None:
    Secret('p&ss "word"+/?')
    for spelling in (
        "p%26ss%20%22word%22%2B%2F%3F",
        "p%26ss%20%22word%22%2B/%3F",
        "p%26ss+%22word%22%2B%2F%3F",
        'p&ss \\"word\\"+/?',
        "p&amp;ss &quot;word&quot;+/?",
        "cCZzcyAid29yZCIrLz8=",
    ):
        assert blank(f"<{spelling}>") == "<(secret)>"


def test_secrets_compare_by_value_and_are_never_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "from-the-environment")
    assert Secret.from_environment("SHOP_PASSWORD") == Secret("from-the-environment")
    assert len({Secret("same-value"), Secret("same-value")}) == 1
    assert Secret("same-value") != "same-value"
    with pytest.raises(ValueError, match="must not be empty"):
        Secret("")
