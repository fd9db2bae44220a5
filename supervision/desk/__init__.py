"""What an inspector or auditor sees: a tender's whole case, the trail with proofs, exports."""
