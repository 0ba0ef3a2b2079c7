# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034 # what the other files set, and what they use
# Random faults of Healer and of the machine, and those of one round. Needs faults.sh.

# The faults of Healer: one a round.

while_away() {
    local name unit
    pick 4
    case $picked in
    0 | 1)
        pick_entry runs || return 0
        say "crash KILL $picked"
        noted_crash "$picked"
        ;;
    2)
        pick_entry runs_as_unit || return 0
        name=$picked unit=$(unit_of "$picked")
        pick_word stop stop restart
        if [ "$picked" = stop ]; then noted_stop "$name"; say "ask stop $unit"; else say "once systemctl restart $unit"; fi
        ;;
    3)
        pick_entry runs_unpaused || return 0
        name=$picked
        pick_word remove halve fill
        say "garble $picked $name"
        pick 2
        [ "$picked" = 0 ] || say "crash KILL $name"
        ;;
    esac
}

replaced_healer() { healer_touched=yes restarts_of_healer=$1; }

fault_of_healer() {
    # How a program has ended that Healer is not there to see is not always known.
    if [ "${want[job]}" = finished ] && [ -n "${busy[job]:-}" ]; then
        pick_word hold hold starve starve reload reload bad_reload
    else
        pick_word restart restart kill kill kill_twice away away away hold hold starve starve reload reload bad_reload
    fi
    case $picked in
    restart)
        replaced_healer 0
        say "ask restart healer"
        ;;
    kill)
        replaced_healer $((restarts_of_healer + 1))
        say "kill_healer"
        ;;
    kill_twice)
        replaced_healer $((restarts_of_healer + 2))
        pick_pause
        say "kill_healer; sleep 1; sleep $picked; kill_healer"
        ;;
    away)
        replaced_healer 0
        say "ask stop healer"
        while_away
        while_away
        say "ask start healer"
        ;;
    hold) say "hold_healer 1" ;;
    starve)
        pick 4
        say "starve $picked 1"
        ;;
    reload)
        pick_word 1 3
        generation=$(((generation + picked) % 10))
        touch_entry extra
        say "reload $generation"
        ;;
    bad_reload) say "bad_reload" ;;
    esac
}

fault_of_machine() {
    local others="journal journal_gone reset_failed"
    # What happened meanwhile is known from the journal, and reset-failed also resets NRestarts.
    [ "$healer_touched" = no ] || others=
    # shellcheck disable=SC2086 # none, or three
    pick_word reload reload_twice reexec reexec reexec_twice dbus dbus dbus_gone dbus_killed busy $others
    case $picked in
    reload) say "once systemctl daemon-reload" ;;
    reload_twice) say "once systemctl daemon-reload; once systemctl daemon-reload" ;;
    reexec) say "once systemctl daemon-reexec" ;;
    reexec_twice) say "once systemctl daemon-reexec; once systemctl daemon-reexec" ;;
    dbus) say "ask restart dbus" ;;
    dbus_gone) say "dbus_gone 1" ;;
    dbus_killed) say "pkill -KILL -x dbus-daemon" ;;
    journal) say "journal_held 1" ;;
    journal_gone) say "journal_gone 1" ;;
    busy) say "busy_machine 2" ;;
    reset_failed)
        say "once systemctl reset-failed"
        restarts_of_healer=0
        ;;
    esac
}

# pick_faults: fills the array `faults` with those of one round, which run side by side.
pick_faults() {
    local count
    faults=() busy=()
    pick 3
    count=$((picked + 1))
    while [ $count -gt 0 ]; do
        count=$((count - 1))
        fault=
        pick_word steps steps steps running running running stopped stopped two two finish hide probe mask edit freezer
        case $picked in
        steps) steps_of_entry ;;
        running) systemctl_of_running ;;
        stopped) systemctl_of_stopped ;;
        two) two_at_once ;;
        finish) finish_job ;;
        hide) hide_program ;;
        probe) without_probe ;;
        mask) mask_unit ;;
        edit) edit_unit ;;
        freezer) freeze_unit ;;
        esac
        add_fault
    done
    pick 2
    [ "$picked" = 0 ] || { fault= && fault_of_healer && add_fault; }
    fault=
    pick 3
    [ "$picked" != 0 ] || fault_of_machine
    [[ -n ${HEALER_WITHOUT:-} && $fault =~ $HEALER_WITHOUT ]] || add_fault
}

add_fault() {
    [ -n "$fault" ] || return 0
    start_bound
    pick_pause
    faults+=("sleep $picked; $fault")
}
