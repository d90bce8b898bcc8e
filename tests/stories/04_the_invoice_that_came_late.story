# The invoice that came late

The warehouse finds a delivery note of October in the middle of November. October's statement is
confirmed and stays as it is; the invoice stands on November's, with its own date, marked late.

- Huadong is a customer
- Chen Wei signs for Huadong

2026-10-05  Huadong is invoiced INV-1, 1,000.00, due 2026-11-04
2026-10-20  Huadong pays PAY-1, 400.00, for INV-1
2026-11-04  statements of 2026-10 are issued
            Huadong's 2026-10: opening 0.00, invoiced 1,000.00, received 400.00, closing 600.00, issued
            mailed: statement to Chen Wei
2026-11-05  Chen Wei signs Huadong's 2026-10
            Huadong's 2026-10: confirmed
2026-11-16  Huadong is invoiced INV-2, 250.00, due 2026-12-16, dated 2026-10-30
            Huadong's 2026-10: closing 600.00, confirmed
2026-11-20  Huadong is invoiced INV-3, 80.00, due 2026-12-20
2026-12-03  statements of 2026-11 are issued
            Huadong's 2026-11: opening 600.00, invoiced 330.00, closing 930.00, late INV-2
2026-12-04  Chen Wei signs Huadong's 2026-11
            Huadong's 2026-11: confirmed
2026-12-05  Chen Wei signs Huadong's 2026-11
            refused: statement.already_answered
