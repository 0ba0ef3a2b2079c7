# SPDX-License-Identifier: Apache-2.0
# Makes the files of a package differ from those of the version before, where that could make an upgrade go wrong.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
file(APPEND ${root}/etc/healer/config.yaml "# a newer version\n")
file(GLOB unit ${root}/lib/systemd/system/healer.service ${root}/usr/lib/systemd/system/healer.service)
file(READ ${unit} text)
string(REGEX REPLACE "\nDescription=[^\n]*" "\nDescription=A newer Healer" text "${text}")
file(WRITE ${unit} "${text}")
