# The accountant may not sign

Wang Fang checks the lines, but the signature is Chen Wei's. She passes the statement on with a
word; he sends it back once, she mends it, and he signs. While it lies with him she cannot change it.

- Huadong is a customer
- Wang Fang keeps the books of Huadong
- Chen Wei signs for Huadong

2026-10-05  Huadong is invoiced INV-1, 1,000.00, due 2026-11-04
2026-10-12  Huadong is invoiced INV-2, 500.00, due 2026-11-11
2026-11-04  statements of 2026-10 are issued
2026-11-05  Wang Fang agrees to every other line of Huadong's 2026-10
2026-11-05 13:00  Wang Fang signs Huadong's 2026-10
            refused: not_allowed
2026-11-05 14:00  Wang Fang passes Huadong's 2026-10 to Chen Wei: “Both invoices are in our books.”
            Huadong's 2026-10: prepared
            mailed: statement_prepared to Chen Wei
2026-11-05 15:00  Wang Fang says INV-2 differs on Huadong's 2026-10: not received
            refused: statement.with_approver
2026-11-06  Chen Wei sends Huadong's 2026-10 back: “We never got INV-2.”
            Huadong's 2026-10: viewed
2026-11-06 13:00  Wang Fang says INV-2 differs on Huadong's 2026-10: not received
2026-11-06 14:00  Wang Fang passes Huadong's 2026-10 to Chen Wei: “Now without INV-2.”
2026-11-07  Chen Wei signs Huadong's 2026-10 with differences
            Huadong's 2026-10: confirmed with differences, differing 1
