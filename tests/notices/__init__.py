"""Tests of the notices and their papers."""
