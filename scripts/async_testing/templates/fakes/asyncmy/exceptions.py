"""The exceptions of asyncmy, or stand-ins where it is not installed."""

from ..mysql.errors import MysqlErrors
from ..mysql.exceptions import Classes

error = Classes("asyncmy.errors")
errors = MysqlErrors(error)
