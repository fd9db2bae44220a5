"""The decision, the signed award notice and the standstill."""
