"""What an entry of each kind says in one line of the timeline: first how it stands, then what a person wrote."""

from collections.abc import Callable

from app.coaching_phases import USUAL, CoachingPhases
from app.i18n import _, _n, format_date
from app.record import Row
from app.services.clients.rules import name_of
from ui.screens import words
from ui.screens.words import as_text, day_of, field_of, first_line


def summary(kind: str, row: Row, ours: CoachingPhases = USUAL) -> str:
    """Say in one line what an entry holds, of every kind that has words of its own; else as `words.summary`."""
    return first_line(_LINES[kind](row)) if kind in _LINES else words.summary(kind, row, ours)


def _joined(*parts: object) -> str:
    return " · ".join(str(part) for part in parts if part)


def _said(kind: str, row: Row, *names: str) -> str:
    """Join fields as they are shown, leaving out what is empty."""
    texts = [as_text(field_of(kind, name), row[name]) for name in names if row.get(name)]
    return _joined(*texts)


def _titled(kind: str, row: Row, *names: str) -> str:
    """Join fields with their titles: what a bare yes or a date would not say."""
    shown = [(field_of(kind, name), row[name]) for name in names if row.get(name)]
    return _joined(*(f"{_(f.title)}: {as_text(f, value)}" for f, value in shown if f is not None))


def _fields(kind: str, *names: str) -> Callable[[Row], str]:
    return lambda row: _said(kind, row, *names)


def _signed(row: Row) -> str:
    day = day_of(row.get("signed_on"))
    return _("signed {day}").format(day=format_date(day)) if day else _("not signed")


def _signable(kind: str, *names: str) -> Callable[[Row], str]:
    return lambda row: _joined(_signed(row), _said(kind, row, *names))


def _version(row: Row) -> str:
    number = _("Version {number}").format(number=row.get("version_no"))
    return _joined(number, _said("vocational_profile", row, "dream_job", "first_job_idea", "strengths"))


def _referral(row: Row) -> str:
    state = _said("referral", row, "direction", "state")
    words_of_it = row.get("result") or row.get("reason")
    return _joined(row.get("service"), row.get("organisation"), state, row.get("refusal_reason"), words_of_it)


def _need_check(row: Row) -> str:
    services = ", ".join(one.get("name", "") for one in row.get("suggested") or [])
    count = len(row.get("situations") or [])
    found = _n("{count} situation", "{count} situations", count).format(count=count) if count else ""
    return _joined(found, services, row.get("summary"))


def _consent(row: Row) -> str:
    parties = ", ".join(
        _joined(one.get("organisation"), one.get("person")) for one in row.get("parties") or []
    )
    end = day_of(row.get("valid_until"))
    until = _("until {day}").format(day=format_date(end)) if end else ""
    return _joined(_signed(row), until, _said("consent", row, "purpose", "groups"), parties)


def _sharing(row: Row) -> str:
    reason = row.get("override_reason")
    without = _("without a consent: {reason}").format(reason=reason) if reason else ""
    return _joined(row.get("party"), _said("sharing", row, "shared_as", "groups"), without)


def _relationship(row: Row) -> str:
    kind = "coaching_relationship"
    return _joined(
        _said(kind, row, "decision", "refusal_reason", "referral_source", "referred_by"), row.get("wish")
    )


def _assessment(row: Row) -> str:
    end = day_of(row.get("finished_on"))
    state = _("finished {day}").format(day=format_date(end)) if end else _("under way")
    return _joined(state, row.get("summary"))


def _kykyviisari(row: Row) -> str:
    names = ("work_ability", "inclusion", "mind", "everyday", "skills", "body")
    known = {name: row[name] for name in names if row.get(name) is not None}
    values = _joined(
        *(f"{words.title_of('kykyviisari_result', name)}: {value}" for name, value in known.items())
    )
    return _joined(_said("kykyviisari_result", row, "occasion"), values, row.get("own_words"))


def _disclosure(row: Row) -> str:
    kind = "disclosure_decision"
    return _joined(_titled(kind, row, "coach_seen", "may_tell", "may_not_tell"), row.get("words"))


def _interview(row: Row) -> str:
    place = _joined(words.clock(row.get("start_time") or "", blank=True), row.get("place"))
    return _joined(_place_of_work(row), _said("interview", row, "state", "outcome"), place, row.get("notes"))


def _application(row: Row) -> str:
    state = _said("job_application", row, "state", "channel")
    return _joined(_place_of_work(row), state, row.get("answer"), row.get("notes"))


def _place_of_work(row: Row) -> str:
    return ", ".join(part for part in (row.get("job"), row.get("employer")) if part)


def _merge(row: Row) -> str:
    other = (row.get("client_before") or {}).get("other")
    count = len(row.get("moved") or [])
    entries = _n("{count} entry came over", "{count} entries came over", count).format(count=count)
    end = day_of(row.get("undone_on"))
    undone = _("undone {day}").format(day=format_date(end)) if end else ""
    return _joined(name_of(other) if other else "", entries, undone)


_LINES: dict[str, Callable[[Row], str]] = {
    "referral": _referral,
    "support_need_check": _need_check,
    "attachment": _fields("attachment", "name", "category", "note"),
    "client_merge": _merge,
    "consent": _consent,
    "consent_withdrawal": _fields("consent_withdrawal", "reason"),
    "partner_notice": _fields("partner_notice", "way", "note"),
    "sharing": _sharing,
    "coaching_relationship": _relationship,
    "initial_assessment": _assessment,
    "kykyviisari_result": _kykyviisari,
    "vocational_profile": _version,
    "disclosure_decision": _disclosure,
    "cooperation_agreement": _signable("cooperation_agreement", "client_does", "coach_does"),
    "search_plan": _signable("search_plan", "goal", "target_jobs"),
    "support_plan": _signable("support_plan", "job", "support_needs"),
    "job_application": _application,
    "interview": _interview,
    "job_check": _fields("job_check", "months", "kept", "note"),
}
