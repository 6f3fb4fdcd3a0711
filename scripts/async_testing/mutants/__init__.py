"""Bugs worth planting: what each operator makes of a file, as edits of its text. Nothing is run or written here."""
