"""What an older program wrote, lifted to the present schema by the centre, one version at a time.

Each step is a pure function of the mutation alone. An older program never says anything of what it does not know, so
most of what it writes needs no lifting; a step is for where silence would mean something else than it did.
"""

from collections.abc import Callable, Mapping, Sequence

from app.patch import moving
from app.schema import GREW, newer_than
from app.services import SPECS
from sync.protocol import Mutation

Step = Callable[[Mutation], Mutation]


def to_the_second(mutation: Mutation) -> Mutation:
    """The day of a decision came to belong to the decision: one changed without its day did not see the day."""
    return _with_its_group(_deleting_what_it_saw(mutation, 2), 2)


def to_the_third(mutation: Mutation) -> Mutation:
    """No meaning changed."""
    return _with_its_group(_deleting_what_it_saw(mutation, 3), 3)


STEPS: tuple[Step, ...] = (to_the_second, to_the_third)
"""From each version to the next, the first to the second before all."""


def lift(mutation: Mutation) -> Mutation:
    """Return a mutation as a program of the present schema would have written it; one that is not older, as it is."""
    for step in STEPS[mutation.schema_version - 1 :]:
        mutation = step(mutation)
    return mutation


def _deleting_what_it_saw(mutation: Mutation, to: int) -> Mutation:
    """Let a deletion say that its author saw nothing in fields that her program did not have.

    Where they do say something it was deleted unseen, and a person decides.
    """
    unseen = {name: (blank, None) for name, blank in _brought(mutation.kind, to).items()}
    if mutation.op != "delete":
        unseen = {}
    return _as_of(mutation, to, unseen)


def _with_its_group(mutation: Mutation, to: int) -> Mutation:
    """Let a change to a part of what is taken or refused as one carry all of it: the new part as its author saw it.

    Her program did not have it: where it says something, the group was changed unseen.
    """
    if mutation.op != "update" or mutation.kind not in SPECS:
        return mutation
    brought, groups = _brought(mutation.kind, to), SPECS[mutation.kind].sync.together
    moved = moving(mutation.patch)
    unseen = {
        name: (brought[name], brought[name])
        for group in groups
        if moved.intersection(group)
        for name in group
        if name in brought
    }
    return _as_of(mutation, to, unseen)


def _brought(kind: str, to: int) -> Mapping[str, object]:
    """Return the fields that a version brought to a kind that was there, with their blank values."""
    if kind not in SPECS:
        return {}
    fields = newer_than(kind, to - 1)
    return {name: fields[name] for name in sorted(GREW[to].fields.get(kind, ()))}


def _as_of(mutation: Mutation, to: int, unseen: Mapping[str, Sequence[object]]) -> Mutation:
    patch = {**unseen, **mutation.patch}
    return mutation.model_copy(update={"patch": patch, "schema_version": to})
