"""What references/fakes.md shows beyond the example's own tests."""

from __future__ import annotations

import pytest
from async_testing.templates.fakes.psqlpy import FakeConnection
from async_testing.templates.fakes.sql.statements import UnreadableStatement, same_text


@pytest.mark.asyncio
async def test_statement_that_cannot_be_read_is_compared_as_text() -> None:
    conn = FakeConnection()
    conn.fetch_return = [{"email": "ana@example.com"}]

    await conn.fetch("SELECT email FROM users WHERE id = $1 UNION SELECT email FROM invitations", [7])

    (call,) = conn.fetch_calls
    with pytest.raises(UnreadableStatement, match="because of UNION"):
        _ = call.meaning
    same_text(
        call,
        """
        select email from users where id = $1
        union
        select email from invitations
        """,
        [7],
    )
