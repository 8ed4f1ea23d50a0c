"""The receipt's words in the languages it speaks, and how those write numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

Language = Literal["en", "de", "nl", "fr"]

_DEFAULT: Final[Language] = "en"
_HEADER_MAX: Final = 200

WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "title": "Receipt",
        "place": "Charging station",
        "start": "Start",
        "end": "End",
        "energy": "Energy",
        "duration": "Duration",
        "reference": "Reference",
        "number": "Receipt number",
        "FIXED": "Session fee",
        "ENERGY": "Energy",
        "TIME": "Charging time",
        "PARKING": "Parking time",
        "RESERVATION": "Reservation",
        "ADJUSTMENT": "Rounding and price limits",
        "net": "Total before tax",
        "tax": "VAT",
        "gross": "Total",
        "card": "Card",
        "captured": "Charged to your card",
        "PAID": "Paid. Thank you!",
        "PAID_OTHERWISE": "The amount charged to your card differs from this bill. We are looking into it.",
        "AWAITING_CAPTURE": "The payment is being processed.",
        "CAPTURE_FAILED": "Your card could not be charged. This bill is not paid yet.",
        "FREE": "Nothing is charged. The amount reserved on your card is released.",
        "NOTHING_DELIVERED": "No energy was delivered. The amount reserved on your card is released.",
        "INVOICED_BY_TERMINAL": "The operator of the payment terminal makes your invoice.",
        "RUNNING": "The session is not finished yet. Please come back later.",
        "IN_REVIEW": "We are checking this bill before anything is charged.",
        "NOT_STARTED": "The session did not start. The amount reserved on your card is released.",
        "REFUSED": "The charging station refused the session. The amount reserved on your card is released.",
    },
    "de": {
        "title": "Beleg",
        "place": "Ladestation",
        "start": "Beginn",
        "end": "Ende",
        "energy": "Energie",
        "duration": "Dauer",
        "reference": "Referenz",
        "number": "Belegnummer",
        "FIXED": "Startgebühr",
        "ENERGY": "Energie",
        "TIME": "Ladezeit",
        "PARKING": "Standzeit",
        "RESERVATION": "Reservierung",
        "ADJUSTMENT": "Rundung und Preisgrenzen",
        "net": "Summe ohne Steuer",
        "tax": "MwSt.",
        "gross": "Summe",
        "card": "Karte",
        "captured": "Von der Karte abgebucht",
        "PAID": "Bezahlt. Vielen Dank!",
        "PAID_OTHERWISE": "Von Ihrer Karte wurde ein anderer Betrag abgebucht. Wir prüfen das.",
        "AWAITING_CAPTURE": "Die Zahlung wird bearbeitet.",
        "CAPTURE_FAILED": "Ihre Karte konnte nicht belastet werden. Dieser Beleg ist noch nicht bezahlt.",
        "FREE": "Es wird nichts berechnet. Der auf Ihrer Karte reservierte Betrag wird freigegeben.",
        "NOTHING_DELIVERED": "Es wurde keine Energie geliefert. Der reservierte Betrag wird freigegeben.",
        "INVOICED_BY_TERMINAL": "Die Rechnung stellt der Betreiber des Bezahlterminals.",
        "RUNNING": "Der Ladevorgang ist noch nicht abgeschlossen. Bitte später wieder aufrufen.",
        "IN_REVIEW": "Wir prüfen diesen Beleg, bevor etwas abgebucht wird.",
        "NOT_STARTED": "Der Ladevorgang hat nicht begonnen. Der reservierte Betrag wird freigegeben.",
        "REFUSED": "Die Ladestation hat abgelehnt. Der reservierte Betrag wird freigegeben.",
    },
    "nl": {
        "title": "Bon",
        "place": "Laadstation",
        "start": "Begin",
        "end": "Einde",
        "energy": "Energie",
        "duration": "Duur",
        "reference": "Referentie",
        "number": "Bonnummer",
        "FIXED": "Starttarief",
        "ENERGY": "Energie",
        "TIME": "Laadtijd",
        "PARKING": "Parkeertijd",
        "RESERVATION": "Reservering",
        "ADJUSTMENT": "Afronding en prijsgrenzen",
        "net": "Totaal exclusief btw",
        "tax": "Btw",
        "gross": "Totaal",
        "card": "Kaart",
        "captured": "Van uw kaart afgeschreven",
        "PAID": "Betaald. Dank u wel!",
        "PAID_OTHERWISE": "Er is een ander bedrag van uw kaart afgeschreven. We zoeken dit uit.",
        "AWAITING_CAPTURE": "De betaling wordt verwerkt.",
        "CAPTURE_FAILED": "Uw kaart kon niet worden belast. Deze bon is nog niet betaald.",
        "FREE": "Er wordt niets in rekening gebracht. Het gereserveerde bedrag wordt vrijgegeven.",
        "NOTHING_DELIVERED": "Er is geen energie geleverd. Het gereserveerde bedrag wordt vrijgegeven.",
        "INVOICED_BY_TERMINAL": "De exploitant van de betaalterminal maakt uw factuur.",
        "RUNNING": "De laadsessie is nog niet afgerond. Kom later terug.",
        "IN_REVIEW": "We controleren deze bon voordat er iets wordt afgeschreven.",
        "NOT_STARTED": "De laadsessie is niet begonnen. Het gereserveerde bedrag wordt vrijgegeven.",
        "REFUSED": "Het laadstation heeft geweigerd. Het gereserveerde bedrag wordt vrijgegeven.",
    },
    "fr": {
        "title": "Reçu",
        "place": "Borne de recharge",
        "start": "Début",
        "end": "Fin",
        "energy": "Énergie",
        "duration": "Durée",
        "reference": "Référence",
        "number": "Numéro du reçu",
        "FIXED": "Frais de session",
        "ENERGY": "Énergie",
        "TIME": "Temps de recharge",
        "PARKING": "Temps de stationnement",
        "RESERVATION": "Réservation",
        "ADJUSTMENT": "Arrondi et limites de prix",
        "net": "Total hors taxes",
        "tax": "TVA",
        "gross": "Total",
        "card": "Carte",
        "captured": "Débité de votre carte",
        "PAID": "Payé. Merci !",
        "PAID_OTHERWISE": "Un autre montant a été débité de votre carte. Nous vérifions.",
        "AWAITING_CAPTURE": "Le paiement est en cours de traitement.",
        "CAPTURE_FAILED": "Votre carte n'a pas pu être débitée. Ce reçu n'est pas encore payé.",
        "FREE": "Rien n'est facturé. Le montant réservé sur votre carte est libéré.",
        "NOTHING_DELIVERED": "Aucune énergie n'a été fournie. Le montant réservé est libéré.",
        "INVOICED_BY_TERMINAL": "L'exploitant du terminal de paiement établit votre facture.",
        "RUNNING": "La session n'est pas encore terminée. Veuillez revenir plus tard.",
        "IN_REVIEW": "Nous vérifions ce reçu avant tout débit.",
        "NOT_STARTED": "La session n'a pas commencé. Le montant réservé est libéré.",
        "REFUSED": "La borne a refusé la session. Le montant réservé est libéré.",
    },
}

_LANGUAGES: Final[Mapping[str, Language]] = {language: language for language in WORDS}


def language_of(accept_language: str | None) -> Language:
    """The best of our languages for an Accept-Language header (RFC 9110 §12.5.4); English where none is wanted."""
    wanted: list[tuple[float, int, Language]] = []
    for place, part in enumerate((accept_language or "")[:_HEADER_MAX].split(",")):
        tag, _, parameter = part.strip().partition(";")
        language = _LANGUAGES.get(tag.strip().lower().split("-")[0])
        if language is not None:
            wanted.append((-_quality(parameter), place, language))
    best = min(wanted, default=None)
    return best[2] if best and best[0] < 0 else _DEFAULT


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def number(value: Decimal, decimals: int, language: Language) -> str:
    """A number with the language's decimal sign."""
    text = f"{value:.{decimals}f}"
    return text if language == "en" else text.replace(".", ",")
