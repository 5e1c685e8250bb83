"""The demo world: two invented practices and twelve weeks of believable history, for looking and for load.

`stories` who the couples are and how each goes · `shapes` how a course looks in numbers · `words` what people
write · `world` turns them into rows. Nobody here is real, and none of it runs on a real practice's database.
"""
