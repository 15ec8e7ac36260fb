"""What the comparison finds. Its findings are about files side by side, not about records: no rule makes them."""

from __future__ import annotations

from typing import Final

from kkd_ledger.rules.engine.rule import FindingKind, Level

CERTIFIED: Final = FindingKind(
    "KKD-T01",
    Level.ERROR,
    "Buchung und Nachweis der Bankzeilen sagen Verschiedenes",
    "kkd schreibt beide in einem Schritt, also wurde eines von Hand verändert. Vergleichen Sie mit dem Kontoauszug und "
    "klären Sie, wer es war; die Stelle, die die Bücher sichert, hat beide Dateien, wie kkd sie schrieb.",
)
PAPER: Final = FindingKind(
    "KKD-T02",
    Level.ERROR,
    "Nachweis und Kontoauszug im Archiv sagen Verschiedenes",
    "Fragen Sie die Bank nach dem Auszug dieser Tage und vergleichen Sie; klären Sie, wer Nachweis oder Archiv "
    "verändert hat. Die Stelle, die die Bücher sichert, hat beide Dateien, wie kkd sie schrieb.",
)
STRAY: Final = FindingKind(
    "KKD-T03",
    Level.OBJECTION,
    "Datei liegt im Buch, ohne zu ihm zu gehören",
    "Klären Sie, woher sie kommt, und legen Sie sie außerhalb des Buchs ab; ein Monat gehört zum Buch, "
    "wenn main.beancount ihn nennt (`kkd open BUCH MONAT` nimmt ihn auf).",
)
FOREIGN_TEXT: Final = FindingKind(
    "KKD-T04",
    Level.ERROR,
    "Monatsdatei hat Text außerhalb der kanonischen Form",
    "Sehen Sie nach, was dort steht und wer es schrieb; `kkd format BUCH` bringt die Datei in die Form "
    "(mit --dry-run zeigt es vorher, was sich ändert).",
)
LAST: Final = FindingKind(
    "KKD-T05",
    Level.ERROR,
    "Letzte Buchungsnummer ist verschwunden",
    "main.beancount nennt die letzte Nummer, die vergeben war, als der neueste Monat eröffnet wurde. Eine Buchung "
    "wurde von Hand entfernt: Klären Sie, welche; die Stelle, die die Bücher sichert, hat sie noch.",
)
RECORD: Final = FindingKind(
    "KKD-T06",
    Level.ERROR,
    "Wovon die Bücher die Prüfsumme nennen, ist verändert oder fehlt",
    "Das sind Zahlläufe und Entscheidungen, für die Personen einstehen, und die Nachweise der Bankzeilen. Klären Sie, "
    "wer die Datei verändert hat, und fragen Sie bei einem Zahllauf die Bank; die Stelle, die die Bücher sichert, hat "
    "sie, wie kkd sie schrieb.",
)
UNANSWERED: Final = FindingKind(
    "KKD-T07",
    Level.OBJECTION,
    "Zahllauf oder Entscheidung ohne Akt",
    "Klären Sie, woher sie stammt. Ist sie richtig (etwa aus der Zeit vor den Akten), so bestätigen zwei Personen sie "
    "mit `kkd confirm BUCH --by NAME --and NAME`.",
)
NO_STATEMENT: Final = FindingKind(
    "KKD-T08",
    Level.OPEN,
    "Für den Monat ist kein Kontoauszug gebucht",
    "Holen Sie den Auszug bei der Bank und buchen Sie ihn (`kkd month BUCH --all`). Gibt es keinen, etwa weil sich "
    "nichts bewegt hat, so genügt beim Abschluss eine Bemerkung (--comment KKD-T08=GRUND).",
)
READABLE: Final = FindingKind(
    "KKD-T09",
    Level.NOTE,
    "Originale des gemeinsamen Kontos kann lesen, wer nicht zur Kasse gehört",
    "Sie nennen Menschen, die mit der Zusammenarbeit nichts zu tun haben. Nehmen Sie Gruppe und anderen die Rechte "
    "(`chmod -R go= BUCH/originale`); der nächste Lauf, der einen Auszug nimmt, tut es ebenfalls.",
)
WRITTEN: Final = FindingKind(
    "KKD-T10",
    Level.ERROR,
    "Monatsdatei ist nicht, wie kkd sie schrieb",
    "Jeder Buchungsstapel eines Monats endet mit der Prüfsumme seines Textes; hier wurde danach etwas verändert, "
    "eingefügt oder entfernt. Klären Sie, wer es war, und nehmen Sie die Änderung zurück; die Stelle, die die Bücher "
    "sichert, hat die Datei, wie kkd sie schrieb. Soll der Text so bleiben, so stehen zwei Personen dafür ein: `kkd "
    "changes BUCH` zeigt es, `kkd confirm BUCH --by NAME --and NAME` hält es fest.",
)
TITLE: Final = FindingKind(
    "KKD-T11",
    Level.NOTE,
    "Hauptdatei trägt einen anderen Titel als book.toml",
    "Der nächste Befehl, der etwas in das Buch schreibt, erneuert sie. Hat niemand den Titel in book.toml geändert, so "
    "klären Sie, wer die Hauptdatei verändert hat.",
)
OPEN_TO_ALL: Final = FindingKind(
    "KKD-T12",
    Level.NOTE,
    "Jeder auf dem Rechner kann das Buch ändern",
    "Nehmen Sie den anderen das Recht zu schreiben (`chmod -R o-w BUCH`).",
)
UNPROVED: Final = FindingKind(
    "KKD-T13",
    Level.NOTE,
    "Kein Buchungsstapel belegt den Text der offenen Monate",
    "Das Buch stammt aus der Zeit vor dem 30.11.2026, oder jemand hat die Prüfsummen entfernt: Ob der Text verändert "
    "wurde, zeigt dann nichts. Der nächste Befehl, der schreibt, übernimmt ihn, wie er steht; vergleichen Sie ihn "
    "vorher mit dem, was die Stelle hat, die die Bücher sichert.",
)
UNKNOWN: Final = FindingKind(
    "KKD-T14",
    Level.NOTE,
    "Im Ordner des Buchs liegt, was kkd nicht kennt",
    "Kein Befehl liest es, kein Abschluss belegt es. Legen Sie es außerhalb des Buchs ab, vor allem Zahldateien: Was "
    "hier liegt, hält man leicht für geprüft.",
)
RUN: Final = FindingKind(
    "KKD-T15",
    Level.OBJECTION,
    "Zahllauf sagt von sich Verschiedenes",
    "Niederschrift, Zahldatei, Akte und Vereinbarung gehören zusammen. Fragen Sie die Bank, was sie ausgeführt hat, "
    "und klären Sie, wer die Dateien verändert hat.",
)
RESOLVED: Final = FindingKind(
    "KKD-T16",
    Level.NOTE,
    "Beschluss in den Büchern steht nicht so in der Vereinbarung",
    "Wurde die Vereinbarung berichtigt, so trägt `kkd adopt BUCH` den Beschluss neu ein, und der alte Eintrag bleibt "
    "stehen. Sonst klären Sie, wer Eintrag oder Vereinbarung verändert hat.",
)
DERIVED: Final = FindingKind(
    "KKD-T17",
    Level.OBJECTION,
    "Kostenbeteiligung sagt anderes, als aus Vereinbarung und Buch folgt",
    "kkd bildet Empfänger, Text, Posten, Kassenzeichen und Fälligkeit aus Vereinbarung und book.toml; hier steht etwas "
    "anderes. Klären Sie, wer die Buchung verändert hat, und stornieren Sie sie (`kkd reverse BUCH NR --reason GRUND "
    "--by NAME`); `kkd post BUCH` bucht sie neu. Wurde seither die Vereinbarung oder book.toml geändert, so genügt "
    "eine Bemerkung beim Abschluss (--comment KKD-T17=GRUND).",
)
RECORDED: Final = FindingKind(
    "KKD-T18",
    Level.NOTE,
    "Tag der Erfassung passt nicht zur Buchung oder zu denen vor ihr",
    "kkd schreibt den Tag, an dem es bucht, und hängt nur an. Hat jemand mit --today einen früheren Tag angegeben, so "
    "ist nichts zu tun; sonst klären Sie, wer die Buchung verändert hat.",
)
REASONED: Final = FindingKind(
    "KKD-T19",
    Level.OBJECTION,
    "Begründung einer Zuordnung nennt, was die Bankzeile nicht hat",
    "Was für die Zuordnung sprach, stand auf dem Kontoauszug. Vergleichen Sie Buchung und Auszug und klären Sie, wer "
    "die Begründung verändert hat; ist die Zuordnung falsch, so nimmt `kkd clear` oder `kkd reverse` sie zurück.",
)
FOREIGN: Final = FindingKind(
    "KKD-T20",
    Level.OBJECTION,
    "Regel, nach der eine Bankzeile fremd ist, trifft nicht auf sie zu",
    "Sehen Sie im Kontoauszug nach, ob die Zeile zur Zusammenarbeit gehört; `kkd decide BUCH SCHLÜSSEL --posten POSTEN "
    "--by NAME --reason GRUND` bucht sie. Ist sie fremd, etwa weil die Regel seither in book.toml geändert wurde, so "
    "genügt eine Bemerkung beim Abschluss (--comment KKD-T20=GRUND); sonst klären Sie, wer Nachweis und Extrakt "
    "verändert hat.",
)
DOCUMENT: Final = FindingKind(
    "KKD-T21",
    Level.OBJECTION,
    "E-Rechnung zu einer Anforderung sagt anderes als die Bücher",
    "Klären Sie, wer die Datei unter documents/ ausgetauscht hat und ob sie so versandt wurde. `kkd demand BUCH JAHR` "
    "schreibt ein Dokument neu, das nicht mehr da ist, wie es damals war.",
)
UNAGREED: Final = FindingKind(
    "KKD-T22",
    Level.NOTE,
    "Akt nennt eine Vereinbarung, deren Text niemand aufbewahrt hat",
    "So ist es, wenn die Vereinbarung vor der ersten Bestätigung geändert wurde oder zweimal zwischen zweien. Zwei "
    "Personen halten fest, dass das so war: `kkd confirm BUCH --by NAME --and NAME`. Hat niemand sie geändert, so "
    "klären Sie, wer den Akt verändert hat.",
)
PLACED: Final = FindingKind(
    "KKD-T23",
    Level.OBJECTION,
    "Kontoauszug steht auf dem Nachweis eines anderen Monats",
    "Ein Auszug gehört auf den Nachweis des Monats, in dem er endet, solange der offen ist. Klären Sie, wer die "
    "Nachweise verändert hat; die Stelle, die die Bücher sichert, hat sie, wie kkd sie schrieb.",
)
VOUCHED: Final = FindingKind(
    "KKD-T24",
    Level.NOTE,
    "Monatsdatei ist von Hand verändert, und zwei Personen stehen dafür ein",
    "Die Niederschrift dahinter nennt den Text mit seiner Prüfsumme. Für die Prüfung: Lassen Sie sich die Änderung "
    "erklären; wie die Datei vorher war, hat die Stelle, die die Bücher sichert.",
)
KINDS: Final = (
    CERTIFIED,
    PAPER,
    STRAY,
    FOREIGN_TEXT,
    LAST,
    RECORD,
    UNANSWERED,
    NO_STATEMENT,
    READABLE,
    WRITTEN,
    TITLE,
    OPEN_TO_ALL,
    UNPROVED,
    UNKNOWN,
    RUN,
    RESOLVED,
    DERIVED,
    RECORDED,
    REASONED,
    FOREIGN,
    DOCUMENT,
    UNAGREED,
    PLACED,
    VOUCHED,
)
