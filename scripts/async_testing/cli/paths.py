"""Where the paths of a command line are, the same for check, plan and verify."""

import os


def located(given: str, root: str) -> str:
    """The full path of what somebody named, links not followed: seen from the working folder, else from the project's.

    Args:
        given: as it stands on the command line, absolute or relative.
        root: the project's folder, resolved.

    Returns:
        What lies in the project where both folders have something of that name, and a path in the working folder,
        which does not exist, where neither has.
    """
    here = os.path.abspath(given)  # noqa: PTH100
    there = os.path.join(root, given)  # noqa: PTH118
    found = [one for one in (here, there) if os.path.exists(one)]  # noqa: PTH110
    return next((one for one in found if is_inside(one, root)), (*found, here)[0])


def is_inside(path: str, root: str) -> bool:
    """Whether a path lies in the project, itself or what it links to."""
    inside = root.rstrip(os.sep) + os.sep
    return any(f"{one}{os.sep}".startswith(inside) for one in (path, os.path.realpath(path)))
