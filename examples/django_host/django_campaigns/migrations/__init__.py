"""The host's own migrations. The library has its own, which run before these: see ``apps``."""
