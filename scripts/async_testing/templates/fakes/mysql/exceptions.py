"""The exceptions of the drivers of MySQL, which have the same names, or stand-ins where the driver is not installed."""

from importlib import import_module

_KINDS = {
    "MySQLError": "Exception",
    "Error": "MySQLError",
    "InterfaceError": "Error",
    "DatabaseError": "Error",
    **dict.fromkeys(
        (
            *("DataError", "IntegrityError", "InternalError", "NotSupportedError", "OperationalError"),
            "ProgrammingError",
        ),
        "DatabaseError",
    ),
}
_BY_NUMBER = {
    **dict.fromkeys(
        (1007, 1064, 1102, 1103, 1110, 1111, 1112, 1113, 1146, 1149, 1166, 1179), "ProgrammingError"
    ),
    **dict.fromkeys((1171, 1230, 1263, 1264, 1265, 1366, 1367, 1406, 1441), "DataError"),
    **dict.fromkeys((1048, 1062, 1215, 1216, 1217, 1451, 1452), "IntegrityError"),
    **dict.fromkeys((1196, 1235, 1286, 1289), "NotSupportedError"),
}


class Classes:
    """The exception classes of a driver by name: `error("IntegrityError")`."""

    def __init__(self, module: str) -> None:
        self.module = module
        self._stand_ins: dict[str, type[Exception]] = {"Exception": Exception}

    def __call__(self, name: str) -> type[Exception]:
        """The class of a name."""
        try:
            module = import_module(self.module)
        except ImportError:
            if name not in self._stand_ins:
                parts = {"__module__": self.module, "sqlstate": None}
                self._stand_ins[name] = type(name, (self(_KINDS[name]),), parts)
            return self._stand_ins[name]
        found: type[Exception] = getattr(module, name)
        return found

    def numbered(self, number: int) -> type[Exception]:
        """The class that the driver raises an error of the server with this number as."""
        return self(_BY_NUMBER.get(number, "InternalError" if number < 1000 else "OperationalError"))
