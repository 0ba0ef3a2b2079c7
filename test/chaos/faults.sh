# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034 # what model.sh and zoo.sh set, and what they use
# Random faults, each a line for the tool `chaos` of zoo.sh, and what they mean for the model. Needs model.sh.

launch=service
random_state=1

# pick NUMBER: sets $picked to one of 0 ... NUMBER-1.
picked=0
pick() {
    random_state=$(((random_state * 25214903917 + 11) & ((1 << 48) - 1)))
    picked=$(((random_state >> 17) % $1))
}

# pick_word WORD...: sets $picked to one of them.
pick_word() {
    pick $#
    shift $picked
    picked=$1
}

pick_pause() { pick_word 0 0 0.005 0.02 0.05 0.1 0.2 0.4; }

declare -A busy # yes: it has its fault in this round
fault=          # the line

# pick_entry TEST: sets $picked to an entry that is not busy and passes TEST, or fails.
pick_entry() {
    local name candidates=()
    for name in $names; do
        [ -n "${busy[$name]:-}" ] || ! "$1" "$name" || candidates+=("$name")
    done
    [ ${#candidates[@]} -gt 0 ] || return 1
    pick_word "${candidates[@]}"
    busy[$picked]=yes
    # What is bound to db has no defined order with it.
    case $picked in db | bound) busy[db]=yes busy[bound]=yes ;; esac
    touch_entry "$picked"
}

is_free() { [ "$1" != bound ] || { [ "${want[db]}" = up ] && [ -z "${paused[db]}" ]; }; }
runs() { is_free "$1" && [ "${want[$1]}" = up ] && [ -z "${fell[$1]}" ]; }
runs_unpaused() { runs "$1" && [ -z "${paused[$1]}" ]; }
has_unit() { is_unit "$1" || [ $launch = service ]; }
runs_as_unit() { runs "$1" && has_unit "$1"; }
is_stopped_unit() { is_free "$1" && is_unit "$1" && [ "${want[$1]}" = stopped ] && [ -z "${paused[$1]}" ]; }

say() { fault+="${fault:+; }$*"; }

noted_crash() { [ -z "${paused[$1]}" ] || fell[$1]=yes; }
noted_start() { want[$1]=up fell[$1]=''; }
noted_stop() {
    want[$1]=stopped
    [ "$1" != db ] || bound_stopped=yes
}

# A stop of db is one of what is bound to it, which only a start of its own ends.
bound_stopped=
start_bound() {
    if [ -n "$bound_stopped" ] && [ "${want[db]}" = up ] && [ -z "${paused[db]}" ]; then
        [ "${want[bound]:-}" != up ] || say "word start bound"
        bound_stopped=
    fi
}

# The faults of one entry: one to three steps, one after the other.

crash_of() {
    local name=$1
    pick_word KILL KILL KILL TERM ABRT frozen
    case $picked in
    KILL | ABRT) say "crash $picked $name" ;;
    TERM) say "finish $name crash TERM $name" ;;
    frozen)
        pick_word 0.1 0.5
        say "freeze $name $picked"
        return
        ;;
    esac
    # With restart_on: failure, SIGTERM is a failure too.
    noted_crash "$name"
}

healerctl_of() {
    local name=$1
    # Only what is up, unpaused and settled can be said to end well.
    pick_word start stop restart restart pause resume reset
    say "word $picked $name"
    case $picked in
    start | restart) noted_start "$name" ;;
    stop) noted_stop "$name" ;;
    pause)
        paused["$name"]=yes
        [[ $fault != *crash* ]] || fell["$name"]=yes
        ;;
    resume) paused["$name"]='' fell["$name"]='' ;;
    esac
}

steps_of_entry() {
    local name count
    pick_entry is_free || return 0
    name=$picked
    pick 3
    count=$((picked + 1))
    while [ $count -gt 0 ]; do
        count=$((count - 1))
        pick 3
        if [ "$picked" = 0 ] && runs "$name"; then crash_of "$name"; else healerctl_of "$name"; fi
        [ $count = 0 ] || { pick_pause && say "sleep $picked"; }
        # While it is paused and down only requests through Healer have a defined meaning.
    done
}

# systemctl says something of a unit that runs: nothing but requests through Healer may precede it.
systemctl_of_running() {
    local name unit
    pick_entry runs_as_unit || return 0
    name=$picked unit=$(unit_of "$picked")
    pick_word stop restart restart kill late_crash no_block
    case $picked in
    stop)
        say "ask stop $unit"
        noted_stop "$name"
        pick 3
        if [ "$picked" = 0 ]; then pick_pause; say "sleep $picked; word start $name"; noted_start "$name"; fi
        ;;
    restart) say "once systemctl restart $unit" ;;
    kill)
        say "finish $name once systemctl kill $unit"
        noted_crash "$name"
        ;;
    late_crash)
        pick_pause
        say "once systemctl restart $unit; sleep $picked; crash KILL $name"
        noted_crash "$name"
        ;;
    no_block)
        say "once systemctl --no-block restart $unit"
        pick_pause
        say "sleep $picked; word stop $name"
        noted_stop "$name"
        ;;
    esac
}

systemctl_of_stopped() {
    pick_entry is_stopped_unit || return 0
    say "ask start $(unit_of "$picked")"
    noted_start "$picked"
}

finish_job() {
    { [ -z "${busy[job]:-}" ] && runs_unpaused job; } || return 0
    busy[job]=yes
    touch_entry job
    say "finish job crash USR1 job"
    want[job]=finished
}

two_at_once() {
    local first
    pick_entry runs || return 0
    first=$picked
    noted_crash "$first"
    pick_entry runs || { say "crash KILL $first"; return 0; }
    noted_crash "$picked"
    say "crash KILL $first $picked"
}

hide_program() {
    pick_entry runs_unpaused || return 0
    say "hide $picked 1"
}

runs_as_own_unit() { is_unit "$1" && runs_unpaused "$1"; }

mask_unit() {
    pick_entry runs_as_own_unit || return 0
    say "mask $picked 0.5"
}

edit_unit() {
    pick_entry runs_as_own_unit || return 0
    say "edit $picked; crash KILL $picked"
}

freeze_unit() {
    pick_entry runs_as_unit || return 0
    say "held_by_freezer $picked $(unit_of "$picked") 0.5"
    noted_crash "$picked"
}

without_probe() {
    [[ -z ${busy[probed]:-} && -n ${want[probed]:-} ]] || return 0
    busy[probed]=yes
    touch_entry probed
    pick_word 0.2 0.7 1.5
    say "without_probe $picked"
    noted_crash probed
}
