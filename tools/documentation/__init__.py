"""Keeps the documents in step with tested code: every block is a copy of it, or is run."""
