# Nobody home

Chen Wei has left Huadong and his mailbox is gone. The mail comes back; it goes on its own to Li Na,
once, and the statement tells so.

- Huadong is a customer
- Chen Wei signs for Huadong
- Li Na signs for Huadong

2026-10-05  Huadong is invoiced INV-1, 1,000.00, due 2026-11-04
2026-11-04  statements of 2026-10 are issued
            mailed: statement to Chen Wei, statement to Li Na
2026-11-04 12:05  the mails are sent
2026-11-04 12:10  the mail to Li Na comes back
            nothing is mailed
2026-11-04 12:20  the mail to Chen Wei comes back
            Huadong's 2026-10 tells that it issued, notified, notified, bounced, bounced
2026-11-09  the silent are reminded
            nothing is mailed
