"""The practical limit: SQL by hand on the bare drivers."""
