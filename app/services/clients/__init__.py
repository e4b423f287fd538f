"""Clients: who they are, the people and services around them, and which workers hold them (modules.md 1)."""

from app import access, roles
from app.i18n import N_
from app.services.clients import codes, records, rules
from app.spec import F, RecordSpec, Section, Service, Sync

CLIENT = RecordSpec(
    table=records.Client,
    title=N_("Clients"),
    one=N_("Client"),
    label=rules.name_of,
    columns=("last_name", "first_name", "born_on", "municipality", "branch"),
    form=(
        Section(
            N_("Personal details"),
            (
                F("first_name", N_("First name")),
                F("last_name", N_("Last name")),
                F(
                    "identity_code",
                    N_("Identity code"),
                    help=N_("Optional. Only when identification is necessary."),
                ),
                F("born_on", N_("Born"), help=N_("Filled from the identity code when left empty.")),
                F("code_name", N_("Code name"), help=N_("Used where the client must stay anonymous.")),
            ),
        ),
        Section(
            N_("Contact"),
            (
                F("phone", N_("Telephone")),
                F("email", N_("E-mail")),
                F("address", N_("Address")),
                F("municipality", N_("Municipality")),
                F("languages", N_("Languages"), choices=codes.LANGUAGES),
                F("interpreter", N_("Needs an interpreter")),
            ),
        ),
        Section(
            N_("Service"),
            (
                F("branch", N_("Branch"), choices=codes.BRANCHES),
                F("legal_basis", N_("Legal basis of the service"), choices=codes.LEGAL_BASES),
                F("service_task", N_("Service task"), choices=codes.SERVICE_TASKS),
                F("matter", N_("Matter"), help=N_("The matter decides how long documents are kept.")),
                F(
                    "matter_closed_on",
                    N_("Matter closed"),
                    help=N_("The time for which documents are kept begins on this day."),
                ),
                F("died_on", N_("Died")),
                F("unemployed_since", N_("Unemployed since")),
                F("notes", N_("Notes"), rows=4),
            ),
        ),
    ),
    check=rules.check_client,
)

NETWORK_MEMBER = RecordSpec(
    table=records.NetworkMember,
    title=N_("Network"),
    one=N_("Network member"),
    label=lambda row: str(row["name"]),
    columns=("name", "role", "organisation", "phone"),
    form=(
        Section(
            N_("Person"),
            (
                F("name", N_("Name")),
                F("role", N_("Role"), choices=codes.NETWORK_ROLES),
                F("organisation", N_("Organisation")),
                F("phone", N_("Telephone")),
                F("email", N_("E-mail")),
                F("may_contact", N_("The client agrees to contact"), help=N_("Agreed with the client.")),
                F("notes", N_("Notes"), rows=3),
            ),
        ),
    ),
)

ASSIGNMENT = RecordSpec(
    table=records.Assignment,
    title=N_("Workers"),
    one=N_("Assignment"),
    label=lambda row: str(row["role"]),
    columns=("worker_id", "role", "valid_from", "valid_to"),
    form=(
        Section(
            N_("Worker"),
            (
                F("worker_id", N_("Worker"), refers="worker"),
                F("role", N_("Role"), choices=roles.ROLES),
                F("valid_from", N_("From")),
                F("valid_to", N_("To")),
                F(
                    "groups",
                    N_("Only these beside the core"),
                    choices=access.COMPARTMENTS,
                    help=N_("Leave empty for all that the role allows."),
                ),
            ),
        ),
    ),
    check=rules.check_assignment,
)

CATALOGUE_SERVICE = RecordSpec(
    table=records.CatalogueService,
    title=N_("Service catalogue"),
    one=N_("Service of the catalogue"),
    scope="reference",
    writers=roles.KEEP_LISTS,
    label=lambda row: str(row["name"]),
    columns=("name", "category", "organisation", "active"),
    form=(
        Section(
            N_("Service"),
            (
                F("name", N_("Name")),
                F("category", N_("Kind of service"), choices=codes.SERVICE_CATEGORIES),
                F("organisation", N_("Organisation")),
                F("description", N_("For whom and what"), rows=3),
                F("how_to_refer", N_("How a client is referred"), rows=3),
                F("contact", N_("Contact")),
                F("active", N_("In use")),
            ),
        ),
    ),
    sync=Sync(text=("description", "how_to_refer")),
)

SITUATION = RecordSpec(
    table=records.SupportSituation,
    title=N_("Situations of the support-need check"),
    one=N_("Situation"),
    scope="reference",
    writers=roles.KEEP_LISTS,
    label=lambda row: str(row["text"]),
    columns=("place", "text", "active"),
    form=(
        Section(
            N_("Situation"),
            (
                F("text", N_("The client's situation")),
                F("help", N_("What to ask"), rows=2),
                F("place", N_("Place in the list")),
                F("services", N_("Services it speaks for"), refers="catalogue_service"),
                F("active", N_("In use")),
            ),
        ),
    ),
)

