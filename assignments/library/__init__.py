"""The exercises that ship with Meanwhile: one TOML file each, and the loader that reads them."""
