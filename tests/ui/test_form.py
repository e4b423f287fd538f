"""Forms: every declared kind is filled by keyboard and saved; drafts, problems, undo; everything has a name."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from sqlalchemy import insert

from app.clock import new_id, today
from app.record import Row, validated
from app.services import SPECS
from app.services.clients.records import Client
from app.spec import F, RecordSpec
from storage.store import Store
from storage.writing import table_of
from ui.client_form import ClientForm, form_for
from ui.context import Context
from ui.detail import DetailView
from ui.fields import (
    ChipsField,
    ComboField,
    DateField,
    Editor,
    Euros,
    ItemsField,
    Line,
    LongText,
    Number,
    Segments,
    TimeField,
    YesNo,
)
from ui.form import Form, frozen
from ui.tasks import Tasks

WRITABLE = [kind for kind, spec in SPECS.items() if not frozen(spec, None)]
CTRL = Qt.KeyboardModifier.ControlModifier
# Days that a rule wants after the others; and fields that a rule wants empty for what is chosen before them.
LATER = {"next_on", "review_on", "wage_subsidy_until", "feedback_on", "valid_to", "ended_on", "by_when"}
LATER |= {"valid_until"}
LEFT_EMPTY = {("client", "identity_code"), ("phase_change", "level")}
FILLED = [kind for kind in WRITABLE if kind != "attachment"]  # that begins with a file
TEXTS = {"email": "aino@example.org"}


@pytest.fixture
def client_id(store: Store) -> UUID:
    """A client with a coaching relationship, and a worker whom the centre told of."""
    client = validated(Client, {"first_name": "Aino", "last_name": "Esimerkki", "born_on": "1990-03-04"})
    begun = validated(
        SPECS["coaching_relationship"].table, {"client_id": client.id, "started_on": "2026-01-02"}
    )
    store.save(client, begun)
    worker = validated(SPECS["worker"].table, {"name": "Tuula Malli", "scope": "reference"})
    with store.write() as connection:
        connection.execute(insert(table_of(SPECS["worker"])), worker.model_dump(mode="json"))
    return client.id


def opened(qtbot: QtBot, context: Context | None, kind: str, row: Row | None = None, **more: Any) -> Form:
    """Open a form in a window that has the focus."""
    form = form_for(context, SPECS[kind], row, **more)
    qtbot.addWidget(form)
    form.resize(820, 900)
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    form.focus_first()
    return form


def focused() -> QWidget:
    """Return the control that keys go to."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def tab_into(qtbot: QtBot, editor: QWidget) -> None:
    """Press Tab until the focus is in an editor; it may not be far."""
    for _ in range(4):
        if editor.isAncestorOf(focused()):
            return
        qtbot.keyClick(focused(), Qt.Key.Key_Tab)
    assert editor.isAncestorOf(focused()), "Tab does not come to the field in reading order"


def type_value(qtbot: QtBot, editor: Editor, field: F) -> None:
    """Fill the editor that has the focus, with a valid value made from the declaration, by keys alone."""
    if isinstance(editor, ItemsField):
        fill_items(qtbot, editor, field)
    elif isinstance(editor, Segments):
        qtbot.keyClick(focused(), Qt.Key.Key_Space)
    elif isinstance(editor, ChipsField):
        qtbot.keyClick(focused(), Qt.Key.Key_Space)
        while editor.isAncestorOf(focused()) and focused() is not editor.stops()[-1]:
            qtbot.keyClick(focused(), Qt.Key.Key_Tab)
    elif isinstance(editor, YesNo):
        if not editor.value():
            qtbot.keyClick(focused(), Qt.Key.Key_Space)
    elif isinstance(editor, ComboField):
        editor.combo.line.selectAll()
        qtbot.keyClicks(focused(), editor.combo.itemText(1)[:40])
        QApplication.processEvents()
        qtbot.keyClick(editor.combo.line, Qt.Key.Key_Return)
    else:
        type_text(qtbot, editor, field)


def type_text(qtbot: QtBot, editor: Editor, field: F) -> None:
    """Fill a line or a text."""
    control = focused()
    assert isinstance(control, QLineEdit | QPlainTextEdit)
    control.selectAll()
    if isinstance(editor, DateField):
        qtbot.keyClicks(control, "+1m" if field.name in LATER else "+0d")
    elif isinstance(editor, TimeField):
        qtbot.keyClicks(control, "9.30")
    elif isinstance(editor, Number):
        qtbot.keyClicks(control, "45")
    elif isinstance(editor, Euros):
        qtbot.keyClicks(control, "12,50")
    else:
        assert isinstance(editor, Line | LongText)
        qtbot.keyClicks(control, TEXTS.get(field.name, f"Words for {field.name}"))


