"""Scoresheets, sign-off and ranking, and the command that recomputes a published evaluation."""
