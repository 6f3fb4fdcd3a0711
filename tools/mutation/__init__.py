"""A slow, obvious mutation reference: one planted bug, one copy, one pytest process, one verdict."""
