"""Errors of a state machine while it runs: how AWS names them, and which of them can be caught."""
