"""The rule language: what a rule is (`model`), how packs are read (`load`, `keys`, `nodes`), and what a rule asks of a
line (`conditions`), matched by `match` and proven by `examples`."""
