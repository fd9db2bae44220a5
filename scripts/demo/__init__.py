"""The demonstration that `make demo` plays headless, one part of the story a file."""
