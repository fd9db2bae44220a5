"""Tests of the envelope and its keys."""
