"""${message}"""

import sqlalchemy as sa
from alembic import op

import app.record
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store one step on."""
    ${upgrades if upgrades else "pass"}
