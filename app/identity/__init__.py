"""People, investor accounts and who acts for them, roles, sign-in links and sessions."""
