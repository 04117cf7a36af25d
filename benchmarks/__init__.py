"""Measurements: a teacher server that misbehaves on purpose, and what our code and its alternatives make of it."""
