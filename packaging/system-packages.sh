#!/bin/sh
# Sees to the shared libraries and fonts that Qt needs and that pip cannot bring.
# On Debian and Ubuntu as root they are installed; anywhere else the missing ones are named.
set -eu

[ "$(uname -s)" = Linux ] || exit 0

# library file pattern = Debian package
needed='libEGL.so.1=libegl1
libGL.so.1=libgl1
libxkbcommon.so.0=libxkbcommon0
libdbus-1.so.3=libdbus-1-3
libfontconfig.so.1=libfontconfig1
libglib-2.0.so.0=libglib2.0-0
libxcb-cursor.so.0=libxcb-cursor0
libxcb-icccm.so.4=libxcb-icccm4
libxcb-image.so.0=libxcb-image0
libxcb-keysyms.so.1=libxcb-keysyms1
libxcb-render-util.so.0=libxcb-render-util0
libxcb-shape.so.0=libxcb-shape0
libxcb-xkb.so.1=libxcb-xkb1
libxkbcommon-x11.so.0=libxkbcommon-x11-0'

known=$( (ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null) || true)
missing=
for pair in $needed; do
  case "$known" in
    *"${pair%%=*}"*) ;;
    *) missing="$missing ${pair##*=}" ;;
  esac
done

has_font() { find /usr/share/fonts /usr/local/share/fonts "$HOME/.local/share/fonts" -iname "$1" 2>/dev/null | grep -q .; }
has_font 'Inter*.[ot]tf' || has_font 'Inter*.ttc' || missing="$missing fonts-inter"
has_font 'DejaVuSansMono.ttf' || missing="$missing fonts-dejavu-core"
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"

[ -n "$missing" ] || exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing what Qt needs from the system:$missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null 2>&1 || true
  # shellcheck disable=SC2086  # a list of names
  apt-get install -y -qq --no-install-recommends $missing >/dev/null || \
    echo "Some could not be installed; if the window does not open, install them by hand:$missing"
else
  echo "Qt needs system packages that seem to be missing; on Debian or Ubuntu: sudo apt-get install$missing"
fi
exit 0
