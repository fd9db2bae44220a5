"""The bidding wing: the sealed envelope and the box that takes it."""
