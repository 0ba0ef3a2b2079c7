# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A booted systemd container with this build of Healer installed, for one test. Source it first thing in a bash script
# that runs with `set -eu`; then:
#
#   container_boot            boot it; everything is cleaned up when the script ends, however it ends
#   container_reboot          restart it, keeping its files
#   in_container CMD...       run a command in it as root
#   as_user NAME CMD...       the same as an ordinary user of the container
#   wait_until SECONDS CMD... run CMD again and again until it succeeds; false when time is up
#   $container_root           its file system, seen from outside
#   container_bare=yes        set before container_boot: leave Healer out
#   container_layer=NAME      set before container_boot: with the packages of that layer (see make-layer)
#
# Needs root, systemd-nspawn and HEALER_BUILD_DIR, a configured build whose prefix is /usr. HEALER_SUITE is the release of
# Debian that the build is for; without it, bookworm.

container_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Where systemd does not run, nspawn takes the cgroup that it is started in: a fresh one keeps containers apart.
container_cgroups() {
    local hierarchy
    for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
        [ ! -w "$hierarchy/cgroup.procs" ] || echo "$hierarchy/healer-$1"
    done
}

container_remove() {
    local group
    rm -rf --one-file-system "$HEALER_BUILD_DIR/containers/$1"
    for group in $(container_cgroups "$1"); do
        [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} \; || true
    done
}

# Runs the test script again in namespaces of its own. When the last of it ends, the kernel ends all its processes and
# takes down all its mounts; only files and cgroups are left to remove. They bear the PID of this shell, so that the
# next run can remove them if this one is killed.
container_supervise() {
    local leftover supervisor inner child status=0
    for leftover in "$HEALER_BUILD_DIR"/containers/*; do
        [ ! -d "$leftover" ] || kill -0 "${leftover##*/}" 2>/dev/null || container_remove "${leftover##*/}"
    done
    mkdir -p "$HEALER_BUILD_DIR/containers/$$"
    container_name=$$ setpriv --pdeathsig KILL \
        unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$BASH" "$0" "$@" </dev/null &
    supervisor=$!
    # The inner shell hears a signal only after its foreground command has ended.
    trap 'inner=$(pgrep -P "$supervisor"); kill -TERM "$inner"
          for child in $(pgrep -P "$inner"); do
              [ "$(cat "/proc/$child/comm")" = systemd-nspawn ] || kill -TERM "$child"
          done' TERM INT HUP
    while kill -0 "$supervisor" 2>/dev/null; do
        status=0
        wait "$supervisor" || status=$?
    done
    trap - TERM INT HUP
    container_remove $$
    exit "$status"
}

if [ "$(id -u)" != 0 ]; then
    echo "NOT RUN: system tests boot a container and need root for it. Run them with sudo." >&2
    exit 77
fi
[ -n "${container_name:-}" ] || container_supervise "$@"

container_directory=$HEALER_BUILD_DIR/containers/$container_name
container_root=$container_directory/root
container_nspawn=
container_pid= # of the container's init

container_mount() {
    local base
    if [ -n "${container_layer:-}" ]; then
        base=$("$container_here/make-layer" "${HEALER_SUITE:-bookworm}" "$container_layer")
    else
        base=$("$container_here/make-root" "${HEALER_SUITE:-bookworm}")
    fi
    mkdir -p "$container_directory"/{root,upper,work}
    if ! mount -t overlay overlay "$container_root" \
        -o "lowerdir=$base,upperdir=$container_directory/upper,workdir=$container_directory/work"; then
        echo "no overlay file system here, copying $base instead" >&2
        cp -a "$base/." "$container_root"
    fi
    [ -z "${container_bare:-}" ] || return 0
    if ! DESTDIR=$container_root cmake --install "$HEALER_BUILD_DIR" >"$container_directory/install.log" 2>&1; then
        cat "$container_directory/install.log" >&2
        return 1
    fi
}

container_enter_cgroup() {
    local group
    for group in $(container_cgroups "$container_name"); do
        mkdir -p "$group"
        echo 0 >"$group/cgroup.procs"
    done
}

container_spawn() {
    local keep_unit=()
    [ -d /run/systemd/system ] || keep_unit=(--keep-unit)
    (
        trap - EXIT TERM
        [ ${#keep_unit[@]} -eq 0 ] || container_enter_cgroup
        export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
        exec systemd-nspawn -q -D "$container_root" -M "healer-$container_name" --boot --register=no \
            "${keep_unit[@]}" --capability=all --system-call-filter="bpf perf_event_open" --private-network \
            --bind-ro=/sys/kernel/btf \
            >"$container_directory/console.log" 2>&1
    ) &
    container_nspawn=$!
    wait_until 30 container_find_init
    wait_until 90 container_is_up
}

container_find_init() {
    if ! kill -0 "$container_nspawn" 2>/dev/null; then
        cat "$container_directory/console.log" >&2
        exit 1
    fi
    container_pid=$(pgrep -P "$container_nspawn" | head -1)
    [ -n "$container_pid" ] && [ "$(cat "/proc/$container_pid/comm" 2>/dev/null)" = systemd ]
}

container_is_up() {
    case $(in_container systemctl is-system-running 2>/dev/null) in
    running | degraded) ;;
    *) return 1 ;;
    esac
}

container_boot() {
    trap container_report EXIT
    trap 'echo "ended by a signal, probably out of time" >&2; exit 143' TERM
    container_mount
    container_spawn
}

container_reboot() {
    in_container systemctl poweroff --no-wall || true
    wait_until 60 container_is_gone
    container_spawn
}

container_is_gone() { ! kill -0 "$container_nspawn" 2>/dev/null; }

container_report() {
    local status=$?
    if [ $status -ne 0 ] && [ $status -ne 77 ] && [ -n "$container_pid" ]; then
        echo "--- the end of the container's journal:"
        in_container journalctl --no-pager -b -o short-precise -n "${HEALER_JOURNAL_LINES:-150}" || true
    fi >&2
    exit $status
}

in_container() {
    nsenter -t "$container_pid" -a -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
}

as_user() {
    local user=$1
    shift
    in_container runuser -u "$user" -- "$@"
}

wait_until() {
    local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@"; do
        [ "${EPOCHREALTIME/./}" -lt $deadline ] || return 1
        sleep 0.05
    done
}
