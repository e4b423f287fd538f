"""The service modules, in the order of their tabs. A new module is one file or folder and one name here."""

from sqlmodel import SQLModel

from app.record import defer_foreign_keys
from app.services import administration, clients, coaching, consents, follow_up
from app.spec import RecordSpec, Service

SERVICES: tuple[Service, ...] = (
    clients.SERVICE,
    consents.SERVICE,
    coaching.SERVICE,
    follow_up.SERVICE,
    administration.SERVICE,
)
SPECS: dict[str, RecordSpec] = {spec.kind: spec for service in SERVICES for spec in service.records}

defer_foreign_keys(SQLModel.metadata)
