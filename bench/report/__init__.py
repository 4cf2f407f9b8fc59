"""What was measured, as a page."""
