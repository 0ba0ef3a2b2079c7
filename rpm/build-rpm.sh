#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the source and binary packages of Healer, on Fedora, openEuler or Debian, from a git checkout or an unpacked
# tarball.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
top=$(dirname "$here")

usage() {
    cat <<'USAGE'
rpm/build-rpm.sh [OPTION...]

  --output DIR     put the packages and build.log there (build/rpm)
  --head           package the last commit; else the files as they are now, new ones included, ignored ones not
  --source-only    make the source package only
  --version V      make it version V instead of the one in healer.spec
  --prebuilt ROOT  package the files in ROOT, put there by DESTDIR=ROOT cmake --install: nothing is compiled or tested
USAGE
}

output=$top/build/rpm
head=
what=-ba
version=$(sed -n 's/^Version: *//p' "$here/healer.spec")
prebuilt=
while [ $# -gt 0 ]; do
    case $1 in
    --output) output=$2 && shift ;;
    --head) head=yes ;;
    --source-only) what=-bs ;;
    --version) version=$2 && shift ;;
    --prebuilt) prebuilt=$(readlink -e "$2") && shift ;;
    -h | --help) usage && exit ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done
mkdir -p "$output"
output=$(readlink -e "$output")

if ! grep -q "^project(healer VERSION $(sed -n 's/^Version: *//p' "$here/healer.spec") " "$top/CMakeLists.txt"; then
    echo "build-rpm: healer.spec and CMakeLists.txt have different versions" >&2
    exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work"/{SOURCES,SPECS,TMP}
sed "s/^\(Version: *\).*/\1$version/" "$here/healer.spec" >"$work/SPECS/healer.spec"

# A tree in git is known by its own .git: an unpacked tarball may lie within some other repository.
list_files() {
    cd "$top"
    if [ ! -e .git ]; then
        find . \( -path ./build -o -path ./.cache \) -prune -o \( -type f -o -type l \) -printf '%P\0'
    else
        git ls-files -z -co --exclude-standard | while IFS= read -r -d '' file; do
            [ ! -e "$file" ] || printf '%s\0' "$file"
        done
    fi
}

tarball=$work/SOURCES/healer-$version.tar.gz
if [ -n "$head" ]; then
    git -C "$top" archive --prefix="healer-$version/" -o "$tarball" HEAD
else
    list_files | sort -z | tar -C "$top" --null -T - --transform "s,^,healer-$version/,S" --owner=0 --group=0 \
        --numeric-owner -czf "$tarball"
fi

# Without systemd's macros this is no system of RPM packages: its database cannot know what there is to build with, and
# CMake finds out.
arguments=()
if [ "$(rpm --eval '%{?_unitdir}')" = "" ]; then
    language="env -u LANG"
    [ -z "${LANG+set}" ] || language="env LANG=$LANG"
    arguments+=(--nodeps --load "$here/macros.debian" --define "caller_language $language")
fi
if [ -n "$prebuilt" ]; then
    cat >"$work/macros.prebuilt" <<MACROS
%cmake          :
%cmake_build    :
%cmake_install  cp -a $prebuilt/. %{buildroot}
%ctest          :
%debug_package  %{nil}
MACROS
    arguments+=(--nodeps --load "$work/macros.prebuilt")
fi

rpmbuild "$what" "${arguments[@]}" --define "_topdir $work" --define "_tmppath $work/TMP" \
    --define "_rpmdir $output" --define "_srcrpmdir $output" \
    --define "_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" \
    "$work/SPECS/healer.spec" >"$output/build.log" 2>&1 || {
    cat "$output/build.log" >&2
    exit 1
}
sed -n 's/^Wrote: //p' "$output/build.log"
