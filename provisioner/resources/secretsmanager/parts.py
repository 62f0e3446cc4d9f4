"""What a secret is made of, as a plan writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import Broken
from ...secret import Secret as Hidden

if TYPE_CHECKING:
    from ...aws.account import Aws

SHORTEST = 8
"""Characters that a value needs to be wrapped in `Secret`: what is shorter would be blanked in words that have it by chance."""


class GenerateSecretString(NamedTuple):
    """How AWS makes the value, when the secret is made and never again.

    The generated password is the whole value; or, with `generate_string_key`, it stands under that key of a JSON object,
    beside what `secret_string_template` puts there. AWS excludes a type of characters only where it is told to, and uses one of
    each type that is left.
    """

    password_length: int = 32
    exclude_characters: str = ""
    exclude_numbers: bool = False
    exclude_punctuation: bool = False
    exclude_uppercase: bool = False
    exclude_lowercase: bool = False
    include_space: bool = False
    require_each_included_type: bool = True
    secret_string_template: Mapping[str, Any] | None = None
    generate_string_key: str | None = None

    def mistake(self) -> str | None:
        """What is wrong with it."""
        if not SHORTEST <= self.password_length <= 4096:
            return f"password_length is {SHORTEST} to 4096, not {self.password_length}"
        if (self.secret_string_template is None) != (self.generate_string_key is None):
            return "secret_string_template and generate_string_key go together"
        return None

    def value(self, aws: Aws, step: str) -> Hidden:
        """A new value, which nobody but the call that sends it may see: not even where AWS refuses it and repeats it."""
        password = self._password(aws, step)
        if self.generate_string_key is None:
            return password
        return Hidden(json.dumps({**(self.secret_string_template or {}), self.generate_string_key: password.reveal()}))

    def _password(self, aws: Aws, step: str) -> Hidden:
        password = aws.secretsmanager.get_random_password(
            PasswordLength=self.password_length,
            ExcludeCharacters=self.exclude_characters,
            ExcludeNumbers=self.exclude_numbers,
            ExcludePunctuation=self.exclude_punctuation,
            ExcludeUppercase=self.exclude_uppercase,
            ExcludeLowercase=self.exclude_lowercase,
            IncludeSpace=self.include_space,
            RequireEachIncludedType=self.require_each_included_type,
        )["RandomPassword"]
        if len(password) < self.password_length or set(password) & set(self.exclude_characters):
            raise Broken(f"{step}: AWS made a password that is not as it was asked for; nothing was changed")
        return Hidden(password)
