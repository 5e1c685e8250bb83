"""Reads about work. Each takes the reader and can return only what that reader may see."""
