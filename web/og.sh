#!/bin/sh
# Draws the picture for shared links anew from client/og.svg. It is committed, since each browser draws a little differently.
set -eu
cd "$(dirname "$0")/client"
"${CHROME_PATH:-/usr/bin/chromium}" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --force-color-profile=srgb \
  --force-device-scale-factor=1 --window-size=1200,630 --screenshot="$PWD/og.png" "file://$PWD/og.svg"
