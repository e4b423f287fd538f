"""What the organisation settles about the six phases, declared: own names, guidance, THL's phase, in use or not.

The six and their order are the pilot's (L652-735) and stay. What a row says is worked out in `app/coaching_phases.py`.
"""

from collections.abc import Iterator

from app import roles
from app.errors import Problem
from app.i18n import N_, Message, _
from app.record import Row
from app.services.coaching import codes
from app.services.coaching.records import CoachingPhase
from app.spec import F, RecordSpec, Section, Sync


def check_own_phase(row: CoachingPhase) -> Iterator[Problem]:
    """Check that the beginning and the end of coaching stay in use."""
    if not row.in_use and row.phase in codes.ALWAYS_USED:
        yield Problem("in_use", Message(N_("Coaching begins and ends everywhere: this phase stays in use.")))


def _label(row: Row) -> str:
    return next((_(one.title) for one in codes.PHASES if one.value == row["phase"]), str(row["phase"]))


OWN_PHASE = RecordSpec(
    table=CoachingPhase,
    title=N_("Phases of coaching"),
    one=N_("Phase of coaching"),
    scope="reference",
    writers=roles.KEEP_LISTS,
    label=_label,
    columns=("phase", "name_fi", "name_sv", "name_en", "thl_phase", "in_use"),
    form=(
        Section(
            N_("Phase"),
            (F("phase", N_("Usual name"), choices=codes.PHASES, read_only=True),),
        ),
        Section(
            N_("Own name"),
            (
                F("name_fi", N_("In Finnish")),
                F("name_sv", N_("In Swedish")),
                F("name_en", N_("In English")),
            ),
            help=N_("Where a name is empty, the usual one is shown in that language."),
        ),
        Section(
            N_("What is done in this phase"),
            (
                F("guidance_fi", N_("Guidance in Finnish"), rows=3),
                F("guidance_sv", N_("Guidance in Swedish"), rows=3),
                F("guidance_en", N_("Guidance in English"), rows=3),
            ),
            help=N_(
                "Shown to everybody beside the phase. A language without its own text shows another one's."
            ),
        ),
        Section(
            N_("Use"),
            (
                F(
                    "thl_phase",
                    N_("Phase of THL's model"),
                    choices=codes.THL_CHOICES,
                    help=N_("Empty: as usual."),
                ),
                F(
                    "in_use",
                    N_("In use"),
                    help=N_(
                        "A phase out of use is not offered or proposed. Clients who have been in it keep it."
                    ),
                ),
            ),
        ),
    ),
    sync=Sync(text=("guidance_fi", "guidance_sv", "guidance_en")),
    check=check_own_phase,
)
