"""Money as OCPI 2.3.0 carries it: an amount before taxes and the tax on it per rate (types, Price and TaxAmount).

Amounts are unrounded while a session is being priced; `round_price` rounds once, at the end, because OCPI defines
no rounding and rounding in between would make the result depend on how a session was cut into pieces.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

_DEFAULT_EXPONENT = 2
_OTHER_EXPONENTS = {
    **dict.fromkeys(
        (
            *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
            *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
# 1/3 + 1/6 is a hair below one half in decimals: amounts are first settled here, far below any currency's unit,
# so that a true half rounds up.
_SETTLED = Decimal("1E-12")


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """The tax of one rate; `percentage` is None when no single rate describes it."""

    name: str
    percentage: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """An amount before taxes, with at most one `TaxAmount` per name and rate."""

    before_taxes: Decimal
    taxes: tuple[TaxAmount, ...] = ()

    @property
    def tax(self) -> Decimal:
        """All taxes together."""
        return sum((line.amount for line in self.taxes), Decimal(0))

    @property
    def gross(self) -> Decimal:
        """What is paid: the amount with all taxes."""
        return self.before_taxes + self.tax

    def __add__(self, other: "Price") -> "Price":
        return Price(self.before_taxes + other.before_taxes, _merged(self.taxes + other.taxes))


def zero() -> Price:
    """Nothing: no amount, no taxes."""
    return Price(Decimal(0))


def minor_units(currency: str) -> int:
    """The number of decimals of a currency's smallest unit (ISO 4217); 2 for a code not known to differ."""
    return _OTHER_EXPONENTS.get(currency.upper(), _DEFAULT_EXPONENT)


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Round to the currency's smallest unit, halves away from zero."""
    return amount.quantize(_SETTLED, ROUND_HALF_UP).quantize(_unit(currency), ROUND_HALF_UP)


def round_price(price: Price, currency: str) -> Price:
    """Round net and gross, each by itself, and make the tax lines add up to the difference.

    A payer sees the gross amount and a bookkeeper the net one, so both are the nearest to the truth;
    a unit left over goes to the tax line whose own rounding strayed furthest.
    """
    net = round_amount(price.before_taxes, currency)
    missing = round_amount(price.gross, currency) - net
    amounts = [round_amount(line.amount, currency) for line in price.taxes]
    missing -= sum(amounts, Decimal(0))
    unit = _unit(currency).copy_sign(missing)
    while missing and amounts:
        shortfalls = [(line.amount - amount) * unit for line, amount in zip(price.taxes, amounts, strict=True)]
        furthest = shortfalls.index(max(shortfalls))
        amounts[furthest] += unit
        missing -= unit
    lines = zip(price.taxes, amounts, strict=True)
    return Price(net, tuple(TaxAmount(line.name, line.percentage, amount) for line, amount in lines))


def _merged(lines: tuple[TaxAmount, ...]) -> tuple[TaxAmount, ...]:
    by_rate: dict[tuple[str, Decimal | None], Decimal] = {}
    for line in lines:
        key = (line.name, line.percentage)
        by_rate[key] = by_rate.get(key, Decimal(0)) + line.amount
    return tuple(TaxAmount(name, percentage, amount) for (name, percentage), amount in by_rate.items())


@cache
def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_units(currency))
