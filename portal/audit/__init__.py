"""The auditor: a seat for a time, the audit trail, samples, requests past the staff, evidence."""
