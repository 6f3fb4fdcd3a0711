"""Start the server that a project's own ``real_database.py`` starts: database.py ROOT FILE READ-FD WRITE-FD.

Its DSN goes to one pipe; it ends with the other. Nothing is told where that file has no ``server()`` or it finds none.
"""

import importlib
import os
import sys


def main() -> int:
    """Serve until the pipe is closed."""
    root, file, reading, writing = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    sys.path[0] = root
    name = os.path.splitext(os.path.relpath(file, root))[0].replace(os.sep, ".")  # noqa: PTH122
    try:
        with importlib.import_module(name).server() as dsn:
            os.write(writing, dsn.encode())
            os.close(writing)
            os.read(reading, 1)
    except BaseException as error:  # pytest.skip among them
        print(f"{type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
