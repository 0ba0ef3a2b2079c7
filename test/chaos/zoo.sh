# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # what the container sets
# The processes of the chaos test, and what is installed in its container. Each process is a copy of `guarded` of its own,
# /usr/local/bin/zoo-NAME, which notices a second copy of itself.

commands="web slow daemon job"
units=${HEALER_UNITS:-plain ready always db bound probed}
names="$commands $units"
zoo=/run/zoo

is_unit() { [[ " $units " == *" $1 "* ]]; }

# unit_of NAME: of systemd.
unit_of() { if is_unit "$1"; then echo "zoo-$1"; else echo "healer-$1"; fi; }

# The arguments of each process behind DIRECTORY and NAME.
extra_arguments() {
    case $1 in
    slow) echo stop=2000 ;;
    daemon) echo "daemon=$zoo/daemon.pid" ;;
    ready) echo ready=1000 ;;
    esac
}

zoo_command() {
    local more
    more=$(extra_arguments "$1")
    cat <<END_OF_ENTRY
  - name: $1
    command: /usr/local/bin/zoo-$1
    args: [$zoo, $1${more:+, $more}]
    run_as_user: worker
    recovery: {retries: 1000, restart_on: $([ "$1" = job ] && echo failure || echo always)}
    monitor: $([ "$1" = daemon ] && echo "{type: pid, pid_file_path: $zoo/daemon.pid}" || echo "{type: ebpf}")
    environment: {GENERATION: "$2"}
END_OF_ENTRY
}

zoo_unit() {
    cat <<END_OF_ENTRY
  - name: $1
    unit: zoo-$1.service
    recovery: {retries: 1000}
END_OF_ENTRY
    [ "$1" != probed ] || cat <<END_OF_ENTRY
    run_as_user: worker
    monitors:
      - {type: unit}
      - {type: exec, command: /usr/bin/test, args: ["-e", $zoo/probed.ok], interval_secs: 0.5}
END_OF_ENTRY
}

# zoo_configuration LAUNCH GENERATION: in odd generations there is one process more. A generation is also a change of web.
zoo_configuration() {
    local name
    echo "launch: $1"
    echo "processes:"
    for name in $commands; do zoo_command "$name" "$([ "$name" = web ] && echo "$2" || echo 0)"; done
    for name in $units; do zoo_unit "$name"; done
    [ $(($2 % 2)) = 0 ] || zoo_command extra 0
}

unit_file() {
    local name=$1 before=
    [ "$name" != bound ] || before=$'BindsTo=zoo-db.service\nAfter=zoo-db.service\n'
    printf '[Unit]\n%sStartLimitIntervalSec=0\n[Service]\n' "$before"
    case $name in
    ready) printf 'Type=notify\n' ;;
    always) printf 'Restart=always\nRestartSec=0.1\n' ;;
    esac
    echo "ExecStart=/usr/local/bin/zoo-$name $zoo $name $(extra_arguments "$name")"
}

