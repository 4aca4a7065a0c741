from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.billing.settings import Settings

GIVEN = {"database_url": "sqlite+aiosqlite://", "keys_file": "keys.json"}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("seller_account", "12345678904"),
        ("seller_account", "1234.56.78903"),
        ("seller_account", "1234567890\N{SUPERSCRIPT THREE}"),
        ("seller_organisation_number", "942110465"),
        ("seller_organisation_number", "942 110 464"),
        ("seller_postal_code", "123"),
        ("document_prefix", ""),
        ("document_prefix", "FK1"),
        ("kid_prefix", "12345"),
        ("kid_prefix", "7-"),
    ],
)
def test_billing_does_not_start_with_numbers_that_do_not_check_or_could_come_twice(field: str, wrong: str) -> None:
    Settings(**GIVEN)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match=field):
        Settings(**GIVEN, **{field: wrong})  # type: ignore[arg-type]
