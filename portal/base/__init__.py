"""What every act stands on: access, transaction, audit, outbox, clock, files, mail. No Flask."""
