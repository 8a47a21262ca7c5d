"""Places that data is left at and taken from: files, objects and tables that scripts share."""