def fill_items(qtbot: QtBot, editor: ItemsField, field: F) -> None:
    """Add two entries and fill each."""
    while focused() is not editor.add_button:
        qtbot.keyClick(focused(), Qt.Key.Key_Tab)
    for _ in range(2):
        qtbot.keyClick(editor.add_button, Qt.Key.Key_Space)
        for inner in field.items:
            box = editor.entries[-1].boxes[inner.name]
            tab_into(qtbot, box.editor)
            type_value(qtbot, box.editor, inner)
        while focused() is not editor.add_button:
            qtbot.keyClick(focused(), Qt.Key.Key_Tab)


def expected(spec: RecordSpec, row: Row) -> Iterator[tuple[str, Any]]:
    """Give the name and the stored value of each field that was to be filled."""
    for field in spec.fields():
        if not field.read_only and (spec.kind, field.name) not in LEFT_EMPTY:
            yield field.name, row[field.name]


def around(store: Store, client_id: UUID) -> UUID:
    """Save one record of each kind that others refer to; return the id of the party that the consent names."""
    job = {"employer": "Kahvila", "title": "Apu", "started_on": "2026-03-02"}
    party = {"id": new_id(), "organisation": "Words for organisation", "gives": True, "receives": True}
    employers = {"organisation": "Employers"}
    given = {"method": "paper", "given_on": "2026-03-01"}
    values: dict[str, dict[str, Any]] = {
        "catalogue_service": {"name": "Velkaneuvonta"},
        "consent": {
            "purpose": "Work",
            "parties": [party, employers],
            "groups": ["work", "other", "health"],
            **given,
        },
        "disclosure_decision": {"on": "2026-03-01", "coach_seen": "yes"},
        "work_trial": job,
        "employment": job,
        "career_plan": {"made_on": "2026-03-02"},
        "job_application": {"employer": "Kahvila", "job": "Apu", "on": "2026-03-02"},
        "support_visit": {"on": "2026-03-02"},
    }
    store.save(
        *(
            validated(
                SPECS[kind].table, row | ({} if kind == "catalogue_service" else {"client_id": client_id})
            )
            for kind, row in values.items()
        )
    )
    return party["id"]  # type: ignore[return-value]


@pytest.mark.parametrize("kind", FILLED)
def test_every_form_is_filled_by_keyboard_saved_and_seen(
    qtbot: QtBot, context: Context, store: Store, client_id: UUID, kind: str
) -> None:
    spec = SPECS[kind]
    party = around(store, client_id)
    own = None if kind == "client" else client_id
    before = {row["id"] for row in store.rows(kind)}
    values = {"step_id": new_id(), "party_id": party}
    if kind == "coaching_phase":
        values |= {"phase": "assessment"}  # it is chosen in the list of the phases
    form = opened(qtbot, context, kind, client_id=own, values=values)
    for field in spec.fields():
        editor = form.boxes[field.name].editor
        if field.read_only or (kind, field.name) in LEFT_EMPTY:
            continue
        while not editor.isAncestorOf(focused()):
            left = focused()
            qtbot.keyClick(left, Qt.Key.Key_Tab)
            assert focused() is not form.save_button, f"Tab does not come to {field.name} in reading order"
        type_value(qtbot, editor, field)
    with qtbot.waitSignal(form.saved, timeout=1000):
        qtbot.keyClick(focused(), Qt.Key.Key_S, CTRL)
    (row,) = [row for row in store.rows(kind) if row["id"] not in before]
    assert row.get("client_id", str(own)) == str(own)
    for name, value in expected(spec, row):
        assert value not in (None, "", []), f"{name} was not saved"
        assert value is not False, f"{name} was not saved"
    assert store.draft(form.draft_key) is None
    again = opened(qtbot, context, kind, row, client_id=own)
    assert again.changes() == {}
    assert again.values() == {name: row[name] for name in again.values()}
    page = DetailView(context, spec, UUID(row["id"]))
    qtbot.addWidget(page)
    shown = {text.text() for text in page.findChildren(QLabel)}
    assert {field.title for field in spec.fields() if row[field.name]} <= shown


