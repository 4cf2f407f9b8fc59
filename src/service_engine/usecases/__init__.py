"""The actions: load, apply a pure transition, save. One function each, its first argument a unit of work.

They never commit, read no clock and do no I/O but through their unit of work. Ids, randomness and time come in from
outside, so that a run can be repeated.
"""