NEED_CHECK = RecordSpec(
    table=records.SupportNeedCheck,
    title=N_("Support-need checks"),
    one=N_("Support-need check"),
    label=lambda row: str(row["on"]),
    columns=("on", "situations", "suggested"),
    dated="on",
    form=(
        Section(
            N_("Support-need check"),
            (
                F("on", N_("Day")),
                F(
                    "situations",
                    N_("Situations"),
                    items=(F("text", N_("Situation")), F("note", N_("Note"), rows=2)),
                ),
                F(
                    "suggested",
                    N_("Suggested services"),
                    items=(
                        F("name", N_("Service")),
                        F("agreed", N_("Agreed with the client")),
                        F("note", N_("Note")),
                    ),
                ),
                F("summary", N_("Summary"), rows=3),
            ),
        ),
    ),
    sync=Sync(items=("situations", "suggested"), text=("summary",)),
    check=rules.check_need,
)

REFERRAL = RecordSpec(
    table=records.Referral,
    title=N_("Service path"),
    one=N_("Referral to a service"),
    label=lambda row: str(row["service"]),
    columns=("service", "made_on", "state", "organisation", "ended_on"),
    dated="made_on",
    form=(
        Section(
            N_("Referral to a service"),
            (
                F("direction", N_("Direction"), choices=codes.DIRECTIONS),
                F(
                    "service_id",
                    N_("Service of the catalogue"),
                    refers="catalogue_service",
                    fills=(("service", "name"), ("organisation", "organisation"), ("contact", "contact")),
                ),
                F("service", N_("Service"), help=N_("Filled from the catalogue when left empty.")),
                F("organisation", N_("Organisation")),
                F("contact", N_("Contact")),
                F("made_on", N_("Made on")),
                F("reason", N_("Why"), rows=3),
            ),
        ),
        Section(
            N_("What came of it"),
            (
                F("state", N_("State"), choices=codes.REFERRAL_STATES),
                F("received_on", N_("Received on")),
                F("decided_on", N_("Decided on")),
                F("refusal_reason", N_("Reason of the refusal")),
                F("begun_on", N_("Service began")),
                F("ended_on", N_("Service ended")),
                F("result", N_("Result"), rows=3),
            ),
        ),
    ),
    sync=Sync(together=(("state", "decided_on", "refusal_reason"),), text=("reason", "result")),
    check=rules.check_referral,
    case=("direction", "state", "made_on", "received_on"),
    due=rules.due_referral,
)

ATTACHMENT = RecordSpec(
    table=records.Attachment,
    title=N_("Attachments"),
    one=N_("Attachment"),
    label=lambda row: str(row["name"]),
    columns=("name", "category", "added_on"),
    dated="added_on",
    form=(
        Section(
            N_("Attachment"),
            (
                F("name", N_("Name")),
                F("category", N_("What it is"), choices=codes.ATTACHMENT_KINDS),
                F("added_on", N_("Added")),
                F("note", N_("Note")),
            ),
        ),
    ),
    check=rules.check_attachment,
)

MERGE = RecordSpec(
    table=records.ClientMerge,
    title=N_("Merged clients"),
    writers=roles.MAY_MERGE,
    one=N_("Merging of two clients"),
    label=lambda row: str(row["on"]),
    columns=("on", "undone_on"),
    dated="on",
    form=(
        Section(
            N_("Merging of two clients"),
            (F("on", N_("Day"), read_only=True), F("undone_on", N_("Undone on"), read_only=True)),
        ),
    ),
)

ERASURE = RecordSpec(
    table=records.Erasure,
    title=N_("Retention and erasures"),
    one=N_("Erasure"),
    scope="reference",
    writers=roles.MAY_ERASE,
    label=lambda row: str(row["on"]),
    columns=("on", "reason", "rule"),
    form=(
        Section(
            N_("Erasure"),
            (
                F("on", N_("Day"), read_only=True),
                F("reason", N_("Reason"), choices=codes.ERASURE_REASONS, read_only=True),
                F("rule", N_("Rule"), read_only=True),
            ),
        ),
    ),
    sync=Sync(mode="append_only"),
)

SERVICE = Service(
    key="clients",
    title=N_("Clients"),
    icon="mdi6.account-group-outline",
    records=(
        CLIENT,
        NETWORK_MEMBER,
        ASSIGNMENT,
        REFERRAL,
        NEED_CHECK,
        ATTACHMENT,
        CATALOGUE_SERVICE,
        SITUATION,
        MERGE,
        ERASURE,
    ),
    roles=roles.WITH_CLIENTS,
)
