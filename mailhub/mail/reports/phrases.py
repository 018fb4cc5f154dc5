"""What servers say when they refuse a mail, in the languages their owners speak; each group means one thing.

Matched against words without addresses, so that nobody's name counts as a reason. Every repetition is bounded.
"""

import re
from functools import cached_property


class AnyOf:
    """Any of these phrases; compiled when first looked for, since most processes never read a bounce."""

    def __init__(self, *phrases: str) -> None:
        self._phrases = phrases

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(self._phrases), re.IGNORECASE)

    def search(self, words: str) -> re.Match[str] | None:
        return self._pattern.search(words)


_BOX = r"(?:mail ?box|mail ?drop|mail folder|inbox|mail ?file|account|user|recipient|customer|member)"
_OFF = (
    r"(?:disabled|suspended|inactive|locked|on hold|frozen|deactivated|discontinued|dormant|not active|not activated)"
)
_WHO = (
    r"(?:user|recipient|account|mailbox|address|alias|person|mail ?box|userid|user id|member|customer|addressee|"
    r"inbox|login|id)"
)

FULL = AnyOf(
    rf"{_BOX}(?: for ?(?:<>)?| <>| size)?(?: is| was| has been| has)?(?: currently| now| too| already| temporarily)?"
    rf" ?(?:full|over ?full|overflow|exceed|out of (?:space|storage)|over (?:its )?(?:quota|limit))",
    r"(?:over|exceed(?:s|ed|ing)?|above|beyond|out of|excee?de?s?|no|low|not enough|insufficient)[ -](?:(?:the|its|"
    r"their|his|her|your|my|user'?s?|allowed|more|free|"
    r"mail|mailbox|disk|storage|inbox|maximum|max|account|allotted|email|recipient'?s?|available|size|hard|soft|set|"
    r"assigned) ?-?){0,4}(?:quota|space|storage|capacity|allocation|room)\b",
    r"quota (?:has been |is |was |would be |limit |size )?(?:exceed|full|violat|overrun|used|reached|exhaust)|"
    r"over ?quota|quota ?exceeded|(?:disk|mailbox|user|mail|storage|soft|hard|account|recipient) ?quota\b",
    r"(?:mail ?box|inbox|mail folder) ?(?:size )?(?:limit|is at its limit)|"
    r"exceeds? (?:allowed|the) (?:size of|mailbox)|too (?:much mail|many messages) (?:in|on|for)|"
    r"user has (?:too many|exhausted)|user mailbox exceeds|"
    r"(?:mailbox|account|storage)(?: space)? (?:is )?(?:exceed|full|over)|maximum (?:mailbox|storage)|"
    r"receiver.{0,20} full|disk full|mbxfull|mailboxfull|"
    r"would exceed|collecting mail|mail storage",
    r"(?:casella|mailbox|quota|posta)[^.\n]{0,30}(?:piena|esaurit|superat)|spazio[^.\n]{0,30}(?:esaurit|insufficient)|"
    r"postfach[^.\n]{0,40}voll|speicherplatz|bo[îi]te[^.\n]{0,40}pleine|quota[^.\n]{0,20}(?:dépass|depass)|"
    r"buz[óo]n[^.\n]{0,20}lleno|caixa[^.\n]{0,20}cheia|переполнен",
)
SUSPENDED = AnyOf(
    rf"(?:{_BOX}|address|e-?mail|service|domain|it)\b[^.\n]{{0,50}}?\b(?:is|has been|was|are|been|currently|"
    rf"temporarily)[ :](?:(?:currently|temporarily|temporary|now|administratively|been|permanently) )*(?:{_OFF}|"
    rf"blocked for inactivity)",
    rf"(?:{_BOX}|address|e-?mail|service|domain) (?:<> )?(?:temporarily |temporary |currently |administratively "
    rf")?{_OFF}",
    rf"{_OFF} (?:{_BOX}|address|e-?mail|service|domain)|recipient (?:account )?is (?:blocked|disabled)|"
    rf"inactive (?:for|on) ",
    r"not (?:currently )?accepting (?:mail|messages|e-?mail)(?! from)|invalid/inactive|"
    r"account (?:is )?(?:blocked|closed temporarily)|sleeping|has been inactive|"
    r"casella[^.\n]{0,30}(?:sospes|disattiv|bloccat|inattiv)|utente[^.\n]{0,20}(?:sospes|disattiv)|"
    r"compte[^.\n]{0,40}(?:bloqu|suspend|désactiv)",
)
TROUBLE = AnyOf(
    r"too many (?:connections|concurrent|sessions|hops|mail loops)|delivery time (?:had )?expired|"
    r"retry (?:time|timeout)|retry limit|message (?:has )?(?:been )?expired|"
    r"could not be (?:delivered|sent) (?:for|within|in|after) [^\n]{0,30}(?:day|hour|week|minute|retr|tries)|"
    r"has been in (?:the )?queue|in the (?:mail )?queue|queue too long|(?:multiple|several|\d+) (?:retries|attempts)|"
    r"timed? ?-?out|timeout|connection (?:was |has been )?(?:refused|lost|reset|closed|dropped|died|failed|to)|"
    r"refused connection|unreachable|not reachable|no route to host|"
    r"(?:able|unable|failed) to (?:establish|connect|contact|open)|"
    r"(?:could not|cannot|can.?t|couldn.t) (?:connect|contact|establish|be (?:reached|contacted))|"
    r"network (?:error|problem)|lost connection|server (?:is )?(?:too )?busy|"
    r"(?:server|host|service|system) (?:is |was |currently )*(?:down|unavailable|not available|not responding)|"
    r"not respon|did not (?:accept our requests|respond)|failing for a long time|being delayed|"
    r"(?:is|was|been|delivery) (?:delayed|deferred)|will (?:be )?(?:re-?tr|continue)|"
    r"resources? temporar|insufficient system|out of memory|loop(?:s|ing| detected| back)|server error|system error|"
    r"system problem|mailer error|internal (?:software |server )?error|local error|"
    r"temporar(?:y|ily) (?:\w+ )?(?:failure|error|problem|unavailable|local|lookup|reject|defer)|"
    r"malformed or unexpected|service (?:un|currently un|temporarily un)available|try again later|please try later|"
    r"not delivered within|still (?:trying|not)|no answer|"
    r"(?:connect|connection|dns|lookup) (?:to [^ \n]{1,80} )?(?:failed|failure|error)|all hosts|\bexpired|"
    r"cannot (?:append|create|open|write)|can.t (?:create|open|append)|couldn.t create|command (?:died|failed)|"
    r"child process|pipe to",
)
LOOP = AnyOf(
    r"too many (?:hops|received)|mail loop|\bloops? (?:detected|back)|routing loop|hop count|duplicated message-id|"
    r"frequency (?:is )?limited|too many connections"
)
DELAYED = AnyOf(  # so far only: the server goes on by itself
    r"(?:still|continue to|continue|keep) try|will (?:be )?re-?tr|need (?:not|to not) re-?send|"
    r"not need to (?:re-?send|do anything)|"
    r"(?:is|being|been) delayed|temporary failure report|this is a warning|warning message only|not yet been delivered|"
    r"delivery (?:is )?(?:delayed|temporarily)"
)
RATE = AnyOf(
    r"too many (?:recipients|messages|e-?mails|errors|mails|invalid|bad|smtp|requests|commands|unknown)|rate.?limit|"
    r"(?:is |are )?receiving (?:mail|messages|e-?mail) (?:at|too)|throttl|frequency|"
    r"(?:exceeded|over|reached|exceeding|maximum)[^.\n]{0,40}(?:\brate|hourly|daily|per (?:hour|day|minute|second)|"
    r"connections|number of (?:messages|recipients))|"
    r"gr[ae]y.?list|try again|sending too (?:fast|many|quick)",
)
GONE = AnyOf(
    r"null ?mx|no smtp service|account or domain may not exist|no mx\b|"
    r"(?:domain|host) [^\n]{0,40}(?:does not|doesn.t|do not) accept (?:any )?(?:mail|e-?mail)|"
    r"does not accept (?:mail|e-?mail)\b(?! from)|no mx (?:record|found|points)|mx record[^\n]{0,30}(?:not|no)|"
    r"(?:host|domain|server|hostname|mx)\b[^\n:;]{0,60}?(?: |-)(?:not found|not be found|not known|unknown|does not "
    r"exist|doesn.t exist|non-?existent|nxdomain)(?!,? (?:type|try))|"
    r"(?:unknown|invalid|no such|non-?existent|bad|illegal|unrouteable|unroutable) (?:recipient |destination |mail |"
    r"host/)?(?:host|domain)|unrouteable|unroutable|unresolvable|"
    r"(?:couldn.t|could not|cannot|can.t|unable to) (?:find|locate|resolve)[^.\n]{0,30}(?:domain|host|server|named)|"
    r"name or service not known|domain is not reachable|not a valid domain|no such domain|"
    r"dominio[^.\n]{0,30}(?:inesistent|non esist|sconosciut|non trovat)",
)
NOBODY = AnyOf(
    rf"{_WHO}s?\b(?: name| address| account| mailbox| email| id|\(s\))?[ :]{{0,2}}(?:<>|\"[^\"\n]{{1,60}}\"|"
    rf"'[^'\n]{{1,60}}'|\([^)\n]{{1,60}}\))?[ :,.-]{{0,3}}(?:you [^.\n]{{0,40}} )?"
    r"(?:is |was |are |has been |have been |could |address |can |may )?(?:an? )?"
    r"(?:unknown|not? (?:be )?(?:found|known|exist\w*|valid|listed|registered|recogni[sz]ed|here|local|present|on (?"
    r":this|our)|a (?:valid|known|registered|local)|in (?:the |our |this )?(?:directory|database|system|domain))|"
    r"(?:does|do|did)(?: not|n.t|nt) (?:exist|have|match)|doesn.t exist|doesn.t have|invalid|no longer|non-?existent|"
    r"undefined|removed|deleted|closed|terminated|incorrect|moved|does not live)",
    r"(?:unknown|invalid|no such|non-?existent|nonexisting|not a valid|bad|unrecogni[sz]ed|undefined|undeliverable|"
    r"incorrect|illegal|mistyped|wrong|no valid)"
    r"(?: or [a-z]{3,12})?(?: local| final| delivery| virtual| destination| smtp| e-?mail| mail| rcpt)?[ -]?(?:user|"
    r"recipient|account|mailbox|mail ?box|address|alias|person|userid|member|customer|name\b|destination|local.?part|"
    r"id\b|people|inbox|addressee)",
    r"unknown[ -]user|user ?unknown|userunknown|"
    r"no (?:such )?(?:user|mailbox|account|recipient|person|alias|mail ?box|one)s?\b(?! specified)|not our customer|"
    r"no longer (?:valid|available|in use|at\b|with|here|works|exists|an active|employed|uses|on (?:this|our)|accept)|"
    r"(?:does|do)(?: not|n.t) have (?:an?|any|the)[^.\n]{0,30}(?:account|mailbox|user)|"
    r"(?:address|e-?mail|mailbox|account|user|recipient)[^.\n]{0,40}(?:doesn.t|does not|couldn.t be|could not be|"
    r"wasn.t|was not|cannot be|can not be|can.t be) (?:exist|found|resolved|verified)",
    r"(?:couldn.t|could not|cannot|can.t|unable to) (?:find|locate|verify)[^.\n]{0,30}(?:user|mailbox|recipient|"
    r"address)|no mail(?:box)? (?:here|by)|mailbox (?:is )?(?:un|not )available|"
    r"user (?:.{0,40} )?not (?:found|known|listed)|badly formatted address|not listed in|resolver\.adr\.(?:recip|ex)|"
    r"recipnotfound|recipientnotfound|legacyexchangedn|"
    r"(?:user|recipient|mailbox|he|she|they|address) (?:<> )?(?:has|have) (?:been )?(?:moved|changed|left)|"
    r"please try (?:forwarding|<>)|"
    r"recipient address rejected: access denied|not a registered|not (?:a )?known (?:here|at)|may not exist|"
    r"unknown (?:at|in) (?:this|local)|unknown or invalid|local[- ]part|name not found|no matches|not match",
    r"utente[^.\n]{0,30}(?:sconosciut|inesistent|non )|"
    r"(?:casella|indirizzo|destinatario|utenza|account|mailbox)[^.\n]{0,40}(?:inesistent|non (?:è )?(?:esist|valid|"
    r"trovat|attiv)|sconosciut|errat)|"
    r"unbekannt\w*|existiert nicht|nicht gefunden|n.existe pas|inconnue?\b|no existe|n[ãa]o existe|desconhecid|"
    r"desconocid|onbekend|bestaat niet|finns inte|nie istnieje|не существует|не найден",
)
# A filter of the person's own that answers in the name of the server, and so has nobody to name (mobile operators).
UNNAMED = AnyOf(r"55\d:? ?: user unknown")
REJECTED = AnyOf(  # says that, and not why
    r"(?:recipient|address|rcpt)(?: address)?(?: was| is)? (?:rejected|refused|denied|error)|"
    r"rejected (?:the )?(?:recipient|address)|does not like recipient|\d\d\d (?:<> )?rejected|delivery not allowed"
)
OF_SENDER = AnyOf(  # of the one who wrote, though much of it sounds like the one written to
    r"(?:sender|envelope.from|return.?path|mail from|from address|originator|domain of sender|helo|ehlo|client host|"
    r"reverse)[^.\n]{0,80}"
    r"(?:not found|unknown|does not exist|doesn.t exist|invalid|rejected|unresolv|not exist|denied|verif|no mx|fail|"
    r"not allowed|blocked|refused|not accepted)",
    r"(?:unknown|invalid|unverified|unresolv\w+|bad|forged) (?:sender|return|helo|ehlo|from)|sender verify|"
    r"cannot find your|user.? not (?:authori[sz]ed|allowed)|not accept(?:ing)? (?:mail|messages|e-?mail) from|"
    r"(?:cannot|could not|couldn.t|can.t) (?:find|resolve) your|my name was rejected|"
    r"your (?:host|ip|domain|server|email address|mail server|name)|invalid domain name|"
    r"smtp error from remote (?:mail )?server after (?:pipelined )?mail from|"
    r"after initial connection[^\n]{0,80}: 5\d\d|in reply to mail from|from: domain is|your (?:daily|hourly)|"
    r"you.ve reached|you are not (?:allowed|authori|permitted)|from your",
)
RULE = AnyOf(
    r"spam|junk (?:mail|e-?mail)|block(?:ed|list| list)\b|blacklist|black list|\brbl\b|dnsbl|barracuda|reputation|"
    r"\bspf\b|\bdkim\b|\bdmarc\b|unauthenticated|authenticat|"
    r"(?:not|un) ?-?authori[sz]ed|reverse dns|\brdns\b|\bptr\b|reverse (?:host|lookup|map)|polic(?:y|ies)|violat|"
    r"virus|malware|infected|phish|suspicious|banned|prohibited|forbidden|disallowed|"
    r"not permitted|not allowed|permission|access (?:is |was )?denied|denied\b|insecure|restricted",
    r"(?:message|content|mail|e-?mail|transaction|data|submission|body|header|attachment)s?\b[^.\n]{0,40} (?"
    r":rejected|refused|filtered|discarded|blocked|denied)|"
    r"rejected (?:by|due|because|for|as|on|after|content|message|under|your)|"
    r"content (?:rejected|filter|reject|error)|filter(?:ed|ing|s)?\b|"
    r"rfc ?(?:5322|2822|822|5321|2821|2047)\b|compliant|(?:header|format|protocol) (?:error|violation)|relay|"
    r"dangerous|attachment|executable|complain|abuse|unsolicited|certificate|\btls\b|starttls|encrypt|"
    r"(?:message|mail|e-?mail|file|it|size)\b[^.\n]{0,40}(?:too (?:large|big|long)|exceeds?[^.\n]{0,40}(?:size|limit|"
    r"maximum|length))|message size|size limit|line (?:is )?too long|"
    r"(?:maximum|max|fixed)[^.\n]{0,20}(?:message|size)|too (?:large|big)",
    r"not (?:a )?(?:member|subscrib)|permission to post|posting|moderat|conversion|not implemented|8.?bit|\(BL\)|"
    r"refused to accept|refused by|did not accept|(?:ip|ip address) (?:is |was |has been )?(?:listed|banned)|"
    r"(?<!not )listed (?:in|by|on) |junkmail|spamhaus|spamcop|sorbs|groups\.google\.com|recipient preferences|"
    r"line limit|daily relay",
)
