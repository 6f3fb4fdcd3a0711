"""What verify found, for people and for programs: each format is a module with ``render(report, sources)``."""
