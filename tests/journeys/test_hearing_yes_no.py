"""A yes or a no, as people write it from a telephone; and what only looks like one."""

from datetime import date

import pytest

from mailhub.journeys.hearing import Answer, Heard, Kind, Other, Unclear, Wanted, Why, hear

TODAY = date(2026, 3, 10)


def heard(words: str, language: str = "it") -> Heard:
    return hear(words, Wanted(kind=Kind.YES_NO), language=language, today=TODAY)


@pytest.mark.parametrize(
    "words",
    [
        "sì", "si", "Sì.", "SI!!", "Siii", "si'", "Si`", "S", "sì sì", "ok", "OK", "okay", "Okk", "certo", "Certo!",
        "certo che sì", "sicuramente", "volentieri", "Molto volentieri!", "va bene", "Va benissimo", "vabbene",
        "va bn", "d'accordo", "D’accordo", "perfetto", "con piacere", "confermo", "ci sto", "ci sono", "Ci sarò",
        "vengo", "verremo", "c'ero", "mi interessa", "nessun problema", "non c'è problema", "Non vedo l'ora!",
        "come no", "direi di sì", "Contateci", "sì grazie", "Sì, grazie.", "si volentieri grazie mille",
        "assolutamente sì", "per me va bene", "anch'io sì", "yes", "Yes!", "yep", "YEAH", "y", "sure", "of course",
        "Yes please", "yes, thanks", "I do", "I did", "sounds good", "Count me in!", "I'd love to", "Yes I'd love to",
        "no problem", "No worries", "fine by me", "I'm in", "can't wait", "👍", "👍🏻", "+1", "✅",
        "ok perfetto grazie mille", "Ciao! Allora, sì. Grazie, Anna", "Ciao sì", "CIAO SI GRAZIE", "Ciao Bruno, sì!",
        "Buongiorno,\nsì volentieri.\nCordiali saluti\nAnna Bianchi", "Sì\nAnna", "Sì!\n\nAnna Rossi",
        "Grazie dell'invito, volentieri", "Grazie per l'invito! Volentieri.", "Hi there,\nyes.\nBest wishes\nTom",
        "Dear all,\nyes please.\nKind regards,\nAnna", "Ok, a presto", "  \n\nsì\n\n", "«sì»", '"yes"', "*sì*", "- sì",
        "Sì...", "Ecco, sì", "Buonasera a tutti, sì", "Sì, un abbraccio", "Sono Nives, sì grazie",
        "SÌ GRAZIE MILLE A TUTTI", "La risposta è sì", "siamo d'accordo", "Con molto piacere accetto", "Non mancherò!",
        "Certo che vengo!", "Sì certo che vengo",
        "Buongiorno. Con molto piacere accetto. Distinti saluti. Prof. Mario Verdi", "Per noi ok", "mi va bene tutto",
        "si\u0300",
    ],
)  # fmt: skip
def test_a_yes_is_heard(words: str) -> None:
    assert heard(words) == Answer(True)


@pytest.mark.parametrize(
    "words",
    [
        "no", "No.", "NO!", "nooo", "no no", "no grazie", "No, grazie.", "per ora no", "Per ora no, grazie", "non ora",
        "non posso", "Non vengo", "nn posso", "Purtroppo no", "Mi dispiace, non posso",
        "purtroppo non riesco a venire", "preferisco di no", "assolutamente no", "Non c'ero", "non mi interessa",
        "non sono interessata", "non ancora", "meglio di no", "rinuncio", "no thanks", "No, thank you", "nope",
        "Thanks, but no thanks", "not yet", "Not really", "I can't", "I can't make it", "I'm sorry, I can't make it",
        "Sorry, not this time", "I don't", "I didn't", "We can't", "Unfortunately not", "I'd rather not",
        "Not interested", "👎", "❌", "Ciao, no. Grazie comunque", "no, grazie lo stesso",
        "Grazie mille, ma per il momento no.\nAnna", "Quest'anno no", "Mi piacerebbe ma non posso",
        "Vorrei, ma non riesco", "Would love to but can't", "I'm afraid I can't", "Non sono potuta venire",
        "neanche per sogno", "No, va bene così, grazie", "I am not able to come", "No, not at all", "Forse no",
    ],
)  # fmt: skip
def test_a_no_is_heard(words: str) -> None:
    assert heard(words) == Answer(False)


