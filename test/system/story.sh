# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Functions to write a system test with. Source it first; it includes the container (support/container/container.sh).
# In the container there is an ordinary user `worker`, who runs the processes under test.
set -eu

# shellcheck source=test/support/container/container.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/container/container.sh"

step() { echo "* $*"; }

# With HEALER_GO_ON in the environment a story goes on after a failure, to find them all by hand.
fail() {
    echo "FAILED: $*" >&2
    [ -n "${HEALER_GO_ON:-}" ] || exit 1
}

# expect WHAT CMD...: the command must succeed now.
expect() {
    local what=$1
    shift
    "$@" || fail "expected: $what ($*)"
}

# expect_within SECONDS WHAT CMD...: the command must succeed before that.
expect_within() {
    local seconds=$1 what=$2
    shift 2
    wait_until "$seconds" "$@" || fail "expected within $seconds s: $what ($*)"
}

# expect_equal WHAT EXPECTED ACTUAL
expect_equal() {
    [ "$2" = "$3" ] || fail "$1: expected \"$2\", but it is \"$3\""
}

# expect_match WHAT REGEX TEXT
expect_match() {
    [[ $3 =~ $2 ]] || fail "$1: expected something like \"$2\", but it is:
$3"
}

not() { ! "$@"; }

# boot: a container with the user `worker`; Healer is installed and not yet started.
boot() {
    container_boot
    in_container useradd --create-home worker
}

# configure: what stands on standard input becomes the configuration.
configure() {
    mkdir -p "$container_root/etc/healer"
    in_container sh -c 'cat >/etc/healer/config.yaml; chmod 644 /etc/healer/config.yaml'
}

# sleeper NAME SECONDS [RECOVERY]: the entry of a process `NAME`, which is `sleep SECONDS` watched by eBPF. Seconds
# distinguish the processes of a test.
sleeper() {
    cat <<END
  - name: $1
    command: /usr/bin/sleep
    args: ["$2"]
    run_as_user: worker
    monitor: {type: ebpf}
    recovery: ${3:-"{retries: 3, retry_window_secs: 60, cooldown_secs: 180}"}
END
}

start_healer() {
    in_container systemctl start healer
    expect_equal "healer.service" active "$(in_container systemctl is-active healer)"
}

# property NAME PROPERTY: of the process, as shown on D-Bus. Looking does not start Healer.
property() {
    in_container busctl --auto-start=no get-property org.healer "/org/healer/process/$1" org.healer.Process "$2" |
        cut -d' ' -f2- | tr -d '"'
}

# manager PROPERTY
manager() {
    in_container busctl --auto-start=no get-property org.healer /org/healer org.healer.Manager "$1" | cut -d' ' -f2- | tr -d '"'
}

state_is() { [ "$(property "$1" State 2>/dev/null)" = "$2" ]; }
breaker_is() { [ "$(property "$1" BreakerState 2>/dev/null)" = "$2" ]; }
pid_of() { property "$1" PID; }
healer_pid() { in_container systemctl show -P MainPID healer; }

# instances SECONDS: PIDs of all running `sleep SECONDS`, whoever started them.
instances() { in_container pgrep -fx "/usr/bin/sleep $1" || true; }

none_runs() { [ -z "$(instances "$1")" ]; }

# runs_again NAME OLD_PID: it is up, as another process than before.
runs_again() {
    local now
    now=$(property "$1" PID 2>/dev/null) && state_is "$1" running && [ "$now" != 0 ] && [ "$now" != "$2" ]
}

# kill_process NAME [SIGNAL]: kills it and prints the PID that it had.
kill_process() {
    local pid
    pid=$(pid_of "$1")
    [ "$pid" != 0 ] || fail "$1 should be running now; its state is $(property "$1" State)"
    in_container kill "-${2:-KILL}" "$pid"
    echo "$pid"
}

# kill_and_wait NAME: kills it, and waits until it runs again.
kill_and_wait() {
    local old
    old=$(kill_process "$1")
    expect_within 5 "$1 runs again" runs_again "$1" "$old"
}

journal_has() { [ -n "$(in_container journalctl -q -o cat "$@")" ]; }
