"""Evaluates the code of a project on its syntax trees, so that tests can be written about what it does.

Nothing of the project is imported or run: statements are followed one by one, on values of this process's own. What
cannot be followed (another library, a clock, a network) ends the attempt with ``Unknown`` and its reason.
"""
