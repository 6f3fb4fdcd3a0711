"""aiomysql and asyncmy: what the objects are instances of."""

from typing import Any


async def a_connection_is_one_of_the_driver(db: Any) -> None:
    db.note(isinstance(db.connection, db.driver.Connection), isinstance(db.connection, db.driver.Pool))


async def a_pool_is_one_of_the_driver(db: Any) -> None:
    pool = await db.make_pool()
    db.note(isinstance(pool, db.driver.Pool))
    async with pool.acquire() as connection:
        db.note(isinstance(connection, db.driver.Connection))


async def a_cursor_is_of_the_class_that_was_asked_for(db: Any) -> None:
    kinds = (db.cursors.Cursor, db.cursors.DictCursor, db.cursors.SSCursor)
    for asked in ((), (db.cursors.DictCursor,), (db.cursors.SSCursor,)):
        async with db.connection.cursor(*asked) as cursor:
            db.note(*(isinstance(cursor, kind) for kind in kinds))
