# The corrected version

The credit note for the broken pallet was promised and forgotten. The clerk posts it and issues
October again. What Wang Fang had answered is not asked twice: only the new line is open.

- Huadong is a customer
- Wang Fang keeps the books of Huadong
- Chen Wei signs for Huadong
- Ma Lin is our clerk

2026-10-05  Huadong is invoiced INV-1, 1,000.00, due 2026-11-04
2026-10-12  Huadong is invoiced INV-2, 500.00, due 2026-11-11
2026-11-04  statements of 2026-10 are issued
2026-11-05  Wang Fang agrees to INV-1 on Huadong's 2026-10
2026-11-05  Wang Fang says INV-2 differs on Huadong's 2026-10: wrong amount, 420.00 in their books
2026-11-06  Huadong is credited CN-1, 80.00, for INV-2, dated 2026-10-31
2026-11-06  Ma Lin issues Huadong's 2026-10 again: “Credit note CN-1 was missing.”
            Huadong's 2026-10 version 1: closing 1,500.00, replaced
            Huadong's 2026-10: closing 1,420.00, issued, agreed 1
2026-11-07  Wang Fang agrees to every other line of Huadong's 2026-10
2026-11-07  Wang Fang agrees to INV-2 on Huadong's 2026-10
2026-11-08  Chen Wei signs Huadong's 2026-10
            Huadong's 2026-10: confirmed, agreed 3, differing 0
