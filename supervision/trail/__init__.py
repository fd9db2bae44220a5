"""How an act is recorded: one transaction, one RFC 6962 tree, signed checkpoints. Written by all, knows no one."""
