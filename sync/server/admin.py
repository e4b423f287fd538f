"""What administrators and team leads do at the centre."""

from sync.server.centre import Route

ROUTES: tuple[Route, ...] = ()
