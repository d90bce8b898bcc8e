# The quarter

A dealer is reconciled every three months. A return and a rebate fall in the quarter, and a payment
that names nothing. Nothing is issued for the months between.

- Dealers United is a customer, reconciled quarterly
- Chen Wei signs for Dealers United

2026-01-10  Dealers United is invoiced INV-1, 9,000.00, due 2026-02-09
2026-02-04  statements of 2026-01 are issued
            Dealers United has no statement of 2026-01
2026-02-15  Dealers United is credited CN-1, 600.00, for INV-1
2026-03-10  Dealers United pays PAY-1, 5,000.00
2026-03-20  Dealers United is credited CN-2, 90.00
2026-04-03  statements of 2026-03 are issued
            Dealers United's 2026-03: opening 0.00, invoiced 9,000.00, credited 690.00, received 5,000.00, closing 3,310.00, unapplied 5,090.00
2026-04-07  Chen Wei signs Dealers United's 2026-03
            Dealers United's 2026-03: confirmed
