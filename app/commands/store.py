"""Commands on the store as a whole: init, status, check, backup, restore, passphrase."""

import os
from argparse import Namespace
from pathlib import Path

from app.clock import today
from app.commands.common import answer, opened, passphrase, profile, say, table
from app.errors import KnownError, StoreDamaged
from app.i18n import N_, Message, _, format_instant


def init(arguments: Namespace) -> int:
    """Create the encrypted store; print the recovery code once."""
    from storage.store import Store

    folder = profile(arguments)
    if Store.exists(folder):
        raise KnownError(
            Message(N_("There is a store in this profile already.")), Message(N_("Choose another profile."))
        )
    chosen = passphrase(N_("New passphrase: "))
    if "TYOPARI_PASSPHRASE" not in os.environ and passphrase(N_("The same again: ")) != chosen:
        raise KnownError(Message(N_("The two passphrases differ.")))
    store, code = Store.create(folder, chosen)
    store.close()
    say(_("The store was created. Write the recovery code down and keep it apart: it is not shown again."))
    answer(arguments, {"recovery_code": code}, code)
    return 0


def status(arguments: Namespace) -> int:
    """Say what the store holds, what is unsent, when it last synced and what is due."""
    from app.due import due
    from storage.state import state

    with opened(arguments) as store:
        unsent = store.unsent()
        with store.read() as connection:
            centre, last = state(connection, "centre_url"), state(connection, "last_sync")
            scopes = [r[0] for r in connection.exec_driver_sql("SELECT scope FROM sync_scope ORDER BY scope")]
        counts = store.counts()
        now = [item for item in due(store.clients(), today()) if item.on <= today()]
        open_conflicts = len(store.conflicts())
        worker, names = str(store.worker), store.worker_names()
    data = {
        "worker": {"id": worker, "name": names.get(worker, "")},
        "centre": centre,
        "records": counts,
        "unsent": unsent.count,
        "oldest_unsent": unsent.oldest.isoformat() if unsent.oldest else None,
        "unsent_files": unsent.files,
        "waits_for_update": unsent.later,
        "held": unsent.held,
        "conflicts": open_conflicts,
        "last_sync": last,
        "scopes": scopes,
        "due_today": len(now),
    }
    lines: list[tuple[str, object]] = [(name, count) for name, count in counts.items() if count]
    lines += [(_("Conflicts"), open_conflicts), (_("Due today"), len(now))]
    if centre:
        lines += [(_("Unsent"), unsent.count), (_("Unsent files"), unsent.files)]
        lines += [(_("Oldest unsent"), format_instant(unsent.oldest) or "-")]
        if unsent.later:
            lines.append((_("Waits until the centre's program is updated"), unsent.later))
        lines += [(_("Centre"), centre), (_("Last sync"), last or "-"), (_("Scopes held"), len(scopes))]
    else:  # nothing waits for anybody
        lines.append((_("Centre"), _("none: everything is kept here")))
    answer(arguments, data, table([_("What"), _("Value")], lines))
    return 0


def check(arguments: Namespace) -> int:
    """Read the whole store and say whether it is sound."""
    from storage.db import thorough_check

    with opened(arguments) as store:
        found = thorough_check(store.engine)
    answer(arguments, {"sound": not found, "findings": found}, "\n".join(found) or _("The store is sound."))
    if found:
        raise StoreDamaged(
            Message(N_("The store is damaged.")),
            Message(N_("Restore the latest backup, then sync: the centre sends what is missing.")),
        )
    return 0


def backup(arguments: Namespace) -> int:
    """Write a checked backup to a file."""
    from storage.backup import backup_to

    with opened(arguments) as store:
        backup_to(Path(arguments.file), store.folder, store.engine, store.key)
    answer(arguments, {"file": arguments.file}, _("The backup was written and checked."))
    say(_("Attached files are in it where the centre does not have them yet; the others are fetched again."))
    return 0


def restore(arguments: Namespace) -> int:
    """Put a backup in the store's place; the store that was there is moved aside, never deleted."""
    from storage import profile_lock
    from storage.backup import restore_from

    folder = profile(arguments)
    folder.mkdir(parents=True, exist_ok=True)
    lock = profile_lock.acquire(folder)
    try:
        aside = restore_from(Path(arguments.file), folder)
    finally:
        lock.release()
    say(_("The backup is in place. Sync now: the centre sends what the backup lacks."))
    if aside:
        say(_("The store that was here was moved to {folder}.").format(folder=aside))
    answer(arguments, {"moved_to": str(aside) if aside else None})
    return 0


def change_passphrase(arguments: Namespace) -> int:
    """Change the passphrase: the key is wrapped anew, the store itself is not rewritten."""
    from storage import keys

    with opened(arguments) as store:
        new = passphrase(N_("New passphrase: "), variable="TYOPARI_NEW_PASSPHRASE")
        if (
            "TYOPARI_NEW_PASSPHRASE" not in os.environ
            and passphrase(N_("The same again: "), variable="") != new
        ):
            raise KnownError(Message(N_("The two passphrases differ.")))
        keys.change_passphrase(store.folder, store.key, new)
    say(_("The passphrase was changed."))
    return 0
