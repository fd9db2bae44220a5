"""Methods of evaluation in exact arithmetic, each figure with its explanation. Pure."""
