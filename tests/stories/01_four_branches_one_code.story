# Four branches, one code

Huadong keeps the books of its three branches itself. Chen Wei looks at the four balances side by
side and signs them together: one code, a certificate each. Only Ningbo has a difference; it is left
out of the batch and signed for itself.

- Huadong is a customer
- Hefei is a branch of Huadong
- Ningbo is a branch of Huadong
- Suzhou is a branch of Huadong
- Chen Wei signs for Huadong, Hefei, Ningbo, Suzhou

2026-10-05  Huadong is invoiced INV-1, 1,000.00, due 2026-11-04
2026-10-06  Hefei is invoiced INV-2, 200.00, due 2026-11-05
2026-10-07  Ningbo is invoiced INV-3, 30.00, due 2026-11-06
2026-10-08  Suzhou is invoiced INV-4, 4.00, due 2026-11-07
2026-11-04  statements of 2026-10 are issued
2026-11-05  Chen Wei says INV-3 differs on Ningbo's 2026-10: not received
2026-11-05  Chen Wei signs the 2026-10 of Huadong, Hefei, Suzhou together
            Huadong's 2026-10: closing 1,000.00, confirmed
            Hefei's 2026-10: closing 200.00, confirmed
            Suzhou's 2026-10: closing 4.00, confirmed
            Ningbo's 2026-10: closing 30.00, issued
            one code was mailed
2026-11-05 14:00  Chen Wei signs Ningbo's 2026-10 with differences
            Ningbo's 2026-10: confirmed with differences, differing 1
