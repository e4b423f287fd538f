"""Logging in at the centre: with a password of the centre's, or in the browser with the organisation's account."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.i18n import _
from ui import theme
from ui.card import Fields
from ui.passphrase import Notice, SecretField, caps_text

if TYPE_CHECKING:
    from sync.browser import Browser
    from sync.login_messages import LoginMethods

OpenPage = Callable[[str], object]


def in_the_browser(url: str) -> None:
    """Show a page in the system's browser."""
    QDesktopServices.openUrl(QUrl(url))


class _Page(QObject):
    """Carries an address from the thread that waits for an answer to the one that may open pages."""

    asked = Signal(str)


class LogInForm(QWidget):
    """Offers what the centre takes. `chosen` carries how the person logs in (`sync.login.Who`).

    The browser's answer is waited for on another thread; meanwhile the person can open the page again or stop.
    """

    chosen = Signal(object)

    def __init__(self, open_page: OpenPage = in_the_browser) -> None:
        super().__init__()
        self._open_page = open_page
        self._url = ""
        self._waits: Browser | None = None
        self._page = _Page(self)
        self._page.asked.connect(self._show_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing(1))
        self.why = theme.label("", "strong")
        self.organisation = theme.button(_("Log in with the organisation's account"), "primary")
        self.waiting = Notice("small")
        self.again, self.stop = theme.button(_("Open the page again")), theme.button(_("Stop waiting"))
        self.name, self.password, self.caps = QLineEdit(), SecretField(), Notice("strong")
        self.go = theme.button(_("Log in"))
        self.by_password = Fields()
        self.by_password.field(_("User name at the centre"), self.name)
        self.by_password.field(_("Password at the centre"), self.password)
        self.by_password.column.addWidget(self.caps)
        self.by_password.row(self.go)
        column.addWidget(self.why)
        browser = Fields()
        browser.row(self.organisation)
        browser.column.addWidget(self.waiting)
        browser.row(self.again, self.stop)
        column.addWidget(browser)
        column.addWidget(self.by_password)
        self.organisation.clicked.connect(self._with_the_organisation)
        self.again.clicked.connect(lambda: self._open_page(self._url))
        self.stop.clicked.connect(self._stop)
        self.name.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self._with_a_password)
        self.password.caps.connect(lambda on: self.caps.say(caps_text(on)))
        self.go.clicked.connect(self._with_a_password)
        self.hide()

    def offer(self, asked: "LoginMethods", why: str, username: str = "", *, focus: bool = True) -> None:
        """Show what the centre takes, and why it is wanted; the first of it gets the focus, if it may."""
        self.why.setText(why)
        self.organisation.setVisible(asked.oidc is not None)
        self.by_password.setVisible(asked.passwords)
        if username and not self.name.text():
            self.name.setText(username)
        self.show()
        self.over()
        if not focus:
            return
        if asked.oidc is not None:
            self.organisation.setFocus()
        else:
            (self.password if self.name.text() else self.name).setFocus()

    def over(self, *, well: bool = False) -> None:
        """Let the person try again; where it went well, forget what was typed."""
        self._waits = None
        self._wait(False)
        self.go.setEnabled(True)
        if well:
            self.password.clear()
            self.hide()

    def end(self) -> None:
        """Wait no more: the page goes."""
        if self._waits is not None:
            self._waits.stop()

    def _wait(self, on: bool) -> None:
        self.waiting.say(_("Log in on the page in your browser, then come back here.") if on else "")
        self.again.setVisible(on)
        self.again.setEnabled(bool(self._url))
        self.stop.setVisible(on)
        self.organisation.setEnabled(not on)
        self.by_password.setEnabled(not on)

    def _with_the_organisation(self) -> None:
        from sync.browser import Browser

        self._url = ""
        self._waits = Browser(self._page.asked.emit)
        self._wait(True)
        self.stop.setFocus()
        self.chosen.emit(self._waits)

    def _show_page(self, url: str) -> None:
        self._url = url
        self.again.setEnabled(True)
        self._open_page(url)

    def _stop(self) -> None:
        self.end()

    def _with_a_password(self) -> None:
        from sync.login import Password

        if not self.name.text().strip():
            self.name.setFocus()
            return
        if not self.password.text():
            self.password.setFocus()
            return
        self.go.setEnabled(False)
        self.chosen.emit(Password(self.name.text(), self.password.text()))


class PasswordForm(Fields):
    """A new password in the place of the former one. `chosen` carries user name, former and new password."""

    chosen = Signal(str, str, str)

    def __init__(self) -> None:
        super().__init__()
        self.name, self.former = QLineEdit(), SecretField()
        self.first, self.second = SecretField(), SecretField()
        self.caps, self.problem = Notice("strong"), Notice()
        self.go = theme.button(_("Change my password"))
        self.field(_("User name at the centre"), self.name)
        self.field(_("Present password"), self.former)
        self.field(
            _("New password"),
            self.first,
            _("At least twelve characters, such as four words that nobody would put together."),
        )
        self.field(_("The new password again"), self.second)
        self.column.addWidget(self.caps)
        self.row(self.go)
        self.column.addWidget(self.problem)
        for field in (self.former, self.first, self.second):
            field.caps.connect(lambda on: self.caps.say(caps_text(on)))
        self.name.returnPressed.connect(self.former.setFocus)
        self.former.returnPressed.connect(self.first.setFocus)
        self.first.returnPressed.connect(self.second.setFocus)
        self.second.returnPressed.connect(self._change)
        self.go.clicked.connect(self._change)
        self.hide()

    def offer(self, username: str) -> None:
        """Show the fields, empty."""
        self.name.setText(username)
        for field in (self.former, self.first, self.second):
            field.clear()
        self.problem.say("")
        self.show()
        (self.former if username else self.name).setFocus()

    def _change(self) -> None:
        for field in (self.name, self.former, self.first, self.second):
            if not field.text():
                field.setFocus()
                return
        if self.first.text() != self.second.text():
            self.problem.say(_("The two new passwords are different."))
            self.second.setFocus()
            return
        self.problem.say("")
        self.chosen.emit(self.name.text(), self.former.text(), self.first.text())
