"""Access to the table of users."""

from collections.abc import Sequence
from typing import Any

from src.domain.dal import DAL
from src.domain.dal.connection import Connection, Queries
from src.domain.dal.dao.exception import DAOException, driver_errors
from src.domain.dto.user import Status, UserDTO

# The statuses that may follow each one.
TRANSITIONS: dict[Status, set[Status]] = {
    "pending": {"approved", "rejected"},
    "approved": {"inactive"},
    "rejected": {"pending"},
    "inactive": {"approved"},
}


class UserDAO(DAL):
    """Every method raises DAOException: its `status_code` says what kind of failure it is."""

    @staticmethod
    @DAL.connected
    async def create(conn: Connection, dto: UserDTO.Create) -> UserDTO.Read:
        """Insert a user; 409 if the e-mail address or the CPF is taken."""
        with driver_errors("Could not create the user"):
            rows = await conn.execute(
                """
                INSERT INTO users (name, email, cpf)
                VALUES ($1, $2, $3)
                RETURNING id, name, email, cpf, status, created_at
                """,
                [dto.name, dto.email, dto.cpf],
            )
            return UserDTO.Read(**rows.result()[0])

    @staticmethod
    @DAL.connected
    async def fetch_by_id(conn: Connection, user_id: int) -> UserDTO.Read:
        """Return the user of that id, or 404."""
        with driver_errors("Could not fetch the user"):
            row = await conn.fetch_row(
                "SELECT id, name, email, cpf, status, created_at FROM users WHERE id = $1",
                [user_id],
            )
            return UserDTO.Read(**row.result())

    @staticmethod
    @DAL.connected
    async def fetch_all(conn: Connection, ids: Sequence[int], search: UserDTO.Search) -> list[UserDTO.Read]:
        """Return one page of the users with these ids that match, in the order of their names."""
        parameters: list[Any] = [list(ids)]
        conditions = ["id = ANY($1)"]
        if search.status is not None:
            parameters.append(search.status)
            conditions.append(f"status = ${len(parameters)}")
        if search.name is not None:
            parameters.append(f"%{escape_like(search.name)}%")
            conditions.append(f"name ILIKE ${len(parameters)}")
        parameters += [search.limit, search.offset]
        with driver_errors("Could not fetch the users"):
            rows = await conn.fetch(
                f"""
                SELECT id, name, email, cpf, status, created_at
                FROM users
                WHERE {" AND ".join(conditions)}
                ORDER BY name, id
                LIMIT ${len(parameters) - 1} OFFSET ${len(parameters)}
                """,
                parameters,
            )
            return [UserDTO.Read(**row) for row in rows.result()]

    @staticmethod
    @DAL.connected
    async def count_by_status(conn: Connection, status: Status) -> int:
        """Return how many users have that status."""
        with driver_errors("Could not count the users"):
            count: int = await conn.fetch_val("SELECT count(*) FROM users WHERE status = $1", [status])
            return count

    @staticmethod
    @DAL.connected
    async def update(conn: Connection, user_id: int, dto: UserDTO.Update) -> UserDTO.Read:
        """Change the given fields of a user; 404 if there is none, 409 if a value is taken."""
        failure = "Could not update the user"
        changes = dto.changes()
        assignments = ", ".join(f"{column} = ${place}" for place, column in enumerate(changes, start=2))
        with driver_errors(failure):
            rows = await conn.execute(
                f"""
                UPDATE users SET {assignments}, updated_at = now()
                WHERE id = $1
                RETURNING id, name, email, cpf, status, created_at
                """,
                [user_id, *changes.values()],
            )
            return UserDTO.Read(**only(rows.result(), failure))

    @staticmethod
    @DAL.connected
    async def delete(conn: Connection, user_id: int) -> None:
        """Delete a user with the roles it has; 404 if there is none."""
        failure = "Could not delete the user"
        with driver_errors(failure):
            rows = await conn.execute("DELETE FROM users WHERE id = $1 RETURNING id", [user_id])
            only(rows.result(), failure)

    @staticmethod
    @DAL.connected
    async def set_status(conn: Connection, user_id: int, status: Status) -> UserDTO.Read:
        """Move a user to its next status; 404 if there is none, 409 if that status may not follow."""
        failure = "Could not change the status"
        with driver_errors(failure):
            async with conn.transaction() as transaction:
                current = await transaction.execute(
                    "SELECT status FROM users WHERE id = $1 FOR UPDATE", [user_id]
                )
                before: Status = only(current.result(), failure)["status"]
                if status not in TRANSITIONS[before]:
                    raise DAOException(409, f"{failure}: {status} cannot follow {before}")
                changed = await transaction.execute(
                    """
                    UPDATE users SET status = $1, updated_at = now()
                    WHERE id = $2
                    RETURNING id, name, email, cpf, status, created_at
                    """,
                    [status, user_id],
                )
            return UserDTO.Read(**changed.result()[0])

    @staticmethod
    @DAL.connected
    async def assign(conn: Connection, actor_id: int, dto: UserDTO.Assign) -> None:
        """Give a user a role; 403 if the actor is no admin, 404 without user or role, 409 if it has it."""
        with driver_errors("Could not assign the role"):
            async with conn.transaction() as transaction:
                await UserDAO._verify_scope(transaction, actor_id, "admin")
                await transaction.execute(
                    "INSERT INTO user_roles (user_id, role_id, assigned_by) VALUES ($1, $2, $3)",
                    [dto.user_id, dto.role_id, actor_id],
                )

    @staticmethod
    async def _verify_scope(conn: Queries, user_id: int, scope: str) -> None:
        # On the caller's connection: taking a second one could exhaust the pool, and all would wait for ever.
        roles = await conn.fetch_val(
            """
            SELECT count(*)
            FROM user_roles
            JOIN roles ON roles.id = user_roles.role_id
            WHERE user_roles.user_id = $1 AND roles.scope = $2
            """,
            [user_id, scope],
        )
        if roles == 0:
            raise DAOException(403, f"This needs a role of scope {scope}")

    @staticmethod
    @DAL.connected
    async def sync(conn: Connection, items: Sequence[UserDTO.Create]) -> UserDTO.Synced:
        """Make the items the approved users: insert or update them, and deactivate everyone else.

        All of it or nothing; 422 without items, since that would deactivate all, 409 if a CPF is taken.
        """
        if not items:
            raise DAOException(422, "Could not synchronise the users: the list is empty")
        with driver_errors("Could not synchronise the users"):
            async with conn.transaction() as transaction:
                await transaction.execute_many(
                    """
                    INSERT INTO users (name, email, cpf, status)
                    VALUES ($1, $2, $3, 'approved')
                    ON CONFLICT (email) DO UPDATE
                    SET name = EXCLUDED.name,
                        cpf = COALESCE(EXCLUDED.cpf, users.cpf),
                        status = EXCLUDED.status,
                        updated_at = now()
                    """,
                    [[item.name, item.email, item.cpf] for item in items],
                )
                missing = await transaction.execute(
                    """
                    UPDATE users SET status = 'inactive', updated_at = now()
                    WHERE status <> 'inactive' AND email <> ALL($1)
                    RETURNING id
                    """,
                    [[item.email for item in items]],
                )
            return UserDTO.Synced(received=len(items), deactivated=len(missing.result()))


def only(rows: list[dict[str, Any]], failure: str) -> dict[str, Any]:
    """Return the one row that was found; raise DAOException (404) if there is none."""
    if not rows:
        raise DAOException(404, f"{failure}: not found")
    return rows[0]


def escape_like(text: str) -> str:
    """Return the text so that LIKE takes each character for itself."""
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return text
