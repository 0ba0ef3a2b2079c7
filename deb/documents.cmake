# SPDX-License-Identifier: Apache-2.0
# Run by cpack on the files of the package before it packs them: what Debian wants of documents and is of no use elsewhere.
set(documents ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/doc/healer)
file(COPY ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${documents})

string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${documents}/changelog
"healer (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * See CHANGELOG.md beside this file.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
file(GLOB manuals ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/man/man*/*.[1-8])
execute_process(COMMAND gzip -9nf ${documents}/changelog ${manuals} COMMAND_ERROR_IS_FATAL ANY)
