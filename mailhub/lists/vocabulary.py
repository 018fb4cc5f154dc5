"""The words of this room's verbs, in replies and in addresses; the first of a language is the one we print. Pure."""

from collections.abc import Mapping

Forms = Mapping[str, tuple[str, ...]]  # by language

WORDS: Mapping[str, Forms] = {
    "join": {
        "it": ("iscriviti", "iscrivimi", "iscrivetemi", "iscrizione", "voglio entrare", "vorrei iscrivermi"),
        "en": ("join", "subscribe", "subscribe me", "sign me up", "i want to join"),
    },
    "leave": {
        "it": (
            "esci",
            "esco",
            "uscire",
            "voglio uscire",
            "vorrei uscire",
            "cancellami",
            "cancellatemi",
            "cancellatemi dalla lista",
            "cancellatemi dal gruppo",
            "cancellazione",
            "disiscrivimi",
            "disiscrivetemi",
            "disiscrivi",
            "disiscrizione",
            "disiscrivermi",
            "rimuovimi",
            "rimuovetemi",
            "rimuovetemi dalla lista",
            "toglimi",
            "toglimi dalla lista",
            "toglimi dal gruppo",
            "toglietemi",
            "toglietemi dalla lista",
            "toglietemi dal gruppo",
            "toglietemi da questa lista",
            "non voglio più ricevere mail",
            "non voglio più ricevere messaggi",
            "non voglio più ricevere queste mail",
            "non scrivetemi più",
            "non mi scrivete più",
            "basta mail",
        ),
        "en": (
            "leave",
            "unsubscribe",
            "unsubscribe me",
            "remove",
            "remove me",
            "remove me from the list",
            "remove me from this list",
            "remove me from your list",
            "take me off",
            "take me off the list",
            "take me off this list",
            "take me off your list",
            "cancel my subscription",
            "i want to leave",
            "i want to unsubscribe",
            "opt out",
            "signoff",
            "stop",
            "stop sending me emails",
            "stop emailing me",
            "no more mail",
            "no more emails",
        ),
    },
    "pause": {"it": ("pausa", "mettimi in pausa", "sospendi"), "en": ("pause", "suspend")},
    "resume": {"it": ("riprendi", "riprendo", "ricomincia"), "en": ("resume", "unpause")},
    "digest": {
        "it": ("lettera", "lettera del giorno", "la lettera", "riassunto"),
        "en": ("digest", "letter", "daily letter", "the letter"),
    },
    "each": {"it": ("ogni", "ogni messaggio", "tutti i messaggi"), "en": ("each", "every message", "each message")},
    # Said with an hour or days after it; as a whole line these words mean the letter itself.
    "letter-time": {
        "it": (
            "lettera alle",
            "lettera alla",
            "lettera all'una",
            "lettera ore",
            "lettera a",
            "lettera il",
            "lettera la",
            "lettera ogni",
            "lettera solo",
            "lettera dal",
            "lettera tutti",
            "lettera nei",
            *(
                f"lettera {day}"
                for day in ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")
            ),
        ),
        "en": (
            "letter at",
            "letter on",
            "letter every",
            "letter only",
            "letter from",
            "letter daily",
            *(
                f"letter {day}"
                for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
            ),
        ),
    },
    "help": {"it": ("aiuto", "aiutami", "istruzioni"), "en": ("help", "info", "instructions")},
    "owner": {"it": ("chi", "chi organizza", "chi modera"), "en": ("owner", "who organises", "who organizes")},
    "only-decisions": {
        "it": ("solo decisioni", "solo le decisioni", "soltanto decisioni", "soltanto le decisioni"),
        "en": ("decisions only", "only decisions"),
    },
    "only-events": {
        "it": ("solo appuntamenti", "solo gli appuntamenti", "soltanto appuntamenti", "solo eventi", "solo gli eventi"),
        "en": ("events only", "only events"),
    },
    "left-out": {"it": ("tralasciati", "messaggi tralasciati"), "en": ("left out", "messages left out")},
    "how-many": {"it": ("segmenti",), "en": ("segments",)},
    "lists": {
        "it": ("gruppi", "i gruppi", "elenco dei gruppi", "quali gruppi", "quali gruppi ci sono", "che gruppi ci sono"),
        "en": ("groups", "the groups", "lists", "which groups", "which groups are there"),
    },
    "why": {
        "it": ("perché", "perche", "perchè", "come mai", "perché ricevo questa mail", "perché mi scrivete"),
        "en": ("why", "why do i get this", "why am i getting this"),
    },
    "enrol": {
        "it": ("iscrivi", "iscrivete", "iscrivi queste persone", "foglio di iscrizione"),
        "en": ("enrol", "enroll", "sign up", "sign these up", "sign-up sheet"),
    },
    "invite": {"it": ("invita", "invitate", "invito"), "en": ("invite",)},
    "correct": {"it": ("correggi", "correggo", "correzione"), "en": ("correct", "correction")},
    "withdraw": {"it": ("ritira", "ritiro", "ritiralo", "ritirare"), "en": ("withdraw", "recall")},
    "mute": {"it": ("silenzia", "silenzio", "zittisci", "basta così"), "en": ("mute", "silence", "unfollow")},
    "follow": {"it": ("segui", "riascolta"), "en": ("follow", "unmute")},
    "publish": {"it": ("pubblica", "pubblicalo", "pubblicare"), "en": ("publish", "approve", "accept")},
    "to-all": {
        "it": ("tutti", "a tutti", "per tutti", "al gruppo", "sì a tutti", "mandala a tutti", "pubblica"),
        "en": ("everyone", "to everyone", "for everyone", "to all", "all", "to the group", "send it to all", "publish"),
    },
    "to-one": {
        "it": ("privata", "in privato", "privato", "solo a lei", "solo a lui", "a lei", "a lui"),
        "en": ("privately", "private", "in private", "only to her", "only to him", "only to them", "to her", "to him"),
    },
    "to-nobody": {
        "it": ("nessuno", "a nessuno", "ritira", "no", "non mandarla"),
        "en": ("nobody", "to nobody", "withdraw", "no", "do not send it"),
    },
    "rephrase": {"it": ("riformula", "riformulare"), "en": ("rephrase", "reword")},
    "edit": {"it": ("modifica", "modificare"), "en": ("edit",)},
    "change": {"it": ("cambia", "correggi"), "en": ("change", "correct")},
    "trust": {"it": ("fidati", "mi fido"), "en": ("trust",)},
    "ban": {"it": ("escludi", "escludere"), "en": ("ban",)},
    "readmit": {"it": ("riammetti", "riammettere"), "en": ("readmit",)},
    "slow": {"it": ("ritmo lento",), "en": ("slow", "slow pace")},
    "letter-only": {"it": ("solo lettera", "solo per lettera"), "en": ("letter only",)},
    "closed": {"it": ("chiudi",), "en": ("close",)},
    "voices": {"it": ("due voci",), "en": ("two voices",)},
    "lift": {"it": ("riapri", "riaprire"), "en": ("reopen",)},
    "send": {"it": ("manda", "mandalo"), "en": ("send", "send it")},
    "appeal": {"it": ("ricorso", "faccio ricorso"), "en": ("appeal", "i appeal")},
    "report": {"it": ("segnala", "segnalo"), "en": ("report",)},
    "wait": {"it": ("aspetta", "aspettiamo"), "en": ("wait", "let us wait")},
    "handled": {"it": ("visto", "fatto"), "en": ("handled", "seen")},
    "mediation": {"it": ("mediazione",), "en": ("mediation",)},
    "end-talk": {"it": ("finito", "abbiamo finito"), "en": ("end", "we are done")},
    "uphold": {"it": ("conferma", "confermo"), "en": ("uphold", "confirm")},
    "lift-appealed": {"it": ("togli", "riapri"), "en": ("lift", "reopen")},
    "it-is": {"it": ("è", "è per", "va a"), "en": ("it is", "it's", "it is for")},
    "answer-author": {"it": ("rispondi", "rispondile", "rispondigli"), "en": ("answer", "reply")},
    "refuse": {"it": ("rifiuta", "rifiutalo", "rifiuto", "rifiutare"), "en": ("refuse", "reject")},
}

