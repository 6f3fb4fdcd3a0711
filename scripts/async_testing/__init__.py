"""The library behind the scripts of async-testing-expert: standard library only, Python 3.11 or newer."""

__version__ = "0.1.0"
