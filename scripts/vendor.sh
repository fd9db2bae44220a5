#!/usr/bin/env bash
# `make vendor`: install the pinned third-party code, bundle it into static/vendor, freeze the client bundle.
# `scripts/vendor.sh --freeze` only freezes anew, after a change to static/seal/*.js; bundles that no notice names yet
# may then be deleted. `scripts/vendor.sh --lock` writes package-lock.json anew after a change to package.json.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ "${1:-}" == "--lock" ]]; then
    npm install --package-lock-only --ignore-scripts --no-audit --no-fund
    # The lock carries names, versions and hashes; no address, not even one that asks for funds.
    exec node -e '
const fs = require("fs");
const lock = JSON.parse(fs.readFileSync("package-lock.json"));
for (const entry of Object.values(lock.packages)) { delete entry.funding; delete entry.resolved; }
fs.writeFileSync("package-lock.json", JSON.stringify(lock, null, 2) + "\n");'
fi
if [[ "${1:-}" != "--freeze" || ! -d node_modules ]]; then
    npm ci --ignore-scripts --no-audit --no-fund
fi
node scripts/vendor/build.mjs "$@"
