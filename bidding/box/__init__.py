"""Takes envelopes until the deadline, gives receipts, and opens what is due exactly once."""
