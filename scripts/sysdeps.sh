#!/usr/bin/env bash
# Install the Debian packages that are missing: "run" for serving, "test" for the whole suite.
# With root or sudo it installs them; otherwise it prints the exact line and leaves with 1.
set -euo pipefail

packages=(ca-certificates python3 python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig)
if [ "${1:-run}" = test ]; then
  packages+=(chromium libatomic1 postgresql age openssl poppler-utils default-jdk-headless libjaxb-java)
fi

missing=()
for package in "${packages[@]}"; do
  # A tool that is there in another way (a newer Python, another Java) needs no package.
  case "$package" in
    python3|python3-venv) python3 -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && continue ;;
    default-jdk-headless) command -v javac >/dev/null && continue ;;
    postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && continue ;;
  esac
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

install="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" = 0 ]; then as=(); elif sudo -n true 2>/dev/null; then as=(sudo -n); else
  echo "These Debian packages are missing. Please run: sudo $install" >&2
  exit 1
fi
echo "Installing Debian packages: ${missing[*]}"
"${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086
"${as[@]}" env DEBIAN_FRONTEND=noninteractive $install -qq >/dev/null
