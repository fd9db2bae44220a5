#!/bin/sh
# Add the sentences that no catalogue holds yet to the catalogues of their rooms, for translators to fill in.
set -eu
cd "$(dirname "$0")/.."
exec "${PYTHON:-.venv/bin/python}" -m scripts.messages
