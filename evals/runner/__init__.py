"""Runs agents on the cases and grades what they wrote."""
