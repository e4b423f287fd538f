"""What became of edits that the centre had set aside: asked with the pull, and told to the person who wrote them."""

from app.i18n import N_, Message
from storage import answers
from storage.answers import Answer
from storage.store import Store
from storage.writing import Changes
from sync.protocol import MAX_HELD, PullReply


def asked(store: Store) -> list[str]:
    """Return the edits of which the centre is asked."""
    with store.read() as connection:
        return answers.in_quarantine(connection, MAX_HELD)


def hear(store: Store, reply: PullReply) -> tuple[Changes, list[Message]]:
    """Note what was decided; returns what changed for the views, and sentences for the person."""
    said = [
        Answer(one.id, one.status, None, tuple(problem.model_dump() for problem in one.problems))
        for one in reply.decided
    ]
    if not said:
        return Changes(), []
    with store.write() as connection:
        done = answers.decide(connection, said)
    told = []
    if done.taken:
        told.append(Message(N_("What you wrote and the centre had set aside has been taken in.")))
    if done.refused:
        told.append(Message(N_("Something that you wrote was not taken in. Under Decisions it is said why.")))
    return done.changes, told
