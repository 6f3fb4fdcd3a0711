"""Where plan says that the tests of a module belong."""

from __future__ import annotations

import pytest
from async_testing.planning.placing import test_file as place_of

KNOWN = [
    "tests/unit/test_transaction.py",
    "tests/integration/test_jsonb_transactions.py",
    "tests/unit/src/core/cache/test_route_decorator.py",
    "tests/other/test_keys.py",
    "tests/test_app.py",
]


@pytest.mark.parametrize(
    ("path", "covering", "expected"),
    [
        ("pkg/core/transaction.py", ["tests/integration/test_jsonb_transactions.py"], KNOWN[0]),
        ("src/core/cache/keys.py", [], "tests/unit/src/core/cache/test_keys.py"),
        ("src/config/settings.py", ["tests/test_auth_jwt_service.py"] * 3, "tests/test_settings.py"),
        ("src/items/dao.py", ["tests/test_app.py", "tests/test_items.py"], "tests/test_items.py"),
        ("src/items/dao.py", [], "tests/test_items_dao.py"),
        ("src/mail.py", ["tests/integration/test_mail.py"], "tests/test_mail.py"),
    ],
)
def test_tests_go_where_the_name_or_the_folder_tells(path: str, covering: list[str], expected: str) -> None:
    assert place_of(path, "", covering, "tests", KNOWN) == expected


def test_a_test_file_is_found_by_its_name_in_any_folder() -> None:
    assert (
        place_of("mail.py", "service", [], "tests", ["tests/unit/test_mail.py"]) == "tests/unit/test_mail.py"
    )
    assert (
        place_of("mail.py", "service", [], "tests", ["tests/web/test_mail.py"])
        == "tests/test_mail_service.py"
    )
