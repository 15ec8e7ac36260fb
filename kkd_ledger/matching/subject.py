"""What a payment's text is about: our own subject, nothing at all, or somebody else's.

Payer and amount without a reference say nothing about which of two equal debts is meant. On a pooled account that is
how a Schulumlage lands on our demand, so there a text has to be silent or to speak of us. What speaks of us is data of
the agreement (its short name, its title, its components); a word that belongs to nobody's vocabulary is the subject of
something else, whatever it is. No list of other subjects could be whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from kkd_ledger.matching.party_names import SILENT, name_words

_WORD_MIN: Final = 3
_TELLING: Final = 2
_HAS_DIGIT = re.compile(r"[0-9]")
_FORMAL: Final = frozenset(
    # the claim itself; the paper; the payment; when; small words
    """
    umlage umlagen umlagebescheid umlageanforderung jahresumlage kostenbeteiligung kostenbeteiligungen
    kostenanteil kostenanteile kostenpauschale kostenumlage kostenersatz pauschale jahrespauschale beteiligung
    anteil anteile anteilig anteilige jahresanteil betrag beitrag jahresbeitrag jahresbetrag gesamtbetrag
    forderung anforderung zahlungsanforderung kosten vereinbarung
    rechnung rechnungen rechnungsnr rechnungsnummer rechnungsdatum rechnungsjahr rnr rgnr bescheid bescheide
    bescheidnr schreiben beleg belegnr belegnummer nummer aktenzeichen kassenzeichen buchungszeichen zeichen
    referenz ref verwendungszweck vwz svwz eref kref mref cred kundennr kundennummer kunde debitor debitorennr
    kreditor mandat konto iban bic ags tel telefon datum
    zahlung zahlungen bezahlung ueberweisung gutschrift auszahlung sammelzahlung zahllauf dauerauftrag
    lastschrift einzug sepa eilzahlung begleichung ausgleich nachzahlung rate raten teilrate jahresrate
    halbjahresrate quartalsrate monatsrate abschlag abschlaege teilzahlung teilbetrag anzahlung rest restbetrag
    restzahlung restrate vorauszahlung abrechnung jahresabrechnung schlussrechnung schlusszahlung skonto abzug
    abzgl abzueglich verrechnung verrechnet einbehalt faellig faelligkeit termin zahlbar bezahlt bereits folgt
    jetzt eur euro
    jahr jahre jahres haushaltsjahr haushalt kalenderjahr quartal halbjahr monat vorjahr januar jan februar feb
    maerz mrz april apr mai juni jun juli jul august aug september sep sept oktober okt november nov dezember
    dez
    vom fuer fur und den dem des der die das zum zur von bis aus auf mit per gemaess gem laut siehe vgl ihr ihre
    ihren ihrer ihrem unser unsere unserer unseren bzw danke dank vielen hier wegen betr betreff betrifft nach
    auftraggeber absender empfaenger zahlungspflichtiger
    ueber bei inkl zzgl incl gesamt summe einwohner keine angabe umsatz mfg
    """.split()  # noqa: SIM905 - a text is easier to read and to add to
)
"""Words that any payment of any demand may use: they name no subject."""
_LEVY = re.compile(
    r"(?:umlage|steuern?|miete[n]?|pacht|gebuehr(?:en)?|kauf(?:preis)?|zins(?:en)?|abgaben?|erstattung(?:en)?|zuschuss|"
    r"spende|kaution|entgelt|zuweisung(?:en)?|beitraege|darlehen|tilgung)$"
)
"""How words end that name what else a municipality pays."""


class Subject(NamedTuple):
    """What texts about this cooperation speak of, in words as `name_words` folds them.

    One word of `names` (short names of agreements) is enough, of `own` (titles) it takes two; `neutral` are words of
    parties' names, which say nothing about the subject.
    """

    names: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    neutral: frozenset[str] = frozenset()


NO_SUBJECT: Final = Subject()


def subject_of(names: Iterable[str], titles: Iterable[str], parties: Iterable[str]) -> Subject:
    """Return what is ours, by the short names, the titles (of agreement and components) and the parties' names."""
    own = {word for title in titles for word in name_words(title)}
    return Subject(
        frozenset(word for name in names for word in name_words(name)),
        frozenset(word for word in own - _FORMAL if len(word) >= _WORD_MIN),
        frozenset(word for name in parties for word in name_words(name)),
    )


def other_subject(texts: Iterable[str], ours: Subject, *, common: bool) -> str:
    """Return the first word by which a text speaks of another subject; empty where it does not.

    On a pooled account (`common`) that is any word that is neither ours nor usual in payments. Where the text also
    speaks of us, and on a dedicated account, only words for other levies, taxes, rents and purchases count.
    """
    said = [word for text in texts for word in name_words(text)]
    words = [word for word in said if len(word) >= _WORD_MIN and not _HAS_DIGIT.search(word)]
    familiar = _FORMAL | SILENT | ours.names | ours.own | ours.neutral
    foreign = [word for word in words if word not in familiar and not _is_cut(word, words, familiar)]
    distinct = set(words)
    about_us = bool(distinct & ours.names) or len(distinct & ours.own) >= _TELLING
    if about_us or not common:
        foreign = [word for word in foreign if _LEVY.search(word)]
    return foreign[0] if foreign else ""


def _is_cut(word: str, words: list[str], familiar: frozenset[str]) -> bool:
    """Tell whether a word is the last of a text that the bank has cut: the beginning of a known one."""
    return word == words[-1] and any(other.startswith(word) for other in familiar)
