"""Running a project's tests to prove that they are steady, complete, and would notice a bug."""
