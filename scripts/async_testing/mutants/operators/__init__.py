"""Ways to plant a bug, one file a family; the specific ones come before the general ones."""
