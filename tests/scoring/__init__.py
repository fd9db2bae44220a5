"""Tests of methods, arithmetic and the recompute command."""
