# The silent customer

Bergmann never answers. It is reminded three, five and eight working days after the statement, each
time once, however often the day is run. Silence is no agreement, until Bergmann itself agrees that
it shall be.

- Bergmann is a customer
- Ada Berg signs for Bergmann

2026-10-05  Bergmann is invoiced INV-1, 1,000.00, due 2026-11-04
2026-11-04  statements of 2026-10 are issued
            mailed: statement to Ada Berg
2026-11-06  the silent are reminded
            nothing is mailed
2026-11-09  the silent are reminded
            mailed: statement_reminder to Ada Berg
2026-11-09 13:00  the silent are reminded
            nothing is mailed
2026-11-11  the silent are reminded
            mailed: statement_reminder to Ada Berg
2026-11-16  the silent are reminded
            mailed: statement_reminder to Ada Berg
2026-11-30  the silent are reminded
            nothing is mailed
2026-12-01  what silence means is looked at
            Bergmann's 2026-10 is not deemed agreed
2026-12-02  Ada Berg accepts for Bergmann that silence means agreement
2026-12-03  statements of 2026-11 are issued
2026-12-03 13:00  the mails are sent
2027-01-20  what silence means is looked at
            Bergmann's 2026-10 is not deemed agreed
            Bergmann's 2026-11 is deemed agreed
            Bergmann's 2026-11: issued
