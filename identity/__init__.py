"""Who may act: organisations, accounts, memberships, roles and rights, sessions."""
