#!/bin/sh
# Installs what the tests drive besides Python: a browser, poppler, LibreOffice, a token made of
# software, the proxies of deploy/. Only as root and with
# apt-get; elsewhere the tests that need them are skipped and say so.
missing=""
for pair in chromium:chromium pdfsig:poppler-utils soffice:libreoffice-writer-nogui \
    softhsm2-util:softhsm2 nginx:nginx-light caddy:caddy; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed:$missing. The tests that need them will be skipped."
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
echo "Installing$missing"
apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends $missing >/dev/null \
    || echo "apt-get could not install$missing; the tests that need them will be skipped."
exit 0
