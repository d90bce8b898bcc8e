# The promise

Huadong cannot pay in October. A third of the thirty days' term is ten days: until 9 November it may
promise, not a day longer. It promises in two parts; the first one comes in time and is applied late,
the second comes late.

- Huadong is a customer
- Chen Wei signs for Huadong

2026-09-30  Huadong is invoiced INV-1, 1,000.00, due 2026-10-30
2026-10-28  Chen Wei promises 1,000.00 of INV-1 for 2026-11-10
            refused: promise.too_late
2026-10-28 12:05  Chen Wei promises 600.00 of INV-1 for 2026-11-06
            mailed: promise_made to Chen Wei
            the promise for 2026-11-06 is open
2026-10-28 12:10  Chen Wei promises 600.00 of INV-1 for 2026-11-09
            refused: promise.promised_already
2026-10-28 12:15  Chen Wei promises 400.00 of INV-1 for 2026-11-09
2026-11-08  Huadong pays RCT-1, 600.00, dated 2026-11-05
            the promise for 2026-11-06 is being_checked
2026-11-10  600.00 of RCT-1 is applied to INV-1
            the promise for 2026-11-06 is kept
            the promise for 2026-11-09 is broken
2026-11-11  Huadong pays RCT-2, 400.00, for INV-1
            the promise for 2026-11-09 is late_kept
2026-11-11 12:05  Chen Wei takes the promise for 2026-11-09 back
            refused: promise.not_in_this_state
