"""Bugs that a test plants on purpose, to prove that the tests of the protocol can fail. None in production.

`no_receipts`: mutation ids are forgotten. `lww`: the last writer wins. `no_epoch`: a restore goes unnoticed.
`seq_at_begin`: a row's number is taken before its transaction, without the scope's lock. `rights_open`: everybody may
hold and write everything, so that the wall in the database stands alone. `consent_ignored`: a withdrawal closes
nothing. `clone_unseen`: a copy of a device goes on as if it were the device.
"""

KNOWN = frozenset(
    {"no_receipts", "lww", "no_epoch", "seq_at_begin", "rights_open", "consent_ignored", "clone_unseen"}
)
BUGS: set[str] = set()
