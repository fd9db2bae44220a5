"""Tests of the desk: what an inspector, an auditor and the operator can prove."""
