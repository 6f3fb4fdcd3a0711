"""What ``tests/real_database.py`` is joined from: the server, and how one driver runs a script on it."""
