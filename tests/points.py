"""The named points at which a process may die, and for each the test in which it dies there, below tests/."""

_DB = "unit/storage/test_db.py::"
_CLIENT = "unit/sync/test_client.py::test_a_crash_loses_nothing"
_CENTRE = "unit/sync/test_points.py::test_the_centre_dies_in_an_exchange"
_RESTORE = "unit/storage/test_backup.py::test_a_power_cut_while_restoring_is_put_right_by_restoring_again"
_WIPE = "unit/sync/test_devices.py::test_a_wipe_that_was_cut_short_is_finished"

POINTS = {
    "backup.made": "unit/storage/test_backup.py::test_a_power_cut_after_the_backup_leaves_it_whole",
    "backup.packed": "unit/storage/test_backup.py::test_a_power_cut_leaves_the_former_backup_and_the_next_cleans_up",
    "backup.put_aside": _RESTORE,
    "backup.restored": "unit/storage/test_backup.py::test_a_power_cut_after_restoring_leaves_the_restored_store",
    "backup.slots_restored": _RESTORE,
    "blobs.written": "unit/storage/test_blobs.py::test_a_process_that_dies_while_adding_leaves_a_sound_store",
    "client.blob.fetched": "unit/sync/test_blobs.py::test_a_device_that_dies_between_pieces_goes_on",
    "client.blob.sent": "unit/sync/test_blobs.py::test_a_device_that_dies_between_pieces_goes_on",
    "client.enrolled": "unit/sync/test_devices.py::test_dying_at_client_enrolled_needs_another_code",
    "client.epoch.begun": "unit/sync/test_client.py::test_a_crash_while_a_new_epoch_begins",
    "client.evicted": _CLIENT,
    "client.finished": _CLIENT,
    "client.pull.applied": _CLIENT,
    "client.pull.cursors": "model/test_planted.py::test_the_planted_bug_is_found",
    "client.pull.page": _CLIENT,
    "client.push.acked": _CLIENT,
    "client.push.answered": _CLIENT,
    "client.push.marked": _CLIENT,
    "client.reads.answered": "unit/sync/test_points.py::test_a_device_that_dies_when_its_reads_were_taken",
    "client.wipe": _WIPE,
    "db.before_commit": f"{_DB}test_a_killed_process_loses_nothing_confirmed",
    "db.checkpointed": f"{_DB}test_a_killed_process_loses_nothing_confirmed",
    "db.committed": f"{_DB}test_a_killed_process_loses_nothing_confirmed",
    "db.made": f"{_DB}test_a_power_cut_while_making_the_store",
    "db.placed": f"{_DB}test_a_power_cut_while_making_the_store",
    "files.replaced": f"{_DB}test_a_power_cut_while_making_the_store",
    "files.written": f"{_DB}test_a_power_cut_while_making_the_store",
    "keys.first_copy": "unit/storage/test_keys.py::test_power_cut_in_a_change_leaves_one_of_the_two_passphrases",
    "keys.second_copy": "unit/storage/test_keys.py::test_power_cut_in_a_change_leaves_one_of_the_two_passphrases",
    "migrate.before_commit": "unit/storage/test_disk.py::test_a_power_cut_while_the_tables_change_opens_clean",
    "server.pull.heads": _CENTRE,
    "server.push.committed": _CENTRE,
    "server.push.locked": _CENTRE,
    "server.push.numbered": "unit/sync/server/test_pull.py::test_the_test_would_find_numbers_taken_too_early",
    "server.push.written": _CENTRE,
    "wipe.files_gone": _WIPE,
    "wipe.keys_gone": _WIPE,
    "wipe.marked": _WIPE,
}
"""Two are of planted bugs alone: `client.pull.cursors` and `server.push.numbered`."""
