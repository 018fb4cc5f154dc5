"""What machines call themselves and put in subjects, in the languages their owners speak."""

import re

_LOOKED_AT = 200  # characters

_DAEMON = re.compile(
    r"(?:mailer-?daemon|mail-daemon|mdaemon|bounce-?daemon)(?:[^a-z].*)?|postmaster|mailer|mmdf", re.IGNORECASE
)
_NOBODY = re.compile(
    r"(?:mailer-daemon|postmaster|listserv|majordomo|mailman|owner-.*|.*-(?:owner|request|bounces?|errors)|bounces?[+-=].*|"
    r".*(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|non[-_.]?rispondere|nicht-?antworten|ne-?pas-?repondre).*)",
    re.IGNORECASE,
)
_SYSTEM = re.compile(r"mail delivery (?:sub)?system|mail administrator|system administrator|mail system", re.IGNORECASE)
_UNDELIVERED = re.compile(
    r"undeliver|undelivrable|non[- ]?deliver|delivery (?:status|fail|problem|error|notification|report|has failed)|"
    r"deliver(?:y|ed)? (?:is )?(?:delay|not)|delivery unsuccess|fail(?:ed|ure) (?:notice|delivery|to deliver)|"
    r"mail (?:delivery|system|could not)|returned (?:mail|to sender|message)|return(?:ing)? (?:mail|message|to) |"
    r"could ?n.t be delivered|cannot be delivered|unable to deliver|rejected mail|mail(?:er)?[- ]error|"
    r"message (?:delayed|not delivered|undeliver|status)|unknown (?:user|address|recipient)|user unknown|no such user|"
    r"warning: (?:could not|message)|mailbox (?:full|unavail)|"
    r"mancat[ao] (?:consegna|recapito)|non (?:è stato )?(?:recapitat|consegnat|recapitabil)|"
    r"impossibile (?:recapitare|consegnare)|"
    r"unzustellbar|nicht (?:zustellbar|zugestellt)|zustell(?:ung|bericht|fehl)|"
    r"non[- ](?:remis|distribu|livr)|échec de (?:la )?(?:remise|distrib)|"
    r"no (?:se )?(?:puede|pudo) entregar|no entregad|error de entrega|não (?:foi )?entregue|falha na entrega|"
    r"onbestelbaar|niet (?:bezorgd|afgeleverd)|kan inte levereras|ikke leveret|nie(?:doręczon|dostarczon)",
    re.IGNORECASE,
)
_ABSENCE = re.compile(
    r"out of (?:the )?office|auto(?:matic|mated)?[- ]?(?:repl|respon|answer)|away from (?:the|my)|"
    r"risposta autom|fuori (?:ufficio|sede)|assen(?:te|za) dall.ufficio|"
    r"abwesenheit|automatische antwort|absence du bureau|réponse automatique|absent du bureau|message d.absence|"
    r"respuesta automática|fuera de (?:la )?oficina|ausente de la oficina|"
    r"resposta automática|fora do escritório|ausência temporária|automatisch antwoord|afwezig|"
    r"autosvar|automatiskt? svar|frånvaro|fraværende|"
    r"automatyczna odpowiedź|odpowiedź automatyczna|poza biurem|nieobecn|"
    r"автоответ|автоматический ответ|自動応答|不在通知|自动回复|自動回覆|부재중|자동 회신",
    re.IGNORECASE,
)
# Said of holidays in a thread's own subject too, so believed only where the subject is no reply's.
_HOLIDAYS = re.compile(
    r"on (?:vacation|holiday|leave)|in ferie|nicht im (?:büro|haus)|im urlaub|en congés?|de vacaciones|de férias|"
    r"niet op kantoor|op vakantie|på semester|ikke på kontoret|нет на месте|в отпуске|外出",
    re.IGNORECASE,
)
_REPLY = re.compile(r"\s*(?:re|r|rif|aw|antw|sv|vs|odp|res|ynt)\s?(?:\[\d{1,3}\])?\s?:", re.IGNORECASE)

_FORWARD = re.compile(r"\s*(?:fwd?|i|inoltro|wg|tr|rv|enc|doorst|vb|pd)\s?(?:\[\d{1,3}\])?\s?:", re.IGNORECASE)


def is_absence_note(subject: str) -> bool:
    """Whether a subject reads like an auto-responder's, in any of a dozen languages; alone it proves nothing."""
    subject = subject[:_LOOKED_AT]
    return bool(_ABSENCE.search(subject) or (not is_reply(subject) and _HOLIDAYS.search(subject)))


def is_reply(subject: str) -> bool:
    """Whether a subject is a reply's, in the forms mail programs write."""
    return _REPLY.match(subject) is not None


def is_forward(subject: str) -> bool:
    """Whether a subject is that of a mail passed on, in the forms mail programs write."""
    return _FORWARD.match(subject) is not None


def says_undelivered(subject: str) -> bool:
    """Whether a subject reads like a bounce's; people forward those, so it proves nothing alone either."""
    return _UNDELIVERED.search(subject[:_LOOKED_AT]) is not None


def is_daemon(name: str) -> bool:
    """Whether a local part or a display name is a mail server's."""
    return _DAEMON.fullmatch(name[:_LOOKED_AT]) is not None or _SYSTEM.search(name[:_LOOKED_AT]) is not None


def is_read_by_nobody(local_part: str) -> bool:
    """Whether mail to an address of this name reaches a program, or no one (RFC 3834 section 2)."""
    return _NOBODY.fullmatch(local_part[:_LOOKED_AT]) is not None
