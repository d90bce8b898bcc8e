# Goods delivered, not invoiced

The dealer reconciles before the invoice: pallets of the last days of October are in the dealer's
books, but their invoice is of November. They stand beside the balance, and leave when the invoice
comes.

- Huadong is a customer
- Chen Wei signs for Huadong

2026-10-05  Huadong is invoiced INV-1, 1,000.00, due 2026-11-04
2026-10-29  Huadong is delivered DN-7, 300.00
2026-11-04  statements of 2026-10 are issued
            Huadong's 2026-10: closing 1,000.00, delivered 300.00
2026-11-05  Huadong is invoiced INV-2, 300.00, due 2026-12-05
2026-11-05  DN-7 of Huadong is invoiced by INV-2
2026-12-03  statements of 2026-11 are issued
            Huadong's 2026-11: closing 1,300.00, delivered 0.00
