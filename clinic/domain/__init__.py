"""Rules about people and couples: plain Python, values in, values out, the clock as an argument."""
