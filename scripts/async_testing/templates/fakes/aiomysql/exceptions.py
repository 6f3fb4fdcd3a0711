"""The exceptions of aiomysql, which are those of PyMySQL, or stand-ins where it is not installed."""

from ..mysql.errors import MysqlErrors
from ..mysql.exceptions import Classes

error = Classes("pymysql.err")
errors = MysqlErrors(error)
