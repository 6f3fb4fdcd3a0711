# async-testing-expert 0.1.0 sha256:d86c6ef653b4358a (scaffold.py --update renews it)
"""The exceptions of aiomysql, which are those of PyMySQL, or stand-ins where it is not installed."""

from ..mysql.errors import MysqlErrors
from ..mysql.exceptions import Classes

error = Classes("pymysql.err")
errors = MysqlErrors(error)
