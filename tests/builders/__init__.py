"""Plain functions that build what a test needs, through the same operations as the pages."""