@pytest.mark.parametrize("kind", WRITABLE)
def test_every_control_has_a_name_and_is_reached_by_tab_in_reading_order(
    qtbot: QtBot, context: Context, client_id: UUID, kind: str
) -> None:
    form = opened(qtbot, context, kind, client_id=None if kind == "client" else client_id)
    for box in form.boxes.values():
        if isinstance(box.editor, ItemsField):
            entry = box.editor.add()
            for inner in entry.boxes.values():
                if isinstance(inner.editor, ItemsField):
                    inner.editor.add()
    wanted = [
        control
        for control in form.findChildren(QWidget)
        if control.isVisible() and control.isEnabled() and control.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    for control in wanted:
        text = control.text() if isinstance(control, QAbstractButton) else ""
        assert control.accessibleName() or text, f"{control} has no name"
    form.focus_first()
    start, visited = focused(), [focused()]
    while True:
        qtbot.keyClick(focused(), Qt.Key.Key_Tab)
        if focused() is start or len(visited) > 400:
            break
        visited.append(focused())
    groups = {control.group() for control in visited if isinstance(control, QRadioButton)}
    for control in wanted:
        known = control in visited or (isinstance(control, QRadioButton) and control.group() in groups)
        inside_combo = isinstance(control.parentWidget(), QComboBox)
        assert known or inside_combo, f"{control.accessibleName()} is not reached by Tab"
    places = [control.mapTo(form, control.rect().topLeft()).y() for control in visited]
    boxes = [next((n for n, b in enumerate(form.boxes.values()) if b.isAncestorOf(c)), 999) for c in visited]
    assert boxes == sorted(boxes)
    assert places[0] == min(places)


def test_what_is_needed_is_marked_and_said(qtbot: QtBot, context: Context, client_id: UUID) -> None:
    form = opened(qtbot, context, "employment", client_id=client_id)
    edit = form.boxes["employer"].editor.entrance()
    assert edit is not None
    assert "Required" in edit.accessibleDescription()
    qtbot.keyClick(edit, Qt.Key.Key_S, CTRL)
    assert form.boxes["employer"].problem.text() == "This is needed."
    assert form.boxes["title"].problem.text() == "This is needed."
    assert "This is needed." in edit.accessibleDescription()
    assert edit.hasFocus()
    assert "2 things" in form._state.text()
    qtbot.keyClicks(edit, "Bakery")
    assert form.boxes["employer"].problem.text() == ""


def test_a_bad_day_stops_saving_and_stays(
    qtbot: QtBot, context: Context, store: Store, client_id: UUID
) -> None:
    form = opened(qtbot, context, "support_visit", client_id=client_id)
    edit = form.boxes["on"].editor.entrance()
    assert isinstance(edit, QLineEdit)
    edit.selectAll()
    qtbot.keyClicks(edit, "31.11.2026")
    qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    assert store.rows("support_visit") == []
    assert edit.text() == "31.11.2026"
    assert "30 days" in form.boxes["on"].problem.text()
    assert edit.hasFocus()


def test_a_rule_across_fields_is_said_at_its_field(qtbot: QtBot, context: Context, client_id: UUID) -> None:
    values = {"on": today().isoformat(), "next_on": today().isoformat()}
    form = opened(qtbot, context, "support_visit", client_id=client_id, values=values)
    form.save()
    assert "after this one" in form.boxes["next_on"].problem.text()


def test_a_problem_inside_a_list_is_said_at_its_entry(
    qtbot: QtBot, context: Context, store: Store, client_id: UUID
) -> None:
    form = opened(qtbot, context, "career_plan", client_id=client_id)
    goals = form.boxes["goals"].editor
    assert isinstance(goals, ItemsField)
    entry = goals.add()
    form.save()
    assert entry.boxes["text"].problem.text() == "This is needed."
    assert focused() is entry.boxes["text"].editor.entrance()
    qtbot.keyClicks(focused(), "Work")
    form.save()
    assert store.rows("career_plan")[0]["goals"][0]["text"] == "Work"


def test_a_draft_is_kept_offered_again_and_dropped_on_saving(
    qtbot: QtBot, context: Context, store: Store, client_id: UUID
) -> None:
    form = opened(qtbot, context, "support_visit", client_id=client_id)
    notes = form.boxes["notes"].editor.entrance()
    assert notes is not None
    notes.setFocus()
    qtbot.keyClicks(notes, "Half a sentence")
    assert form._draft_timer.isActive()
    with qtbot.waitSignal(form.closed):
        qtbot.keyClick(notes, Qt.Key.Key_Escape)
    assert store.draft(form.draft_key) == {"notes": "Half a sentence"}
    assert store.rows("support_visit") == []
    again = opened(qtbot, context, "support_visit", client_id=client_id)
    assert again.values()["notes"] == "Half a sentence"
    assert again._notice.isVisible()
    again.save()
    assert store.rows("support_visit")[0]["notes"] == "Half a sentence"
    assert store.drafts() == []
    third = opened(qtbot, context, "support_visit", client_id=client_id)
    assert third.values()["notes"] == ""
    assert not third._notice.isVisible()


def test_the_draft_is_kept_by_itself_after_a_while(
    qtbot: QtBot, context: Context, store: Store, client_id: UUID
) -> None:
    form = opened(qtbot, context, "support_visit", client_id=client_id)
    form._draft_timer.setInterval(1)
    notes = form.boxes["notes"].editor.entrance()
    assert notes is not None
    with qtbot.waitSignal(form._draft_timer.timeout):
        qtbot.keyClicks(notes, "x")
    assert store.draft(form.draft_key) == {"notes": "x"}
    qtbot.keyClick(form.close_button, Qt.Key.Key_Space)
    again = opened(qtbot, context, "support_visit", client_id=client_id)
    qtbot.keyClick(again.over_button, Qt.Key.Key_Space)
    assert again.changes() == {}
    assert store.drafts() == []


def test_undo_takes_back_change_by_change(qtbot: QtBot, context: Context, client_id: UUID) -> None:
    form = opened(qtbot, context, "support_visit", client_id=client_id)
    topics = form.boxes["topics"].editor
    for chip in topics.stops()[:2]:
        chip.setFocus()
        qtbot.keyClick(chip, Qt.Key.Key_Space)
    two = form.values()["topics"]
    assert len(two) == 2
    qtbot.keyClick(focused(), Qt.Key.Key_Z, CTRL)
    assert form.values()["topics"] == two[:1]
    qtbot.keyClick(form.undo_button, Qt.Key.Key_Space)
    assert form.changes() == {}
    assert not form.undo_button.isEnabled()


def test_what_came_from_others_meanwhile_stays(
    qtbot: QtBot, context: Context, store: Store, client_id: UUID
) -> None:
    made = validated(SPECS["network_member"].table, {"client_id": client_id, "name": "Eero Malli"})
    store.save(made)
    row = store.row("network_member", made.id)
    assert row is not None
    form = opened(qtbot, context, "network_member", row, client_id=client_id)
    store.save(validated(SPECS["network_member"].table, {**row, "phone": "040 1"}))
    edit = form.boxes["organisation"].editor.entrance()
    assert edit is not None
    qtbot.keyClicks(edit, "Kela")
    heard: list[Any] = []
    context.bus.changed.connect(heard.append)
    form.save()
    after = store.row("network_member", made.id)
    assert after is not None
    assert (after["phone"], after["organisation"]) == ("040 1", "Kela")
    assert len(heard) == 1
    assert heard[0].kinds == {"network_member"}


def test_the_same_field_changed_by_another_is_shown_before_it_is_written_over(
    qtbot: QtBot, context: Context, store: Store, client_id: UUID
) -> None:
    made = validated(
        SPECS["network_member"].table, {"client_id": client_id, "name": "Eero", "phone": "040 1"}
    )
    store.save(made)
    row = store.row("network_member", made.id)
    assert row is not None
    form = opened(qtbot, context, "network_member", row, client_id=client_id)
    store.save(validated(SPECS["network_member"].table, {**row, "phone": "040 2"}))
    phone = form.boxes["phone"].editor.entrance()
    assert phone is not None
    qtbot.keyClicks(phone, "999")
    form.save()
    kept = store.row("network_member", made.id)
    assert kept is not None
    assert kept["phone"] == "040 2", "nothing is written over unseen"
    assert "040 2" in form.boxes["phone"].problem.text()
    assert form.values()["phone"] == "999040 1"
    form.save()
    kept = store.row("network_member", made.id)
    assert kept is not None
    assert kept["phone"] == "999040 1"


def test_what_was_written_once_is_only_read(
    qtbot: QtBot, context: Context, store: Store, client_id: UUID
) -> None:
    begun = store.rows("coaching_relationship")[0]["id"]
    values = {"client_id": client_id, "relationship_id": begun, "on": "2026-01-03"}
    change = validated(SPECS["phase_change"].table, values)
    store.save(change)
    form = opened(qtbot, context, "phase_change", store.row("phase_change", change.id), client_id=client_id)
    assert not form.save_button.isVisible()
    assert not any(box.editor.isEnabled() for box in form.boxes.values())
    assert form.values()["relationship_id"] == begun


def test_an_identity_code_gives_the_birth_date(qtbot: QtBot, context: Context) -> None:
    form = opened(qtbot, context, "client")
    code = form.boxes["identity_code"].editor.entrance()
    assert code is not None
    qtbot.keyClicks(code, "131052-308T")
    assert form.values()["born_on"] == "1952-10-13"


def test_an_own_birth_date_is_not_written_over(qtbot: QtBot, context: Context) -> None:
    form = opened(qtbot, context, "client", values={"born_on": date(1990, 1, 1)})
    code = form.boxes["identity_code"].editor.entrance()
    assert code is not None
    qtbot.keyClicks(code, "131052-308T")
    assert form.values()["born_on"] == "1990-01-01"


def test_a_client_who_is_already_here_is_told_of(
    qtbot: QtBot, context: Context, client_id: UUID, ways: Any
) -> None:
    form = opened(qtbot, context, "client")
    assert isinstance(form, ClientForm)
    for name, text in (("first_name", "Aino"), ("last_name", "Esimerkki"), ("born_on", "4.3.1990")):
        edit = form.boxes[name].editor.entrance()
        assert edit is not None
        edit.setFocus()
        qtbot.keyClicks(edit, text)
    assert not form.same.isVisible()
    with qtbot.waitSignal(form._look_timer.timeout):
        pass
    assert form.same.isVisible()
    (show,) = form.same.findChildren(QAbstractButton)
    assert "Esimerkki Aino" in show.accessibleName()
    qtbot.keyClick(show, Qt.Key.Key_Space)
    assert ways.went == [("client", client_id)]


def test_a_form_without_a_store_gives_its_record(qtbot: QtBot) -> None:
    form = opened(qtbot, None, "network_member", client_id=new_id(), values={"name": "Eero Malli"})
    with qtbot.waitSignal(form.saved) as caught:
        form.save()
    assert caught.args[0].name == "Eero Malli"


def test_days_begin_as_today_where_one_is_needed(qtbot: QtBot, context: Context, client_id: UUID) -> None:
    form = opened(qtbot, context, "support_visit", client_id=client_id)
    assert form.values()["on"] == today().isoformat()
    assert form.values()["next_on"] is None


def test_with_real_background_work_nothing_is_lost_when_a_form_goes_at_once(
    qtbot: QtBot, context: Context, store: Store, client_id: UUID
) -> None:
    context.tasks = Tasks()
    heard: list[Any] = []
    context.bus.changed.connect(heard.append)
    form = opened(qtbot, context, "support_visit", client_id=client_id)
    key = form.draft_key
    notes = form.boxes["notes"].editor.entrance()
    assert notes is not None
    qtbot.keyClicks(notes, "Saved")
    form.save()
    form.save()
    form.close_form()
    form.keep_draft()
    shiboken6.delete(form)
    qtbot.waitUntil(lambda: len(heard) == 1)
    assert [row["notes"] for row in store.rows("support_visit")] == ["Saved"]
    assert store.draft(key) is None
    again = opened(qtbot, context, "support_visit", client_id=client_id)
    edit = again.boxes["notes"].editor.entrance()
    assert edit is not None
    qtbot.waitUntil(lambda: not context.tasks.busy)
    qtbot.keyClicks(edit, "Draft")
    again.close_form()
    shiboken6.delete(again)
    third = opened(qtbot, context, "support_visit", client_id=client_id)
    qtbot.waitUntil(lambda: third.values()["notes"] == "Draft")
    context.tasks.close()


def test_a_refusal_of_the_store_is_said_and_the_draft_stays(
    qtbot: QtBot, context: Context, store: Store, client_id: UUID
) -> None:
    form = opened(qtbot, context, "network_member", client_id=new_id(), values={"name": "Eero Malli"})
    edit = form.boxes["phone"].editor.entrance()
    assert edit is not None
    qtbot.keyClicks(edit, "040 1")
    form.save()
    assert form._state.text()
    assert form.save_button.isEnabled()
    assert store.rows("network_member") == []
    assert store.draft(form.draft_key) == {"phone": "040 1"}
