"""The ways people say yes, no and perhaps, in Italian and English; what may stand round them. Pure.

Read as `phrases` does: without capitals and accents, «siii» as «si».
"""

from collections.abc import Iterator
from enum import Enum, auto

from mailhub.journeys.hearing.phrases import Phrases
from mailhub.lists import vocabulary


class Vote(Enum):
    YES = auto()
    NO = auto()
    WISH = auto()  # a yes, unless a no follows: «vorrei, ma non posso»
    HEDGED_YES = auto()  # «credo di sì»
    HEDGED_NO = auto()
    MAYBE = auto()
    TURNS = auto()  # «aspetta, volevo dire»: what was said before may not hold
    FILLING = auto()


_ACTS_IT = (
    "vengo, veniamo, verrò, verremo, ci vengo, ci veniamo, ci sono, ci siamo, ci sarò, ci saremo, c'ero, "
    "c'eravamo, posso, possiamo, riesco, riusciamo, riesco a venire, posso venire, voglio, lo voglio, "
    "vogliamo, partecipo, parteciperò, partecipiamo, mi interessa, ci interessa, sono interessata, sono "
    "interessato, mi va, ci va, ci sono stato, ci sono stata, ci siamo stati, ci siamo state, sono venuta, "
    "sono venuto, siamo venuti, siamo venute, ho partecipato, abbiamo partecipato, accetto, confermo, me la "
    "sento, va bene, mi va bene, fa per me, è un problema, ce la faccio, ce la facciamo, ce l'ho fatta, ho "
    "potuto, sono potuta venire, sono potuto venire, siamo potuti venire, siamo potute venire, sono "
    "d'accordo, siamo d'accordo"
)
_ACTS_EN_YES = (
    "i do, i did, i am, i was, i will, i can, i have, we do, we did, we are, we were, we will, we can, i'm "
    "in, count me in, count us in, i'm coming, we're coming, i'll come, i'll be there, we'll be there, i'm "
    "interested, i came, we came, i attended, i agree, i accept, i confirm, we agree, we accept, we confirm, "
    "confirmed"
)
_ACTS_EN_NO = (
    "i don't, i do not, i didn't, i did not, i'm not, i am not, i wasn't, i was not, i won't, i will not, i "
    "can't, i cannot, i can not, i couldn't, i could not, i haven't, we don't, we do not, we didn't, we did "
    "not, we aren't, we're not, we weren't, we won't, we will not, we can't, we cannot, can't, cannot, can't "
    "come, i can't come, i can't make it, we can't make it, can't make it, not interested, i'm not "
    "interested, i am not interested, not for me, count me out, i decline, we decline, i dont, i cant, i "
    "didnt, i wont, i couldn't make it, couldn't make it, i'm not able to, i am not able to, i'm not able to "
    "come, i am not able to come, not able to come, unable to come, won't be able to, i won't be able to, i "
    "won't be able to come, i wasn't able to attend, i wasn't able to come, i wasn't there"
)
_YES = (
    "sì, sii, s, sissì, certo, certamente, certissimo, certo che sì, sicuro, sicuramente, volentieri, "
    "volentierissimo, assolutamente sì, va bene, va benissimo, vabbene, vabene, va bn, benissimo, perfetto, "
    "ottimo, d'accordo, daccordo, d accordo, con piacere, con gioia, con entusiasmo, confermato, esatto, "
    "esattamente, giusto, come no, ci sto, presente, presenti, interessata, interessato, conta su di me, "
    "contate su di me, contaci, contateci, non vedo l'ora, nessun problema, non c'è problema, nessun dubbio, "
    "senza problemi, ovvio, ovviamente, naturalmente, eccome, altroché, direi di sì, dico di sì, direi sì, "
    "yes, yep, yeah, yup, yea, yess, aye, ok, okay, okey, oki, okk, sure, sure thing, of course, certainly, "
    "absolutely, definitely, indeed, sounds good, sounds great, fine, that's fine, fine by me, fine with me, "
    "works for me, that works, agreed, gladly, with pleasure, happy to, i'd be happy to, go ahead, please do, "
    "no problem, no worries, no doubt, can't wait, i can't wait, looking forward, looking forward to it, "
    "perfect, great, right, correct, true, all right, alright, con molto piacere, con grande piacere, accetto "
    "volentieri, iscrivetemi, iscrivimi, mi iscrivo, non mancherò, non mancheremo, sisi, sìsì, positivo, "
    "affermativo, ero presente, eravamo presenti, i was there"
)
_NO = (
    "no, noo, nono, n, nope, nah, no grazie, per ora no, per adesso no, per il momento no, al momento no, "
    "stavolta no, questa volta no, non ora, non adesso, non per ora, non ancora, preferisco di no, preferirei "
    "di no, meglio di no, meglio no, direi di no, dico di no, direi no, assolutamente no, proprio no, certo "
    "che no, neanche, nemmeno, lascia stare, lasciate stare, rinuncio, rinunciamo, passo, impossibile, "
    "negativo, a posto così, sono a posto così, mai, no thanks, no thank you, no way, not yet, not now, not "
    "really, not today, not this time, not for now, unfortunately not, i'm afraid not, i am afraid not, i'd "
    "rather not, rather not, i would rather not, never, absolutely not, certainly not, of course not, "
    "definitely not, maybe not, perhaps not, forse no, i'll pass, neanche per sogno, nemmeno per sogno, sto "
    "bene così, not at all, non proprio, assente, ero assente, l'ho perso, i missed it"
)
_WISHES = (
    "vorrei, potrei, mi piacerebbe, ci piacerebbe, mi farebbe piacere, mi farebbe molto piacere, i'd like to, "
    "i'd like that, i would like to, i'd love to, i would love to, would love to, would like to, i could, i "
    "would, va bene così"
)
_HEDGED_YES = (
    "credo di sì, penso di sì, mi sa di sì, spero di sì, immagino di sì, suppongo di sì, forse sì, "
    "probabilmente sì, più sì che no, conto di esserci, spero di esserci, perché no, why not, i think so, i "
    "guess so, i hope so, i suppose so, probably yes, hopefully yes"
)
_HEDGED_NO = (
    "credo di no, penso di no, mi sa di no, temo di no, immagino di no, non credo, non penso, probabilmente "
    "no, i don't think so, i think not, i guess not, probably not, i doubt it, ho un impegno, ho già un "
    "impegno, ho altri impegni, sono impegnata, sono impegnato, i'm busy, i am busy, i have other plans"
)
_MAYBE = (
    "forse, boh, bho, mah, bah, non so, non lo so, nn so, nn lo so, non saprei, non sono sicura, non sono "
    "sicuro, vediamo, vedremo, dipende, ci penso, ci devo pensare, devo pensarci, fammi pensare, fatemi "
    "pensare, può darsi, chissà, magari, nì, sì e no, forse sì forse no, ti faccio sapere, vi faccio sapere, "
    "vi farò sapere, ti farò sapere, probabilmente, non ho deciso, non ho ancora deciso, maybe, perhaps, not "
    "sure, i'm not sure, i am not sure, not sure yet, i don't know, i do not know, don't know, dunno, idk, "
    "we'll see, let me think, possibly, probably, it depends, depends, yes and no, i'll let you know, i "
    "might, we might, not decided yet, non prometto, non prometto niente, non prometto nulla, non garantisco, "
    "can't promise, i can't promise, no promises, hopefully, fingers crossed, può essere, 50 e 50, più o meno"
)
_TURNS = (
    "aspetta, aspettate, anzi, volevo dire, intendevo, mi correggo, ci ho ripensato, ripensandoci, ho "
    "sbagliato, wait, i mean, i meant, actually, scratch that, correction, on second thought, on second "
    "thoughts, my mistake"
)
_FILLING = (
    "io, noi, anche, anch'io, pure, grazie, mille, tante, molto, tanto, davvero, proprio, allora, dunque, "
    "beh, be, bhe, eh, oh, ah, dai, ma, e, ed, per me, a me, da parte mia, da parte nostra, guarda, senti, "
    "ciao, purtroppo, mi dispiace, mi spiace, ci dispiace, dispiace, scusa, scusate, per favore, per piacere, "
    "direi, al momento, per il momento, per ora, per adesso, ora, adesso, già, quest'anno, questa volta, "
    "stavolta, assolutamente, tutti, ragazzi, grz, please, thanks, thank you, so, very, much, very much, "
    "well, then, too, also, for me, for us, sorry, i'm sorry, i am sorry, unfortunately, afraid, really, this "
    "time, for now, right now, at the moment, oh, a lot, hi, hello, hey, però, but, and, buongiorno, "
    "buonasera, salve, di cuore, a presto, lo stesso, comunque, anyway, all the same, per l'invito, "
    "dell'invito, for asking, for the invitation, a tutti, a tutte, a voi, tutto, per noi, a noi, l'invito, "
    "risposta, la mia risposta è, la risposta è, my answer is, the answer is, rispondo, i'm afraid, i am "
    "afraid, che"
)
# «si» without its accent is a pronoun as well («si potrebbe …»), «no one» and «certo che …» are no answers: these words
# go on after an answer where no comma stands.
_GOES_ON = (
    "grazie io noi mi ci c'ero vengo veniamo verro verremo voglio vogliamo vorrei posso possiamo porto "
    "portiamo sono siamo saro saremo ho abbiamo arrivo arriviamo ma e ed pero anche con perche se non "
    "purtroppo scusa scusate mai piu thanks thank please i i'm i'd i'll i've we we're we'll we'd but and with "
    "sorry not because if my our unfortunately ok certo volentieri perfetto va questa stavolta per quest'anno "
    "there ancora yet"
)
_CONDITIONS = "se purche if provided unless only solo basta dipende appena quando when finche salvo tranne except meno"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(","))


