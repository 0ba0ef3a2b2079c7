# SPDX-License-Identifier: Apache-2.0
# Build rules shared by every folder: compiler settings, and "one library a folder".

if(CMAKE_SOURCE_DIR STREQUAL PROJECT_SOURCE_DIR)
    find_program(HEALER_CCACHE ccache)
    if(HEALER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
        # What was compiled in one checkout serves the others too.
        set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${HEALER_CCACHE})
        set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
        set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
    endif()
endif()

add_library(healer_settings INTERFACE)
target_include_directories(healer_settings INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/bpf
                                                     ${PROJECT_BINARY_DIR}/generated)
target_compile_definitions(healer_settings INTERFACE HEALER_VERSION="${PROJECT_VERSION}")
target_compile_options(healer_settings INTERFACE -Wall -Wextra -Wconversion -Wshadow
                                                 $<$<BOOL:${HEALER_WERROR}>:-Werror>)
# GCC 13 and later take members of a coroutine's frame for uninitialised when it is destroyed early.
set(gcc_13 $<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,13>>)
target_compile_options(healer_settings INTERFACE $<${gcc_13}:-Wno-maybe-uninitialized>)
if(HEALER_SANITIZE)
    # The check of vptr makes a pipe, which fails in the tests that are without descriptors.
    target_compile_options(healer_settings INTERFACE -fsanitize=address,undefined -fno-sanitize=vptr
                                                   -fno-sanitize-recover=all
                                                     -fno-omit-frame-pointer)
    target_link_options(healer_settings INTERFACE -fsanitize=address,undefined)
endif()

# healer_folder(NAME [COLD] [DEPENDS target...]) makes the static library healer_NAME of the .cpp files in and below the
# current folder. DEPENDS is the whole list of what the folder may include: the link graph is the architecture. COLD: it
# does not run while processes are watched, so it is optimised for size.
function(healer_folder name)
    cmake_parse_arguments(arg "COLD" "" "DEPENDS" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    if(sources)
        add_library(healer_${name} STATIC ${sources})
        target_link_libraries(healer_${name} PUBLIC healer_settings ${arg_DEPENDS})
        if(arg_COLD)
            target_compile_options(healer_${name} PRIVATE $<$<CONFIG:RelWithDebInfo,Release>:-Os>)
        endif()
    else()
        add_library(healer_${name} INTERFACE)
        target_link_libraries(healer_${name} INTERFACE healer_settings ${arg_DEPENDS})
    endif()
endfunction()
