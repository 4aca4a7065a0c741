from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.billing.settings import Settings
from shared.mod11 import is_account, is_organisation_number


def test_numbers_that_check_are_accepted() -> None:
    assert is_account("12345678903")
    assert is_organisation_number("942110464")


@pytest.mark.parametrize(
    "number", ["12345678904", "1234567890", "1234.56.78903", "", "1234567890\N{SUPERSCRIPT THREE}"]
)
def test_other_accounts_are_not(number: str) -> None:
    assert not is_account(number)


@pytest.mark.parametrize("number", ["942110465", "94211046", "942 110 464", ""])
def test_other_organisation_numbers_are_not(number: str) -> None:
    assert not is_organisation_number(number)


@pytest.mark.parametrize("field", ["seller_account", "seller_organisation_number", "seller_postal_code"])
def test_billing_does_not_start_with_a_seller_whose_numbers_do_not_check(field: str) -> None:
    given = {"database_url": "sqlite+aiosqlite://", "keys_file": "keys.json"}
    Settings(**given)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match=field):
        Settings(**given, **{field: "123"})  # type: ignore[arg-type]