def _denied() -> Iterator[str]:
    """What people do not do: «non vengo», «nn posso»."""
    for act in (*_listed(_ACTS_IT), "potrei", "vorrei"):
        yield from (f"non {act}", f"nn {act}", f"non {act} più") if act != "è un problema" else ()


def _own(forms: vocabulary.Forms) -> tuple[str, ...]:
    """What is said anywhere else in reply to a mail of ours."""
    return tuple(word for words in forms.values() for word in words)


PHRASES = Phrases[Vote](
    {
        Vote.NO: (*_listed(_NO), *_own(vocabulary.NO), *_denied(), *_listed(_ACTS_EN_NO)),
        Vote.YES: (
            *_listed(_YES),
            *_own(vocabulary.YES),
            *_listed(_ACTS_IT),
            *_listed(_ACTS_EN_YES),
            "non è un problema",
        ),
        Vote.WISH: _listed(_WISHES),
        Vote.HEDGED_YES: _listed(_HEDGED_YES),
        Vote.HEDGED_NO: _listed(_HEDGED_NO),
        Vote.MAYBE: _listed(_MAYBE),
        Vote.TURNS: _listed(_TURNS),
        Vote.FILLING: _listed(_FILLING),
    }
)
# A short sentence that ends so is taken for an answer, to be asked back: «quella sera va bene».
ENDINGS = Phrases[Vote](
    {
        Vote.YES: (
            "sì",
            "va bene",
            "mi va bene",
            "ci va bene",
            "ok",
            "volentieri",
            "perfetto",
            "yes",
            "is fine",
            "works",
        ),
        Vote.NO: ("no", "non va bene", "non mi va bene", "non posso", "non possiamo", "i can't", "doesn't work"),
    }
)
STRONG = frozenset(("yes", "yep", "yeah", "ok", "okay"))  # an answer before any words
GOES_ON = frozenset(_GOES_ON.split())
CONDITIONS = frozenset(_CONDITIONS.split())
