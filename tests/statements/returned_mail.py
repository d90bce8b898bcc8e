"""What a mail server sends back when an address refuses a mail (RFC 3464), for tests."""

from email.message import EmailMessage

REPORT = """From: MAILER-DAEMON@mx.example
To: accord@localhost
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example. Your message could not be delivered.

--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Fri, 20 Nov 2026 08:00:00 +0000

Final-Recipient: rfc822; {address}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: user
    unknown

--edge
Content-Type: {kind}

From: accord@localhost
To: {address}
Subject: Your statement
Message-ID: {message_id}

{body}--edge--
"""


def returned(
    message_id: str, address: str, action: str = "failed", *, only_head: bool = False
) -> bytes:
    """The notification, with the whole mail that came back or only its head."""
    kind = "text/rfc822-headers" if only_head else "message/rfc822"
    body = "" if only_head else "Dear Chen,\n\n"
    told = {"message_id": message_id, "address": address, "action": action}
    return REPORT.format(kind=kind, body=body, **told).encode()


def an_ordinary_mail(message_id: str) -> bytes:
    """A mail that somebody wrote as an answer."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "chen@huadong.example", "ar@northwind.example"
    mail["Subject"], mail["In-Reply-To"] = "Re: Your statement", message_id
    mail.set_content("Thank you, we are looking at it.")
    return mail.as_bytes()
