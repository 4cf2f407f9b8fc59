"""What somebody would write otherwise: the ORMs, and the original."""
