"""Questions about a tender, the answers that everyone reads, and who wants to be told of changes."""
