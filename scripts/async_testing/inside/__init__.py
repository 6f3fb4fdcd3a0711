"""What runs in the interpreter of the user's tests, beside them: nothing here may be noticed by a test."""
