# One cent above the limit

Chen Wei may sign for 1,000.00. October closes one cent above that: his signature alone is not
enough, Li Na's beside it is. In November the balance is exactly at the limit, and he signs alone.

- Huadong is a customer
- Chen Wei signs for Huadong up to 1,000.00
- Li Na signs for Huadong up to 500.00

2026-10-05  Huadong is invoiced INV-1, 1,000.01, due 2026-11-04
2026-11-04  statements of 2026-10 are issued
2026-11-05  Chen Wei signs Huadong's 2026-10
            Huadong's 2026-10: prepared, signatures 1
2026-11-05 13:00  Chen Wei signs Huadong's 2026-10
            refused: confirmation.same_signer
2026-11-06  Li Na signs Huadong's 2026-10
            Huadong's 2026-10: confirmed, signatures 2
2026-11-10  Huadong pays PAY-1, 0.01, for INV-1
2026-12-03  statements of 2026-11 are issued
2026-12-04  Chen Wei signs Huadong's 2026-11
            Huadong's 2026-11: opening 1,000.01, closing 1,000.00, confirmed, signatures 1
