"""Consents: what a client allows to be shared with whom, declared (modules.md 2, facts.md 4)."""

from app import roles
from app.i18n import N_
from app.services.consents import codes, documents, records, rules
from app.signing import signable
from app.spec import F, RecordSpec, Section, Service, Sync

CONSENT = RecordSpec(
    table=records.Consent,
    title=N_("Consents"),
    one=N_("Consent"),
    label=lambda row: str(row["purpose"]),
    columns=("given_on", "purpose", "groups", "valid_until"),
    dated="given_on",
    form=(
        Section(
            N_("Purpose"),
            (
                F("template", N_("Form")),
                F("purpose", N_("What the consent is for"), rows=3),
            ),
        ),
        Section(
            N_("Between whom"),
            (
                F(
                    "parties",
                    N_("Parties"),
                    items=(
                        F("organisation", N_("Organisation")),
                        F("unit", N_("Unit")),
                        F("person", N_("Person or role")),
                        F("gives", N_("Gives data")),
                        F("receives", N_("Receives data")),
                    ),
                ),
            ),
        ),
        Section(
            N_("What may be shared"),
            (
                F("groups", N_("Groups of data"), choices=codes.DATA_GROUPS),
                F("limits", N_("Limits in the client's words"), rows=3),
                F("valid_until", N_("Valid until"), help=N_("Empty: until the client withdraws it.")),
            ),
            help=N_("Health and substance use are special: the client allows each of them by itself."),
        ),
        Section(
            N_("Given"),
            (
                F("given_on", N_("Given on"), read_only=True),
                F("method", N_("How it was given"), choices=codes.METHODS, read_only=True),
                F("copy_at", N_("Where the paper is kept"), read_only=True),
            ),
        ),
    ),
    sync=signable(items=("parties",), text=("limits",)),
    check=rules.check_consent,
    case=("replaces", "parties", "method", "given_on", "valid_until", "content_hash", "created_at"),
    due=rules.due_consent,
    pdf=documents.consent_document,
)

WITHDRAWAL = RecordSpec(
    table=records.ConsentWithdrawal,
    title=N_("Withdrawn consents"),
    one=N_("Withdrawal of a consent"),
    label=lambda row: str(row["on"]),
    columns=("on", "reason"),
    dated="on",
    form=(
        Section(
            N_("Withdrawal"),
            (
                F("consent_id", N_("Consent"), refers="consent"),
                F("on", N_("Withdrawn on")),
                F("reason", N_("What the client said"), rows=2),
            ),
        ),
    ),
    sync=Sync(mode="append_only"),
    check=rules.check_withdrawal,
    case=("consent_id", "on"),
)

NOTICE = RecordSpec(
    table=records.PartnerNotice,
    title=N_("Partners told"),
    one=N_("Partner told"),
    label=lambda row: str(row["on"]),
    columns=("on", "way", "note"),
    dated="on",
    form=(
        Section(
            N_("Partner told"),
            (
                F("consent_id", N_("Consent"), refers="consent"),
                F("party_id", N_("Party"), read_only=True),
                F("on", N_("Told on")),
                F("way", N_("How"), choices=codes.NOTICE_WAYS),
                F("note", N_("Note")),
            ),
        ),
    ),
    sync=Sync(mode="append_only"),
    case=("consent_id", "party_id"),
)

SHARING = RecordSpec(
    table=records.Sharing,
    title=N_("Shared data"),
    one=N_("Sharing"),
    label=lambda row: str(row["party"]),
    columns=("on", "party", "shared_as", "groups", "override_reason"),
    dated="on",
    form=(
        Section(
            N_("Sharing"),
            (
                F("on", N_("Day")),
                F("party", N_("With whom")),
                F("shared_as", N_("How"), choices=codes.SHARED_AS),
                F("groups", N_("Groups of data"), choices=codes.DATA_GROUPS),
                F("consent_id", N_("By this consent"), refers="consent"),
                F(
                    "override_reason",
                    N_("Reason, when there is no consent"),
                    rows=3,
                    help=N_("Is kept in the log and can be read by the client."),
                ),
            ),
        ),
    ),
    sync=Sync(mode="append_only"),
    check=rules.check_sharing,
)

SERVICE = Service(
    key="consents",
    title=N_("Consents"),
    icon="mdi6.file-sign",
    records=(CONSENT, WITHDRAWAL, NOTICE, SHARING),
    roles=roles.WITH_CLIENTS,
)
