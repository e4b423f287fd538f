"""Speed where thousands of rows are in the air at once: `app.pace`, under the name that the exchange knows."""

from app.pace import without_collecting

__all__ = ["without_collecting"]
