"""Rule sets of law as dated data, the workday calendar and the counting of days. Pure."""
