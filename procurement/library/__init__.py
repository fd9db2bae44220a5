"""Clauses, criteria and templates that an authority uses again and compares."""
