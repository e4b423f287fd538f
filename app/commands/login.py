"""Commands by which a person proves who she is at the centre: for enrol, login, password."""

import os
import webbrowser
from argparse import Namespace
from typing import TYPE_CHECKING

from app.commands.common import PASSPHRASE, answer, opened, passphrase, say
from app.errors import WrongUse
from app.i18n import N_, Message, _

if TYPE_CHECKING:
    from sync.login import Who
    from sync.login_messages import LoginMethods

PASSWORD, NEW_PASSWORD = "TYOPARI_PASSWORD", "TYOPARI_NEW_PASSWORD"


def way_in(arguments: Namespace, asked: "LoginMethods") -> "Who | None":
    """Return how the person logs in, as she said or else as the centre takes it; None where it asks for a code alone.

    Raises WrongUse where nothing may be asked and nothing was said.
    """
    from sync.browser import Browser
    from sync.login import Password

    if not asked.wants_login:
        return None
    if arguments.user:
        return Password(arguments.user, secret(N_("Password at the centre: "), PASSWORD))
    if asked.oidc is None:
        raise WrongUse(
            Message(N_("The centre wants you to log in: give your user name with --user NAME.")),
            Message(N_("The password is asked for, or taken from TYOPARI_PASSWORD.")),
        )
    return Browser(_show)


def _show(url: str) -> None:
    say(_("Log in on the page in your browser. If none opens, go to this address on this computer:"))
    say(url)
    webbrowser.open(url)


def secret(question: str, variable: str) -> str:
    """Return a password from the environment, else ask for it; not where the passphrase is given: nobody is there."""
    if variable not in os.environ and PASSPHRASE in os.environ:
        raise WrongUse(
            Message(N_("There is nobody to ask for a password: set {variable}."), variable=variable)
        )
    return passphrase(question, variable=variable)


def login(arguments: Namespace) -> int:
    """Log in again on this device."""
    from sync.login import OWN_PASSWORD, log_in, methods_of

    with opened(arguments) as store:
        who = way_in(arguments, methods_of(store))
        if who is None:
            answer(arguments, {"logged_in": False}, _("This centre asks nobody to log in."))
            return 0
        reply = log_in(store, who)
    answer(arguments, {"logged_in": True, "must_change": reply.must_change}, _("You are logged in."))
    if reply.must_change:
        say(str(OWN_PASSWORD))
    return 0


def password(arguments: Namespace) -> int:
    """Change the person's password at the centre."""
    from sync.login import Password, change_password

    with opened(arguments) as store:
        former = secret(N_("Present password: "), PASSWORD)
        new = secret(N_("New password: "), NEW_PASSWORD)
        if NEW_PASSWORD not in os.environ and secret(N_("The same again: "), NEW_PASSWORD) != new:
            raise WrongUse(Message(N_("The two passwords are different.")))
        change_password(store, Password(arguments.user, former), new)
    answer(arguments, None, _("Your password at the centre was changed."))
    return 0
