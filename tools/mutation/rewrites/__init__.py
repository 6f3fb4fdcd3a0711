"""Ways to write the same program otherwise: a test that notices one of them detects changes, not bugs."""
