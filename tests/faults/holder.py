"""A program of its own that holds the database's one lock for writing until its input is closed."""

import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA busy_timeout=20000")
connection.execute("BEGIN IMMEDIATE")
sys.stdout.write("held\n")
sys.stdout.flush()
sys.stdin.read()
