"""Certified mail (PEC) as providers make it: the envelope round a mail, and the receipts about one."""

PROVIDER = "pec-gestore.example"


def letter(author: str, to: str, text: str = "Ne ho venti.", message_id: str = "pec1@comune.example") -> bytes:
    """What a customer of the provider wrote."""
    return (
        f"From: Sindaca <{author}>\r\nTo: {to}\r\nSubject: Semi\r\nMessage-ID: <{message_id}>\r\n"
        f"Date: Mon, 9 Mar 2026 09:00:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


def envelope(mail: bytes, author: str, to: str, *, mark: str = "X-Trasporto: posta-certificata") -> bytes:
    """The provider's signed mail that holds it; by its mark also a receipt or an anomaly."""
    return b"".join((_head(author, to, mark), _WORDS, _RECORD, _part(mail), _SIGNATURE))


def receipt(kind: str, to: str, mail: bytes) -> bytes:
    """What the provider says to its own customer about a mail."""
    return envelope(mail, to, to, mark=f"X-Ricevuta: {kind}")


def _head(author: str, to: str, mark: str) -> bytes:
    return (
        f'From: "Per conto di: {author}" <posta-certificata@{PROVIDER}>\r\nReply-To: {author}\r\nTo: {to}\r\n'
        f"Subject: POSTA CERTIFICATA: Semi\r\n{mark}\r\nX-Riferimento-Message-ID: <pec1@comune.example>\r\n"
        f"Message-ID: <busta1@{PROVIDER}>\r\nDate: Mon, 9 Mar 2026 09:00:01 +0100\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg=sha-256; boundary=outer\r\n'
    ).encode()


_WORDS = b"""\r
--outer\r
Content-Type: multipart/mixed; boundary=inner\r
\r
--inner\r
Content-Type: text/plain; charset=utf-8\r
\r
Messaggio di posta certificata. Il messaggio originale e' in allegato.\r
"""
_RECORD = b"""--inner\r
Content-Type: application/xml; name="daticert.xml"\r
Content-Disposition: inline; filename="daticert.xml"\r
\r
<?xml version="1.0"?><postacert tipo="posta-certificata" errore="nessuno"></postacert>\r
"""
_SIGNATURE = b"""--inner--\r
\r
--outer\r
Content-Type: application/x-pkcs7-signature; name="smime.p7s"\r
Content-Transfer-Encoding: base64\r
\r
MIIB\r
--outer--\r
"""


def _part(mail: bytes) -> bytes:
    head = b'--inner\r\nContent-Type: message/rfc822; name="postacert.eml"\r\nContent-Disposition: attachment\r\n\r\n'
    return head + mail + b"\r\n"
