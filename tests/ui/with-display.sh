#!/bin/sh
# with-display.sh COMMAND … — runs it in the display at hand, or in one of its own
#
# SPDX-License-Identifier: Apache-2.0

if [ -n "${DISPLAY:-}" ]; then
  exec "$@"
fi

exec xvfb-run -a -s '-screen 0 1280x800x24' "$@"
