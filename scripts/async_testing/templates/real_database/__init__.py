"""What ``tests/real_database.py`` is joined from: server, schema, script runner, SQLAlchemy's engine and sessions.

Imports that begin with a dot are left out: scaffold picks one module for each of them.
"""
