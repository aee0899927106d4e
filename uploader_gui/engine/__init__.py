"""Runs flows: asks where to put the bytes, sends them, confirms, waits, attaches. Knows no service by name."""
