"""The verb ``check``: rules over the test files of a project."""
