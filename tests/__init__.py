"""Tests mirror the rooms; `journeys` tell stories, `house` holds the rules of the house, `vectors` what others wrote."""
