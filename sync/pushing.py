"""The push: everything unsent goes to the centre, oldest first, one request at a time.

While the centre works on one batch, the device notes the answers to the one before and makes the next one ready.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pydantic_core import to_json

from app import clock
from app.i18n import N_
from app.record import Row
from storage import answers, outbox
from storage.answers import Answer
from storage.outbox import Batch
from storage.store import Store
from storage.writing import Changes
from sync.faults import BUGS
from sync.protocol import BATCH_BYTES, BATCH_MUTATIONS, FIRST_BYTES, PushReply
from sync.session import Session
from sync.transport import NotNow, Parcel, TooLarge, pack

_PATH = "/sync/push"
STOPPED = N_("The exchange with the centre was stopped.")


@dataclass(frozen=True)
class Load:
    """A batch of edits, and the message that carries it."""

    batch: Batch
    parcel: Parcel


class Push:
    """The pushes of one sync; what they did is counted here, also where one is broken off."""

    def __init__(self, store: Store, stopped: Callable[[], bool]) -> None:
        self.store = store
        self.stopped = stopped
        self.count, self.bytes, self.most = BATCH_MUTATIONS, FIRST_BYTES, BATCH_BYTES
        self.taken = 0
        self.changes = Changes()
        self.everything = False
        """Send also what an older centre has no place for: it is keeping all of this device's edits apart."""
        self._unnoted: PushReply | None = None

    def run(self, session: Session) -> None:
        """Send everything unsent. Raises as `Session.call`; what was answered until then is noted."""
        with ThreadPoolExecutor(1) as aside:
            load = self._next(session)
            while load is not None:
                load = self._exchange(session, load, aside) or self._next(session)
                if load is not None and self.stopped():
                    self._note()
                    raise NotNow(STOPPED)

    def _next(self, session: Session, after: int = 0) -> Load | None:
        """Return what is to be sent next, marked and packed; None where nothing waits."""
        with self.store.write() as connection:
            batch = outbox.batch(
                connection, self.bytes, self.count, after, session.schema, everything=self.everything
            )
        if not batch:
            return None
        self.bytes = self.most
        clock.point("client.push.marked")
        return Load(batch, _packed(session, batch))

    def _exchange(self, session: Session, load: Load, aside: ThreadPoolExecutor) -> Load | None:
        """Send a batch and hear its answer; return the one after it, where that is ready already."""
        batch = load.batch
        if "ack_early" in BUGS:
            with self.store.write() as connection:
                answers.acknowledge(connection, [Answer(one, "applied") for one in batch.ids])
        following = None
        try:
            if batch.full or self._unnoted is not None:
                under_way = aside.submit(session.call, _PATH, load.parcel, PushReply)
                self._note()
                following = self._next(session, batch.last) if batch.full else None
                reply = under_way.result()
            else:  # nothing to do meanwhile
                reply = session.call(_PATH, load.parcel, PushReply)
        except TooLarge:
            self._smaller(batch)
            return None
        clock.point("client.push.answered")
        if {result.id for result in reply.results} != set(batch.ids):
            raise NotNow(N_("The centre's answer came through damaged."))
        self._unnoted = reply
        if following is None:
            self._note()
        return following

    def _note(self) -> None:
        """Note the answers to the batch before, if they are not noted yet."""
        reply, self._unnoted = self._unnoted, None
        if reply is None:
            return
        said = [
            Answer(result.id, result.status, result.row, tuple(p.model_dump() for p in result.problems))
            for result in reply.results
        ]
        with self.store.write() as connection:
            rebase = "no_rebase" not in BUGS
            done = answers.acknowledge(connection, said, rebase=rebase, at=reply.server_time)
        self.taken += done.taken
        self.changes |= done.changes
        clock.point("client.push.acked")

    def _smaller(self, batch: Batch) -> None:
        """Send half as much next time; an edit that is too large alone is held, and the rest goes on."""
        if len(batch) > 1:
            self.count = max(1, len(batch) // 2)
            self.bytes = self.most = max(1, sum(map(len, (*batch.mutations, *batch.sealed))) // 2)
            return
        problem: Row = {"field": None, "text": N_("This entry is too large for the centre."), "values": {}}
        (one,) = batch.ids
        with self.store.write() as connection:
            base = answers.last_word(connection, one)
            answers.acknowledge(connection, [Answer(one, "refused", base, (problem,))])


def _packed(session: Session, batch: Batch) -> Parcel:
    about = {"epoch": session.me.epoch, "schema_version": session.schema, "device": session.me.device}
    head = to_json(about).decode()
    sealed = f',"sealed":[{",".join(batch.sealed)}]' if batch.sealed else ""
    body = f'{head[:-1]},"mutations":[{",".join(batch.mutations)}]{sealed}}}'.encode()
    return pack(body)