@pytest.mark.parametrize(
    ("words", "value", "rest"),
    [
        ("Sì, e porto mia sorella", True, "e porto mia sorella"),
        ("si porto mia sorella", True, "porto mia sorella"),
        ("Sì vengo con mia sorella", True, "con mia sorella"),
        ("Sì, ma arrivo dopo le nove", True, "ma arrivo dopo le nove"),
        ("Sì! Vi racconto: abito qui da quarant'anni.\nAnna", True, "Vi racconto: abito qui da quarant'anni."),
        ("Volentieri! A che ora?", True, "A che ora?"),
        ("Yes, and I'll bring a cake. Thanks, Tom", True, "and I'll bring a cake."),
        ("ok ci vediamo sabato", True, "ci vediamo sabato"),
        ("Che bella idea! Sì, volentieri.", True, "Che bella idea!"),
        ("Ciao Bruno, sono Nives. Sì, mi farebbe molto piacere.", True, ""),
        ("Sì vorrei ricevere le discussioni del gruppo", True, "vorrei ricevere le discussioni del gruppo"),
        ("No, quel giorno lavoro", False, "quel giorno lavoro"),
        ("no mi dispiace sono via", False, "mi dispiace sono via"),
        ("No, ma grazie dell'invito", False, ""),
        ("No, I'm away that week.", False, "I'm away that week."),
        ("Non posso, ho la schiena a pezzi", False, "ho la schiena a pezzi"),
        ("No, non ho un orto. Però mi piacerebbe averne uno.", False, "non ho un orto. Però mi piacerebbe averne uno."),
        ("Sì.\n\nP.S. le cesoie le ho io", True, "P.S. le cesoie le ho io"),
    ],
)
def test_what_stands_beside_the_answer_is_kept(words: str, value: bool, rest: str) -> None:
    assert heard(words) == Answer(value, rest)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("credo di sì", True), ("penso di sì", True), ("I think so", True), ("I guess so, yes", True),
        ("non credo", False), ("I don't think so", False), ("Perché no?", True), ("Why not?", True),
        ("Sì, se c'è posto", True), ("Sì, ma solo se non piove", True), ("Yes, if there is room", True),
        ("Sì, ma a che ora?", True), ("Ok, se venite a prendermi", True), ("quella sera va bene", True),
        ("sabato no", False), ("Sì, forse", True), ("Certo, però non prometto", True),
        ("sì a meno che non piova", True), ("Sì, salvo imprevisti", True), ("Mi dispiace ma ho un impegno", False),
        ("Non lo so, forse sì", True), ("Il cancello è rotto. No, non da oggi.", False),
        ("Sì. Ma non ho capito che cosa vuol dire «lettera».", True),
        ("No, guarda, è da un po' che volevo scrivervi, perché la questione del cancello mi sembra gestita "
         "male e nessuno se ne occupa da mesi", False),
    ],
)  # fmt: skip
def test_a_doubtful_answer_is_asked_back(words: str, value: bool) -> None:
    said = heard(words)
    assert isinstance(said, Answer)
    assert (said.value, said.certain) == (value, False)


@pytest.mark.parametrize(
    "words",
    [
        "forse", "Forse.", "boh", "Mah...", "non so", "Non lo so ancora", "non so ancora se posso", "dipende",
        "vediamo", "Ci penso", "ti faccio sapere", "magari", "nì", "sì e no", "maybe", "Perhaps", "not sure",
        "Not sure yet", "I don't know", "It depends", "we'll see", "yes and no", "I'll let you know", "Sì?", "ok?",
        "I'm not sure I can", "Hopefully!", "No?", "Ciao, forse. Grazie",
    ],
)  # fmt: skip
def test_who_has_not_decided_is_not_decided_for(words: str) -> None:
    assert heard(words) == Unclear(Why.UNDECIDED)


@pytest.mark.parametrize(
    "words",
    [
        "No, aspetta, volevo dire sì", "Sì. Anzi no.", "No. Sì!", "Yes, wait, I mean no", "sì no",
        "Ok... no, non posso", "Sì, volentieri. No, scusate, non posso.", "No no, va bene",
    ],
)  # fmt: skip
def test_who_says_both_is_asked(words: str) -> None:
    assert heard(words) == Unclear(Why.SEVERAL, (True, False))


@pytest.mark.parametrize(
    "words",
    [
        "", "   \n ", "\0", "Grazie", "Grazie, Anna", "Ciao!", "Thank you so much!\nTom", ".", "?", "…",
        "Non so se ho capito la domanda: cosa vuol dire?", "Che cosa intendete?", "Chi siete?", "Ok, ma chi siete?",
        "No, non ho capito", "What do you mean?", "I don't understand", "Who are you?", "Quando sarebbe?",
        "A che ora?", "Si potrebbe sapere dove?", "si può parcheggiare?", "Si tratta di una cosa seria",
        "Si è rotta la carriola", "No one told me", "no idea", "Certo che siete proprio lenti",
        "Yesterday I saw the gate open", "Noi siamo in vacanza", "Nonna sta male", "Ho visto il manifesto in bacheca",
        "Ieri ho visto che il cancello era aperto e no, non va bene, qualcuno deve chiuderlo la sera, no?",
        "Vi scrivo per il cancello. È rotto da un mese. Nessuno lo aggiusta. No. Non è possibile che in un paese "
        "come il nostro si debba aspettare tanto per una cosa da nulla, lo ripeto da sempre e non mi ascolta mai "
        "nessuno.",
        "I have been meaning to write for a while about the fence, which no one has mended, and I was wondering "
        "whether it is ok to bring my own tools, yes or no, since the ones in the shed are broken and nobody seems "
        "to care.",
        "Mia sorella dice sì ma io devo guardare il calendario della scuola e poi parlarne a casa",
        "Scusate il ritardo nella risposta",
    ],
)  # fmt: skip
def test_what_is_no_answer_goes_to_a_person(words: str) -> None:
    assert heard(words) == Other()


@pytest.mark.parametrize("words", ["sì", "yes", "no grazie", "no thanks", "forse", "maybe", "Sì, e porto mia sorella"])
def test_both_languages_are_understood_whatever_the_readers(words: str) -> None:
    assert heard(words, "it") == heard(words, "en")


def test_the_rest_of_a_long_answer_is_whole() -> None:
    story = "Vi racconto una storia. " * 500
    assert heard(f"Sì.\n{story}") == Answer(True, story.strip())
