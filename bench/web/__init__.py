"""The reference API beside the usual one."""