# What faults are written in: functions of the container.
zoo_tools() {
    cat <<'END_OF_TOOLS'
#!/bin/bash
# chaos SNIPPET: runs it with the functions below.
copies() { pgrep -f "^/usr/local/bin/zoo-$1 "; }
# again CMD...: until it succeeds, 20 s at most.
again() {
    local said
    for _ in {1..100}; do
        said=$(timeout 30 "$@" 2>&1 </dev/null) && return 0
        sleep 0.2
    done
    echo "failed again and again: $*: $said"
    return 1
}
# crash SIGNAL NAME...: at once.
crash() {
    local signal=$1
    shift
    pkill "-$signal" -f "^/usr/local/bin/zoo-($(IFS='|'; echo "$*")) "
}
# finish NAME CMD...: and wait until what ran before that has ended.
finish() {
    local pid before
    before=$(copies "$1")
    shift
    "$@"
    for pid in $before; do
        for _ in {1..100}; do [ -e "/proc/$pid" ] || break; sleep 0.05; done
    done
}
freeze() { crash STOP "$1"; sleep "$2"; crash CONT "$1"; }
# word VERB NAME: through healerctl.
word() { again healerctl "$1" "$2"; }
# ask VERB UNIT: through systemctl.
ask() { again systemctl "$@"; }
# once CMD...: whose failure does not matter.
once() { "$@" >/dev/null 2>&1; true; }
# hide NAME SECONDS: its program is missing that long, and it is killed meanwhile.
hide() {
    mv "/usr/local/bin/zoo-$1" "/usr/local/bin/.zoo-$1"
    crash KILL "$1"
    sleep "$2"
    mv "/usr/local/bin/.zoo-$1" "/usr/local/bin/zoo-$1"
}
# garble HOW NAME: its state file.
garble() {
    local file
    for file in /run/healer/*/"$2".json /run/healer/"$2".json; do
        [ -e "$file" ] || continue
        case $1 in
        remove) rm "$file" ;;
        halve) truncate -s "$(($(stat -c %s "$file") / 2))" "$file" ;;
        fill) printf '{"x": [' >"$file" ;;
        esac
    done
}
# starve SPARE SECONDS: Healer has that many descriptors more than it uses.
starve() {
    local pid highest limit
    pid=$(pgrep -ox healer)
    highest=$(ls "/proc/$pid/fd" | sort -n | tail -1)
    limit=$(awk '/Max open files/ {print $4}' "/proc/$pid/limits")
    prlimit --pid "$pid" --nofile=$((highest + 1 + $1)):
    sleep "$2"
    prlimit --pid "$pid" --nofile="$limit":
}
kill_healer() {
    local pid
    for _ in {1..100}; do pid=$(pgrep -ox healer) && kill -KILL "$pid" && return; sleep 0.1; done
}
hold_healer() { pkill -STOP -ox healer; sleep "$1"; pkill -CONT -ox healer; }
without_probe() { rm -f /run/zoo/probed.ok; sleep "$1"; touch /run/zoo/probed.ok; }
journal_held() { pkill -STOP -x systemd-journal; sleep "$1"; pkill -CONT -x systemd-journal; }
journal_gone() {
    once systemctl stop systemd-journald.socket systemd-journald-dev-log.socket systemd-journald.service
    sleep "$1"
    ask start systemd-journald.service
}
dbus_gone() {
    once systemctl stop dbus.socket dbus.service
    sleep "$1"
    ask start dbus.socket
}
# mask NAME SECONDS: its unit cannot be started that long, and it is killed meanwhile.
mask() {
    ask mask "zoo-$1"
    crash KILL "$1"
    sleep "$2"
    ask unmask "zoo-$1"
}
# held_by_freezer NAME UNIT SECONDS
held_by_freezer() {
    once systemctl freeze "$2"
    crash KILL "$1"
    sleep "$3"
    once systemctl thaw "$2"
}
# edit NAME: its unit file changes.
edit() {
    echo "# $RANDOM" >>"/usr/local/lib/systemd/system/zoo-$1.service"
    ask daemon-reload
}
# busy_machine SECONDS: nothing else gets much of the processors.
busy_machine() {
    local number
    for number in 1 2 3 4 5 6 7 8; do timeout "$1" sh -c 'while :; do :; done' & done
    wait
}
bad_reload() {
    cp /etc/healer/config.yaml /etc/healer/good
    echo "nonsense: [" >>/etc/healer/config.yaml
    ! systemctl reload healer 2>/dev/null || echo "a reload accepts an invalid configuration"
    mv /etc/healer/good /etc/healer/config.yaml
}
# reload GENERATION
reload() { cp "/etc/healer/generation-$1" /etc/healer/config.yaml; ask reload healer; }
eval "$1"
END_OF_TOOLS
}

# What the test sees, in one call: the processes by Healer, copies, healer.service, and memory and descriptors of Healer.
zoo_look() {
    cat <<'END_OF_LOOK'
#!/bin/bash
timeout 3 busctl --auto-start=no call org.healer /org/healer org.healer.Manager ListProcesses 2>&1 | head -1
echo "copies $(ps -eo pid=,stat=,args= | awk '$2 !~ /^Z/ && $3 ~ "^/usr/local/bin/zoo-" {sub(".*/zoo-", "", $3); print $3 ":" $1}' | xargs)"
systemctl show -P MainPID -P NRestarts -P ActiveState healer 2>&1 | xargs echo service
pid=$(pgrep -ox healer)
echo "use $pid $(awk '/VmRSS/ {print $2}' "/proc/$pid/status" 2>/dev/null) $(ls "/proc/$pid/fd" 2>/dev/null | wc -l)"
echo "duplicates $(xargs </run/zoo/duplicates)"
END_OF_LOOK
}

zoo_install() {
    local name victim=${HEALER_GUARDED:-$HEALER_BUILD_DIR/victims/guarded}
    for name in $names extra; do install "$victim" "$container_root/usr/local/bin/zoo-$name"; done
    # Not in /etc, so that they can be masked.
    mkdir -p "$container_root/usr/local/lib/systemd/system"
    for name in $units; do unit_file "$name" >"$container_root/usr/local/lib/systemd/system/zoo-$name.service"; done
    zoo_tools >"$container_root/usr/local/bin/chaos"
    zoo_look >"$container_root/usr/local/bin/look"
    chmod 755 "$container_root/usr/local/bin/"{chaos,look}
    in_container systemctl daemon-reload
}

# zoo_begin LAUNCH: nothing of earlier rounds is left, and all run.
zoo_begin() {
    local generation
    in_container sh -c "systemctl stop healer 'healer-*.service' 'zoo-*.service' 2>/dev/null
        systemctl reset-failed; pkill -KILL -f ^/usr/local/bin/zoo-; rm -rf /run/healer/* $zoo; mkdir -m 777 $zoo; : >$zoo/duplicates; chmod 666 $zoo/duplicates
        touch $zoo/probed.ok; mkdir -p /etc/healer"
    for generation in {0..9}; do
        zoo_configuration "$1" "$generation" >"$container_root/etc/healer/generation-$generation"
        chmod 644 "$container_root/etc/healer/generation-$generation"
    done
    cp "$container_root/etc/healer/generation-0" "$container_root/etc/healer/config.yaml"
    start_healer
}
