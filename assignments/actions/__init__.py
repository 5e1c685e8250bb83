"""Writes about work: each one function, one transaction, one audit line."""
