"""The tariff's `min_price` and `max_price`, applied to the sum of a session.

OCPI 2.3.0 mod_tariffs: the limits before and after taxes hold independently of each other, because taxes may differ
between the parts of a session. A limit given only before taxes therefore does not cap what is paid with taxes.
"""

from decimal import Decimal

from csms.domain.billing import TAX_NAME
from csms.domain.money import Price, TaxAmount
from csms.domain.tariff import PriceLimit, Tariff


def limited(tariff: Tariff, total: Price, *, minimum: bool) -> Price:
    """The total within the tariff's limits; `minimum` False leaves out the lower one."""
    least = tariff.min_price if minimum else None
    most = tariff.max_price
    if least is None and most is None:
        return total
    rates = _rates(tariff)
    if not rates:
        return _untaxed(tariff, total, least, most)
    net, gross = total.before_taxes, total.gross
    if least is not None:
        if net < least.before_taxes:
            # Taxes follow a net amount that is raised: a gross amount below or at its net would be no price.
            gross = gross if net == 0 else gross * least.before_taxes / net
            net = least.before_taxes
        gross = max(gross, net, least.after_taxes or net)
    if most is not None:
        net = min(net, most.before_taxes)
        gross = gross if most.after_taxes is None else min(gross, most.after_taxes)
    if net == total.before_taxes and gross == total.gross:
        return total
    return Price(net, _spread(total, gross - net, rates))


def _rates(tariff: Tariff) -> set[Decimal]:
    if tariff.tax_included == "N/A":
        return set()
    return {
        component.vat
        for element in tariff.elements
        for component in element.price_components
        if component.vat is not None
    }


def _untaxed(tariff: Tariff, total: Price, least: PriceLimit | None, most: PriceLimit | None) -> Price:
    """Limits of a tariff that names no rate: the one amount there is has the taxes in it, or has none."""

    def bound(limit: PriceLimit) -> Decimal:
        if tariff.tax_included == "YES" and limit.after_taxes is not None:
            return limit.after_taxes
        return limit.before_taxes

    amount = total.before_taxes
    if least is not None:
        amount = max(amount, bound(least))
    if most is not None:
        amount = min(amount, bound(most))
    return Price(amount)


def _spread(total: Price, tax: Decimal, rates: set[Decimal]) -> tuple[TaxAmount, ...]:
    """Divide a tax over the lines of a total as they were; the last line takes what a division leaves."""
    if not total.tax:
        if total.taxes or not tax:
            rate = total.taxes[0].percentage if total.taxes else None
            return (TaxAmount(TAX_NAME, rate, tax),) if tax else total.taxes
        return (TaxAmount(TAX_NAME, next(iter(rates)) if len(rates) == 1 else None, tax),)
    shares = [line.amount * tax / total.tax for line in total.taxes]
    shares[-1] = tax - sum(shares[:-1], Decimal(0))
    return tuple(TaxAmount(line.name, line.percentage, share) for line, share in zip(total.taxes, shares, strict=True))
