"""The failures that the program must bear, by number: each has tests that are marked with it.

`@pytest.mark.failure(2, 3)` on a test says which rows of this table it shows to hold.
"""

FAILURES = {
    1: "a crash after a save, before the edit was pushed: it is sent the next time, once",
    2: "a crash after the centre has taken an edit, before that is noted here: a receipt answers, taken once",
    3: "an answer lost, a request lost, a request that arrives twice, two exchanges at once: taken once",
    4: "a crash between pages, or between rows and cursor: no row is passed over",
    5: "pages or rows out of order, a child before its parent: a scope is applied whole",
    6: "a slow transaction at the centre commits after a later one was read: nothing is missed",
    7: "one field edited on two devices, a group torn, an edit of what was deleted or signed: both values are kept",
    8: "an edit while access is lost and regained: kept apart, and the row is the centre's again",
    9: "a client lost with unsent edits, or in the middle of a pull, and regained: no leak, no loss",
    10: "a consent withdrawn here while it is granted elsewhere: the withdrawal holds",
    11: "a clock two years ahead or behind, set back, the hours of summer time, a leap day: the order does not change",
    12: "a disk full at a save, a migration, a pull, a file, a checkpoint: said, nothing changed, a retry works",
    13: "a wrong passphrase, damaged keys, another profile's database: told apart",
    14: "a database cut, flipped, without its journal, write-protected, held by a scanner: never silently empty",
    15: "a centre restored, a device restored, a device copied: all work that survives comes back",
    16: "an older or newer schema, an unknown choice, field, kind: nothing is wiped",
    17: "revoked while offline with work, a token that ends in the middle of a push: drained or destroyed as ordered",
    18: "413, 429, 500, 502 in HTML, a captive portal, another's certificate, half a body, a bomb: retried, no change",
    19: "a file's hash wrong, an upload stopped at 99 %, a file before its row: resumed, never shown as complete",
    20: "an edit that always fails: kept, shown, and the rest goes on",
    21: "sleep and quitting in the middle of an exchange, a power cut in the middle of a migration: opens clean",
    22: "a first exchange of 20,000 rows over 256 kbit/s: goes on where it broke, the window stays quick",
}
