# Paid for the wrong branch

The bank put Ningbo's money on Hefei's account. Hefei does not agree to the line. The clerk takes
the payment off, moves it where it belongs, answers the difference and asks to sign off: both
statements are issued again, and what was agreed before is not asked twice.

- Hefei is a customer
- Ningbo is a branch of Hefei
- Chen Wei signs for Hefei, Ningbo
- Ma Lin is our clerk

2026-10-05  Hefei is invoiced INV-1, 1,000.00, due 2026-11-04
2026-10-06  Ningbo is invoiced INV-2, 400.00, due 2026-11-05
2026-10-20  Hefei pays PAY-1, 400.00, for INV-1
2026-11-04  statements of 2026-10 are issued
            Hefei's 2026-10: closing 600.00
            Ningbo's 2026-10: closing 400.00
2026-11-05  Chen Wei says PAY-1 differs on Hefei's 2026-10: wrong branch, “That was for Ningbo.”
2026-11-05  Chen Wei agrees to every other line of Hefei's 2026-10
2026-11-05 13:00  Chen Wei signs Hefei's 2026-10 with differences
2026-11-06  Ma Lin takes PAY-1 off INV-1
2026-11-06 13:00  Ma Lin moves 400.00 of PAY-1 to Ningbo
2026-11-06 14:00  Ma Lin accepts PAY-1 of Hefei's 2026-10: “Moved to Ningbo on 6 November.”
2026-11-06 15:00  Ma Lin asks to sign Hefei's 2026-10 off
            Hefei's 2026-10 version 1: replaced
2026-11-07  Chen Wei agrees to every other line of Hefei's 2026-10
2026-11-07 13:00  Chen Wei signs Hefei's 2026-10
            Hefei's 2026-10: confirmed
2026-12-03  statements of 2026-11 are issued
            Hefei's 2026-11: closing 1,000.00
            Ningbo's 2026-11: closing 0.00
