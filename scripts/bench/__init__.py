"""Measured figures as JSON lines, each beside what it is measured against in the same run."""
