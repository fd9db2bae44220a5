"""The buying wing: rules, scoring, notices, tenders, panels, evaluation, award and the public portal."""
