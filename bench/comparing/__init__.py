"""First the same answers, then statements and plans, then times."""
