# The payment in transit

Huadong's own ledger has the payment of the thirtieth; our bank saw it on the second. One file laid
beside the statement answers every line, and the bridge leads from their balance to ours without a
cent left over.

- Huadong is a customer
- Wang Fang keeps the books of Huadong
- Chen Wei signs for Huadong
- Ma Lin is our clerk

2026-10-05  Huadong is invoiced INV-1, 1,000.00, due 2026-11-04
2026-10-12  Huadong is invoiced INV-2, 500.00, due 2026-11-11
2026-11-02  Huadong pays PAY-1, 1,000.00, for INV-1
2026-11-04  statements of 2026-10 are issued
            Huadong's 2026-10: closing 1,500.00
2026-11-05  Wang Fang lays their ledger beside Huadong's 2026-10
            | Date       | Document | Debit   | Credit  |
            | 2026-10-05 | INV-1    |         | 1000.00 |
            | 2026-10-12 | INV-2    |         | 500.00  |
            | 2026-10-30 | PAY-1    | 1000.00 |         |
            the bridge of Huadong's 2026-10 leads from 500.00 to 1,500.00, unexplained 0.00
2026-11-05 13:00  Wang Fang applies what was found to Huadong's 2026-10
            Huadong's 2026-10: agreed 2, differing 1
2026-11-06  Chen Wei signs Huadong's 2026-10 with differences
            Huadong's 2026-10: confirmed with differences
