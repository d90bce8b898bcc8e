# Signed too quickly

Chen Wei signs, sees the transposed digits a minute later, takes his signature back and answers
again. The next month he thinks about it for too long.

- Huadong is a customer
- Chen Wei signs for Huadong

2026-10-05  Huadong is invoiced INV-1, 1,000.00, due 2026-11-04
2026-11-04  statements of 2026-10 are issued
2026-11-05 10:00  Chen Wei signs Huadong's 2026-10
            Huadong's 2026-10: confirmed
2026-11-05 10:14  Chen Wei withdraws Huadong's 2026-10
            Huadong's 2026-10: withdrawn
            Huadong's 2026-10 has 1 answer, 1 withdrawn
2026-11-05 10:20  Chen Wei says INV-1 differs on Huadong's 2026-10: wrong amount, 10,000.00 in their books
2026-11-05 10:25  Chen Wei signs Huadong's 2026-10 with differences
            Huadong's 2026-10: confirmed with differences
2026-12-03  statements of 2026-11 are issued
2026-12-04 10:00  Chen Wei signs Huadong's 2026-11
2026-12-04 10:15:01  Chen Wei withdraws Huadong's 2026-11
            refused: confirmation.withdrawn_too_late
