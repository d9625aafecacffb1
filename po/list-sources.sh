#!/bin/sh
# list-sources.sh ROOT — writes ROOT/po/POTFILES, the files with text to
# translate. Meson calls it, so that nobody has to keep the list.
#
# SPDX-License-Identifier: Apache-2.0

set -eu
cd "$1"

marked='(^|[^A-Za-z_])(_|N_|C_|NC_|ngettext) ?\("|translatable="(yes|true|1)"'

found=$({
  find app ui engine resources -type f -name '*.[ch]' -o -type f -name '*.ui' |
    xargs grep -lE "$marked"
  find resources -type f | grep -E '\.(desktop|metainfo\.xml|gschema\.xml)(\.in)?$'
} | LC_ALL=C sort)

if [ "$found" != "$(cat po/POTFILES 2>/dev/null || :)" ]; then
  echo "$found" > po/POTFILES
fi
