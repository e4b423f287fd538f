"""Bugs that a test plants on a device on purpose, to prove that the tests can fail. None in production.

`ack_early`: edits are marked as taken before the centre answers. `cursor_first`: a scope's cursor is saved
before its rows. `evict_outbox`: losing a client drops what is unsent of it. `no_rebase`: an edit that was not
plainly applied stays on the screen. `no_seal`: what is unsent of a lost client stays readable. `own_clock`: how long
taken edits are kept goes by this computer's clock. The centre has its own: `sync.server.faults`.
"""

KNOWN = frozenset({"ack_early", "cursor_first", "evict_outbox", "no_rebase", "no_seal", "own_clock"})
BUGS: set[str] = set()
