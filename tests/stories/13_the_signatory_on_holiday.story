# The signatory on holiday

Chen Wei is away for two weeks and hands his signing to Wang Fang, who keeps the books. She signs
within his limit and on his behalf; when he is back, she no longer can.

- Huadong is a customer
- Chen Wei signs for Huadong up to 5,000.00
- Wang Fang keeps the books of Huadong

2026-10-05  Huadong is invoiced INV-1, 1,000.00, due 2026-11-04
2026-10-30  Chen Wei hands the signing for Huadong to Wang Fang from 2026-11-03 to 2026-11-14
2026-11-02  statements of 2026-10 are issued
2026-11-02 13:00  Wang Fang signs Huadong's 2026-10
            refused: not_allowed
2026-11-05  Wang Fang signs Huadong's 2026-10
            Huadong's 2026-10: confirmed, signatures 1
            the answer to Huadong's 2026-10 holds Wang Fang, Chen Wei
2026-12-03  statements of 2026-11 are issued
2026-12-04  Wang Fang signs Huadong's 2026-11
            refused: not_allowed
