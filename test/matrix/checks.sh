# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What Healer shows and what runs, and whether that is the expected outcome.
# shellcheck disable=SC2154 # batch is set by run

declare -A outcome problem               # of entries: what is expected, and what was wrong
checking="brought into its state"           # what is being done
declare -A state breaker pid old_pid runs # of entries: as Healer shows them, and the PIDs of all copies

# One look at everything.
snapshot() {
    local name one two three
    state=() breaker=() pid=() runs=()
    while read -r name one two three; do
        case $name in
        =) runs[$two]+="${runs[$two]:+ }$one" ;;
        ?*) state[$name]=$one breaker[$name]=$two pid[$name]=$three ;;
        esac
    done < <(look)
}

look() {
    # shellcheck disable=SC2016 # for the shell in the container
    in_container sh -c '
        busctl --auto-start=no --json=short call org.healer /org/healer org.healer.Manager ListProcesses 2>/dev/null |
            sed "s/.*\[\[\[//; s/\],\[/\n/g" | tr -d "\"[]{}" | tr "," " " | cut -d" " -f1-4
        echo
        pgrep -fa "^/bin/bash /usr/local/bin/matrix-program " | while read -r pid a b name; do echo "= $pid $name"; done'
}

fault() { problem[$1]=${problem[$1]:-$2}; }

shown() {
    echo "Healer shows ${state[$1]:-nothing}, breaker ${breaker[$1]:-unknown}, PID ${pid[$1]:-none}; it runs as ${runs[$1]:-none}"
}

is_up() { [ "${state[$1]:-}" = running ] && [ "${runs[$1]:-}" = "${pid[$1]}" ]; }
is_another() { is_up "$1" && [ "${pid[$1]}" != "${old_pid[$1]:-0}" ]; }
is_launching() { [[ ${state[$1]:-} =~ ^(starting|recovering)$ ]] && [[ ${runs[$1]:-} =~ ^[0-9]+$ ]]; }
is_stopping() { [ -e "$container_root$flags/$1.ending" ]; }
is_gone() { [ -z "${runs[$1]:-}" ]; }
is_stopped() { [ "${state[$1]:-}" = stopped ] && is_gone "$1"; }
is_deferred() { [ "${state[$1]:-}" = deferred ] && is_gone "$1"; }
is_backing_off() { [ "${state[$1]:-}" = backoff ] && is_gone "$1"; }
is_tripped() { [ "${state[$1]:-}" = tripped ] && [ "${breaker[$1]}" = open ] && is_gone "$1"; }
is_trial() { is_up "$1" && [ "${breaker[$1]}" = half-open ]; }

# await SECONDS CONDITION NAME...: each must meet it once before that; the others have failed.
await() {
    local name deadline=$((${EPOCHREALTIME/./} + $1 * 1000000)) condition=$2 pending=() left
    shift 2
    for name in "$@"; do
        [ -z "$name" ] || [ -n "${problem[$name]:-}" ] || pending+=("$name")
    done
    while [ ${#pending[@]} -gt 0 ]; do
        snapshot
        left=()
        for name in "${pending[@]}"; do "$condition" "$name" || left+=("$name"); done
        pending=("${left[@]}")
        [ "${EPOCHREALTIME/./}" -lt $deadline ] || break
        sleep 0.1
    done
    for name in "${pending[@]}"; do fault "$name" "not $condition ($checking): $(shown "$name")"; done
}

# keeps TENTHS CONDITION NAME...: each must meet it all that time.
keeps() {
    local name deadline=$((${EPOCHREALTIME/./} + $1 * 100000)) condition=$2
    shift 2
    [ $# -gt 0 ] || return 0
    while [ "${EPOCHREALTIME/./}" -lt $deadline ]; do
        snapshot
        for name in "$@"; do
            [ -n "${problem[$name]:-}" ] || "$condition" "$name" ||
                fault "$name" "not $condition any longer ($checking): $(shown "$name")"
        done
        sleep 0.1
    done
}

of_outcome() {
    local name
    for name in "${batch[@]}"; do
        [ "${outcome[$name]}" != "$1" ] || [ -n "${problem[$name]:-}" ] || echo "$name"
    done
}

# While its unit is masked it is not started; then it is as if nothing had been.
end_masks() {
    local name masked=()
    for name in "${batch[@]}"; do
        [[ $name != *_mask.* ]] || [ -n "${problem[$name]:-}" ] || masked+=("$name")
    done
    [ ${#masked[@]} -gt 0 ] || return 0
    checking="masked"
    await 5 is_gone "${masked[@]}"
    keeps 10 is_gone "${masked[@]}"
    in_container systemctl -q unmask --runtime "${masked[@]/%/.service}"
}

start_needed() {
    local name needed=()
    for name in "$@"; do [[ $name != deferred_* ]] || needed+=("$name.needs"); done
    [ ${#needed[@]} -eq 0 ] || in_container healerctl start "${needed[@]}" >/dev/null
}

settle_any() {
    local name
    for name in "${batch[@]}"; do
        [ "${outcome[$name]}" = any ] || continue
        if [ "${state[$name]:-}" = stopped ]; then outcome[$name]=stopped; else outcome[$name]=$(undisturbed "${name%%_*}"); fi
    done
}

is_edited() {
    [[ $1 != *_edit.* ]] || in_container grep -qz EDITED=yes "/proc/${pid[$1]}/environ"
}

check_outcomes() {
    local name up stopped deferred tripped
    end_masks
    sleep 1
    snapshot
    settle_any
    mapfile -t stopped < <(of_outcome stopped)
    mapfile -t deferred < <(of_outcome deferred)
    mapfile -t tripped < <(of_outcome tripped)
    mapfile -t up < <(of_outcome runs)
    checking="after the word"
    await 10 is_stopped "${stopped[@]}"
    await 10 is_deferred "${deferred[@]}"
    await 10 is_tripped "${tripped[@]}"
    await 15 is_up "${up[@]}"
    # They are as they are to be, all at the same time, and stay so.
    keep_all 10
    checking="after its dependency was started"
    start_needed "${deferred[@]}" "${up[@]}"
    up+=("${deferred[@]}")
    await 10 is_up "${deferred[@]}"
    checking="killed"
    mapfile -t up < <(for name in "${up[@]}"; do [ -z "$name" ] || [ -n "${problem[$name]:-}" ] || echo "$name"; done)
    kill_all "${up[@]}"
    await 15 is_another "${up[@]}"
    checking="healed"
    for name in "${up[@]}"; do old_pid[$name]=0; done
    deferred=()
    keep_all 10
    for name in "${up[@]}"; do
        [ -n "${problem[$name]:-}" ] || is_edited "$name" || fault "$name" "was not started as it was edited"
    done
}

# keep_all TENTHS: with the lists of check_outcomes.
keep_all() {
    local deadline=$((${EPOCHREALTIME/./} + $1 * 100000)) condition name
    while [ "${EPOCHREALTIME/./}" -lt $deadline ]; do
        keeps 1 is_stopped "${stopped[@]}"
        keeps 1 is_deferred "${deferred[@]}"
        keeps 1 is_tripped "${tripped[@]}"
        keeps 1 is_up "${up[@]}"
    done
}
