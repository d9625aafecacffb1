#!/bin/sh
# check-potfiles.sh ROOT — po/POTFILES lists the files with text to translate,
# all of them and no other, sorted
#
# SPDX-License-Identifier: Apache-2.0

set -u
. "$(dirname "$0")/files.sh"
cd "$1" || exit 2

marked='(^|[^A-Za-z_])(_|N_|C_|NC_|ngettext) ?\("|translatable="(yes|true|1)"'

{
  files '^(app|ui|engine|resources)/.*\.(c|h|ui)$' | xargs -r grep -lE "$marked"
  files '^resources/.*\.(desktop|metainfo\.xml|gschema\.xml)(\.in)?$'
} | LC_ALL=C sort | {
  # A line of the list that was moved is both missing and too much.
  if ! differences=$(grep -v '^#' po/POTFILES | diff - /dev/fd/3); then
    echo "$differences" | sed -n \
      's/^> \(.*\)/po\/POTFILES: add \1/p; s/^< \(.*\)/po\/POTFILES: take out \1/p'
    exit 1
  fi
} 3<&0
