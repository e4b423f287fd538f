"""Numbers with decimals as the present language writes them: 1,234.50 in English, 1 234,50 in Finnish and Swedish."""

from decimal import Decimal
from functools import cache
from typing import Any, get_args

from app.i18n import language
from app.spec import F

NO_BREAK = "\u00a0"
_NORDIC = str.maketrans({",": NO_BREAK, ".": ","})


def amount(number: Any, *, short: bool = False, grouped: bool = True) -> str:
    """Write a number (also as text with a decimal point) with the decimals that it has, in the present language.

    `short` leaves out decimals that say nothing; `grouped` keeps thousands apart, by a space at which no line ends.
    """
    exact = Decimal(str(number))
    text = f"{exact:,f}" if grouped else f"{exact:f}"
    if short and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if language() == "en" else text.translate(_NORDIC)


def is_amount(field: F) -> bool:
    """Tell whether a field holds a number with decimals, by the table that declares it."""
    return field in _amounts()


@cache
def _amounts() -> frozenset[F]:
    from app.services import SPECS

    return frozenset(
        field
        for spec in SPECS.values()
        for field in spec.fields()
        if Decimal in _types(spec.table.model_fields[field.name].annotation)
    )


def _types(annotation: Any) -> set[Any]:
    """Return the types that an annotation is made of."""
    return {annotation}.union(*map(_types, get_args(annotation)))
