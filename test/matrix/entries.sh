# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The entries of a batch: their program, units and configuration, and how they get into their states.
# shellcheck disable=SC2004,SC2034,SC2154 # kind, batch and the arrays of checks.sh

# Flags of the entries, which both sides see: NAME.ok (its start is confirmed), NAME.hold (it does not end yet) and
# NAME.ending (it was asked to end).
flags=/var/lib/matrix

# The program of all entries, `matrix-program NAME`; it creates no processes but for the notification. Of an entry that
# is to be `stopping` it holds its end up, of a unit that is to be `launching` it is ready late.
install_program() {
    mkdir -p "$container_root$flags"
    mkfifo "$container_root$flags/nothing"
    cat >"$container_root/usr/local/bin/matrix-program" <<'END'
#!/bin/bash
flags=/var/lib/matrix/$1
exec 3<>/var/lib/matrix/nothing
pass() { read -r -t "$1" <&3; }
end() {
    : >"$flags.ending"
    while [ -e "$flags.hold" ]; do pass 0.1; done
    exit 0
}
[[ $1 != stopping_* ]] || trap end TERM
if [ -n "$NOTIFY_SOCKET" ]; then
    until [ -e "$flags.ok" ]; do pass 0.1; done
    systemd-notify --ready
fi
while :; do pass 0.3; done
END
    chmod 755 "$container_root/usr/local/bin/matrix-program"
}

units=/usr/lib/systemd/system # below /run, so that a mask there counts

write_unit() {
    {
        echo "[Service]"
        echo "ExecStart=/usr/local/bin/matrix-program $1"
        [[ $1 != launching_* ]] || printf 'Type=notify\nNotifyAccess=all\n'
        printf '[Install]\nWantedBy=multi-user.target\n'
    } >"$container_root$units/$1.service"
    ln -sf "$units/$1.service" "$container_root/etc/systemd/system/multi-user.target.wants/$1.service"
}

unit_of() { if [ "$kind" = unit ]; then echo "$1.service"; else echo "healer-$1.service"; fi; }

# write_entry NAME plain|edited: a command or a unit, with the recovery that its state needs.
write_entry() {
    local name=$1 version=$2 recovery="retries: 20"
    case $name in
    backoff_*) recovery="retries: 20, backoff: {initial_ms: 4000, multiplier: 1}" ;;
    tripped_*) recovery="retries: 1, cooldown_secs: 600" ;;
    trial_*) recovery="retries: 1, cooldown_secs: 1.5, stable_secs: 600" ;;
    esac
    echo "  - name: $name"
    if [ "$kind" = unit ]; then
        echo "    unit: $name.service"
    else
        echo "    command: /usr/local/bin/matrix-program"
        echo "    args: [$name]"
        echo "    run_as_root: true"
        [ "$version" = plain ] || echo "    environment: {EDITED: \"yes\"}"
        echo "    monitors:"
        echo "      - {type: ebpf}"
        [[ $name != launching_* ]] ||
            echo "      - {type: exec, command: /usr/bin/test, args: [-e, $flags/$name.ok], interval_secs: 0.3}"
    fi
    echo "    recovery: {$recovery}"
    [[ $name != deferred_* ]] || echo "    dependencies: [{target: $name.needs, max_wait_secs: 600}]"
}

write_needed() {
    echo "  - {name: $1.needs, command: /usr/local/bin/matrix-program, args: [$1.needs], run_as_root: true,"
    echo "     monitor: {type: ebpf}}"
}

# write_configuration plain|edited: with the entries of the word `edit` as they are after that.
write_configuration() {
    local name
    {
        if [ "$kind" = direct ]; then echo "launch: direct"; else echo "launch: service"; fi
        [ -z "${HEALER_LINES:-}" ] || echo "log_level: debug"
        echo "processes:"
        for name in "${batch[@]}"; do
            if [[ $name = *_edit.* ]]; then write_entry "$name" "$1"; else write_entry "$name" plain; fi
            [[ $name != deferred_* ]] || write_needed "$name"
        done
    } >"$container_root/etc/healer/config.yaml"
}

# Nothing is left of the batch before.
fresh_start() {
    local name
    in_container systemctl stop healer
    rm -f "$container_root$flags"/*.*
    in_container sh -c 'pkill -KILL -f "^/bin/bash /usr/local/bin/matrix-program "
        systemctl stop "healer-*.service"
        rm -rf /run/healer/* /run/systemd/system/*_*.service /run/systemd/system/*_*.service.d'
    rm -f "$container_root$units"/*_*.service "$container_root"/etc/systemd/system/multi-user.target.wants/*_*.service
    for name in "${batch[@]}"; do
        : >"$container_root$flags/$name.ok"
        [[ $name != stopping_* ]] || : >"$container_root$flags/$name.hold"
        [ "$kind" != unit ] || write_unit "$name"
    done
    write_configuration plain
    in_container systemctl daemon-reload
    in_container sh -c 'systemctl reset-failed; systemctl start healer'
}

of_state() {
    local name
    for name in "${batch[@]}"; do
        [ "${name%%_*}" != "$1" ] || [ -n "${problem[$name]:-}" ] || echo "$name"
    done
}

# kill_all NAME...: the instances that Healer shows, with SIGKILL.
kill_all() {
    local name pids=()
    snapshot
    for name in "$@"; do
        old_pid[$name]=${pid[$name]:-0}
        [ "${pid[$name]:-0}" -le 1 ] || pids+=("${pid[$name]}")
    done
    [ ${#pids[@]} -eq 0 ] || in_container kill -KILL "${pids[@]}" 2>/dev/null || true
}

# The states that last come first; backoff ends by itself.
reach_states() {
    local name deferred launching stopping tripped trial backoff
    checking="brought into its state"
    await 40 is_up "${batch[@]}"
    mapfile -t deferred < <(of_state deferred)
    mapfile -t launching < <(of_state launching)
    mapfile -t stopping < <(of_state stopping)
    mapfile -t tripped < <(of_state tripped)
    mapfile -t trial < <(of_state trial)
    [ ${#deferred[@]} -eq 0 ] || in_container healerctl stop "${deferred[@]/%/.needs}" >/dev/null
    for name in "${launching[@]}"; do rm "$container_root$flags/$name.ok"; done
    kill_all "${deferred[@]}" "${launching[@]}" "${tripped[@]}" "${trial[@]}"
    await 10 is_another "${tripped[@]}" "${trial[@]}"
    kill_all "${tripped[@]}" "${trial[@]}"
    for name in "${stopping[@]}"; do
        in_container healerctl stop "$name" >/dev/null 2>&1 &
    done
    await 10 is_launching "${launching[@]}"
    await 10 is_stopping "${stopping[@]}"
    await 10 is_deferred "${deferred[@]}"
    await 10 is_tripped "${tripped[@]}"
    await 10 is_trial "${trial[@]}"
    mapfile -t backoff < <(of_state backoff)
    kill_all "${backoff[@]}"
    await 5 is_backing_off "${backoff[@]}"
}
