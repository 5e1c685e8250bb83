"""Rules about exercises, sharing, check-ins and signs: plain Python, the clock as an argument."""
