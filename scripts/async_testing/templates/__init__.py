"""What scaffold copies into a project: real files, checked and tested like any other."""
