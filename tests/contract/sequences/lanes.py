"""The drivers whose fakes are held under generated calls."""

from tests.contract.sequences.lockstep import Lane
from tests.contract.sequences.on_asyncpg import LANE as ASYNCPG
from tests.contract.sequences.on_psqlpy import LANE as PSQLPY
from tests.contract.sequences.on_psycopg import LANE as PSYCOPG

LANES: tuple[Lane, ...] = (PSQLPY, ASYNCPG, PSYCOPG)
