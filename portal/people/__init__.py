"""People: signing in, second factors, codes and what they permit, invitations, roles, sessions."""
