"""Attacks by strangers and by insiders: each test fails when the defence it names is taken away."""
