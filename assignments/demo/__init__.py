"""The demo world: two invented practices and twelve weeks of believable history, for looking and for load.

`stories` what a story is · `moving`, `stuck`, `elsewhere` the couples · `crowd` many more of them · `answers`
and `rows` turn a story into rows · `world` tells them all. Nobody here is real, and none of it is ever
written into a real practice's database.
"""

from assignments.demo.world import PASSPHRASE, SEED, SIGN_INS, load_world, named_couples, why_not

__all__ = ["PASSPHRASE", "SEED", "SIGN_INS", "load_world", "named_couples", "why_not"]
