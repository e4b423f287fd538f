"""How people prove who they are."""

from sync.server.centre import Route

ROUTES: tuple[Route, ...] = ()
