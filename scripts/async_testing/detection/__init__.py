"""What parsing tells of a project, one kind of fact a module; ``project.detect`` puts them together."""
