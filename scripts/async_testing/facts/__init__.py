"""What parsing tells of a Python file, gathered in one walk; rules read it and never walk a tree again."""
