"""What devices tell of reading, and who has seen a client's data."""

from sync.server.centre import Route

ROUTES: tuple[Route, ...] = ()
