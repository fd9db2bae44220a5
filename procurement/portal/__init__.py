"""What anyone may see without a login: tenders, notices, verification, open data, the public trail."""
