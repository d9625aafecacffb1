#!/bin/sh
# desktop.sh COMMAND … — runs it in a desktop of its own: a screen, a session
# bus, the accessibility bus, a window manager where there is one, and a home
# folder that is empty
#
# The session bus knows one service, that of accessibility, so that nothing
# else of this machine is started by it or answers on it; what it starts leaves
# when it ends. The screen is the file DESKTOP_SCREEN, in the format of xwd.
#
# Exit status: that of the command, or 77 where something is missing.
#
# SPDX-License-Identifier: Apache-2.0

set -eu

for tool in Xvfb dbus-run-session; do
  if ! command -v "$tool" >/dev/null; then
    echo "no $tool here: install xvfb and dbus" >&2
    exit 77
  fi
done
a11y=
for folder in $(echo "${XDG_DATA_DIRS:-/usr/local/share:/usr/share}" | tr : ' '); do
  service=$folder/dbus-1/services/org.a11y.Bus.service
  if [ -z "$a11y" ] && [ -e "$service" ]; then
    a11y=$service
  fi
done
if [ -z "$a11y" ]; then
  echo "no accessibility bus here: install at-spi2-core" >&2
  exit 77
fi

place=$(mktemp -d "${TMPDIR:-/tmp}/desktop.XXXXXX")
screen=
manager=

clean ()
{
  trap - EXIT INT TERM HUP
  for process in $manager $screen; do
    kill "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  rm -rf "$place"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir -m 700 "$place/run" "$place/home" "$place/services" "$place/screen"
ln -s "$a11y" "$place/services/"
cat >"$place/bus.conf" <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=$place/run</listen>
  <auth>EXTERNAL</auth>
  <servicedir>$place/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
END

# The screen tells its number once it can be used.
mkfifo "$place/number"
Xvfb -displayfd 3 -screen 0 1280x800x24 -fbdir "$place/screen" -nolisten tcp -noreset \
  3>"$place/number" >"$place/screen.log" 2>&1 &
screen=$!
read -r number <"$place/number" || {
  cat "$place/screen.log" >&2
  exit 1
}

unset WAYLAND_DISPLAY XAUTHORITY NO_AT_BRIDGE AT_SPI_BUS_ADDRESS XDG_CONFIG_HOME XDG_CACHE_HOME \
  XDG_DATA_HOME XDG_STATE_HOME
export DISPLAY=":$number" DESKTOP_SCREEN="$place/screen/Xvfb_screen0" \
  HOME="$place/home" BASIN_HOME="$place/home/basin" XDG_RUNTIME_DIR="$place/run" \
  GDK_BACKEND=x11 GDK_DEBUG=gl-disable GSK_RENDERER=cairo GTK_A11Y=atspi \
  GSETTINGS_BACKEND=memory GIO_USE_VFS=local LC_ALL=C.UTF-8

if command -v openbox >/dev/null; then
  openbox >"$place/manager.log" 2>&1 &
  manager=$!
fi

status=0
dbus-run-session --config-file="$place/bus.conf" -- "$@" || status=$?
exit "$status"
