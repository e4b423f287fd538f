"""A story in which computers are copied, restored and ended, consents open compartments, and files are attached."""

import shutil
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from app import clock
from app.errors import KnownError
from app.record import Row
from storage import backup, blobs
from sync import session
from sync.server import devices
from sync.server.database import writing
from tests.model import story
from tests.model.story import at_the_device, kept_at
from tests.town import HOUSE, WORKERS, Device, reopened


class Story(story.Story):
    """A town in which two share a client, and the third is a coordinator of another house."""

    def __init__(self) -> None:
        super().__init__(shared=True)
        self.files: dict[str, Path] = {}
        self.copies: dict[str, tuple[Path, Path, bytes]] = {}

    # ---- consents and files ----

    def consent(self, device: Device, client: UUID | str) -> None:
        """Save a consent that opens the client's health to the coordinator."""
        party = {"id": str(clock.new_id()), "organisation": HOUSE, "person": WORKERS[2], "gives": False}
        with device.at_it():
            values = {"groups": ["health"], "method": "paper", "given_on": clock.today().isoformat()}
            self.save(device, "consent", client_id=client, purpose="Work", parties=[party], **values)

    def withdraw(self, device: Device, consent: Row) -> None:
        """Save that the client took a consent back today."""
        with device.at_it():
            on = clock.today().isoformat()
            known = {"client_id": consent["client_id"], "consent_id": consent["id"]}
            self.save(device, "consent_withdrawal", on=on, **known)

    @at_the_device
    def attach(self, device: Device, client: UUID | str) -> None:
        """Attach a file of a few bytes."""
        with suppress(KnownError):
            found = blobs.add(device.store, self.word().encode(), "cv.txt")
            device.save("attachment", client_id=client, added_on="2026-03-02", **found)
        self.note(device)

    # ---- computers ----

    def back_up_device(self, device: Device) -> None:
        """Make a backup as the person does, to a stick."""
        file = self.town.folder / f"{device.worker}.tyopari-backup"
        with device.at_it():
            backup.backup_to(file, device.folder, device.store.engine, device.store.key)
        self.files[device.worker] = file

    def restore_device(self, device: Device) -> None:
        """Restore the newest backup, if it is one of this computer's store."""
        file = self.files.get(device.worker)
        if file is None:
            return
        with device.at_it():
            device.store.close()
            backup.restore_from(file, device.folder)
            self._begin_again(device)

    def copy_device(self, device: Device) -> None:
        """Copy the folder as it lies, as a program that saves whole disks does."""
        copy = self.town.folder / f"copy-{device.worker}"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(device.folder, copy, ignore=shutil.ignore_patterns("*-shm", "lock"))
        self.copies[device.worker] = (copy, device.folder, device.secret)

    def use_copy(self, device: Device) -> None:
        """Put the copied disk in the place of the present one."""
        if device.worker not in self.copies:
            return
        copy, folder, secret = self.copies[device.worker]
        device.store.abandon()
        for present in {device.folder, folder}:  # a device that was ended goes on in another folder
            shutil.rmtree(present, ignore_errors=True)
        shutil.copytree(copy, folder)
        device.folder, device.secret = folder, secret
        self._begin_again(device)

    def _begin_again(self, device: Device) -> None:
        """Open what lies there now: what it does not have any more is the loss of who restored it."""
        device.store = reopened(device.folder, device.secret, checked=False)
        session.forget(device.store)
        self.saved[device.worker] = kept_at(device)
        self.sent(device)

    def end_device(self, device: Device, order: str) -> None:
        """Revoke a device: at its next contact it delivers and forgets, or only forgets."""
        with suppress(KnownError), writing(self.town.engine) as connection:
            devices.revoke(connection, device.state("device_id"), order)
