# SPDX-License-Identifier: Apache-2.0
# Files that are installed only for packages, and the Debian package, which cpack builds from the install rules. The RPM is
# in rpm/.
install(FILES README.md CHANGELOG.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY DESTINATION ${CMAKE_INSTALL_FULL_LOCALSTATEDIR}/log/healer
        DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE)

set(HEALER_PACKAGE_CONTACT "Healer developers <healer@localhost>" CACHE STRING "Maintainer of the packages")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME healer)
set(CPACK_PACKAGE_CONTACT ${HEALER_PACKAGE_CONTACT})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/deb)
set(CPACK_INSTALL_CMAKE_PROJECTS ${PROJECT_BINARY_DIR} healer ALL /)
# Units and configuration are installed by absolute names.
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                                                WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/deb/documents.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded with dlopen() for the first HTTP probe, so the automatic dependencies do not include it.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcurl4 (>= 7.87)")
# Healer works without the bus; without polkit only root may change anything over it.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "default-dbus-system-bus | dbus-system-bus, polkitd | policykit-1")
# Healer rotates its own log; logrotate also rotates what the programs write that it starts directly.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "logrotate")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Healer watches processes by eBPF, PID files, network and program probes, or
as units of systemd, and restarts them when they go down, with backoff, a circuit
breaker and dependencies. The processes keep running when Healer stops. It is controlled over D-Bus, on the command line with healerctl.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${PROJECT_SOURCE_DIR}/deb/conffiles ${PROJECT_SOURCE_DIR}/deb/postinst ${PROJECT_SOURCE_DIR}/deb/prerm
    ${PROJECT_SOURCE_DIR}/deb/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