YES: Forms = {
    "it": (
        "sì",
        "si grazie",
        "sì grazie",
        "sì, grazie",
        "sì volentieri",
        "sì, volentieri",
        "volentieri",
        "certo",
        "sì certo",
        "confermo",
        "sì confermo",
        "sì, confermo",
        "ok",
        "va bene",
        "va bn",
        "sì voglio entrare",
        "accetto",
    ),
    "en": (
        "yes",
        "ok",
        "okay",
        "yes please",
        "yes, please",
        "yes thanks",
        "y",
        "sure",
        "i confirm",
        "confirm",
        "accept",
    ),
}
NO: Forms = {
    "it": ("no", "no grazie", "no, grazie", "non sono io", "non accetto"),
    "en": ("no thanks", "no, thanks", "no thank you", "not me", "n", "decline"),
}

SUFFIXES: Mapping[str, Forms] = {
    "join": {"it": ("iscriviti",), "en": ("join", "subscribe")},
    "leave": {"it": ("esci",), "en": ("leave", "unsubscribe")},
    "pause": {"it": ("pausa",), "en": ("pause",)},
    "resume": {"it": ("riprendi",), "en": ("resume",)},
    "digest": {"it": ("lettera",), "en": ("digest",)},
    "each": {"it": ("ogni",), "en": ("each",)},
    "help": {"it": ("aiuto",), "en": ("help",)},
    "owner": {"it": ("chi",), "en": ("owner",)},
}


def word(verb: str, language: str) -> str:
    """The word our mails print for a verb."""
    return WORDS[verb][language][0]


def suffix(verb: str, language: str) -> str:
    """The last part of an address that says a verb."""
    return SUFFIXES[verb][language][0]
