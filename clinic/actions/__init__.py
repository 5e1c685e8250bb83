"""Writes about people: each one function, one transaction, one audit line."""
