"""The drivers under contract; a new one is a folder with its adapter and its behaviours, and one line here."""

from tests.contract.harness import Driver
from tests.contract.on_aiosqlite.adapter import DRIVER as AIOSQLITE
from tests.contract.on_asyncpg.adapter import DRIVER as ASYNCPG
from tests.contract.on_mysql.adapter import AIOMYSQL, ASYNCMY
from tests.contract.on_psqlpy.adapter import DRIVER as PSQLPY
from tests.contract.on_psycopg.adapter import DRIVER as PSYCOPG

DRIVERS: tuple[Driver, ...] = (PSQLPY, ASYNCPG, PSYCOPG, AIOMYSQL, ASYNCMY, AIOSQLITE)
