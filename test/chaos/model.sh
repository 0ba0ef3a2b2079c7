# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034 # what zoo.sh sets, and what `run` uses
# What must be true of the zoo: what was requested last of each process, and what is seen. Needs zoo.sh.

declare -A want    # of each process: up, stopped, or finished (ended in a way that is not healed)
declare -A paused  # yes
declare -A fell    # yes: it is paused, and may be down
declare -A touched # yes: in this round something was done that may replace its instance
declare -A pid_was # at the end of the last round
generation=0       # of the configuration
healer_touched=no
healer_was=
restarts_of_healer=0 # NRestarts

declare -A state pid copies # as seen: by Healer, by Healer, all PIDs
service=
duplicates=
memory=
descriptors=

model_begin() {
    local name
    for name in $names extra; do want[$name]=up paused[$name]='' fell[$name]='' pid_was[$name]='' touched[$name]=yes; done
    bound_stopped='' generation=0 restarts_of_healer=0 healer_touched=yes healer_was=
}

# What stops and starts a target does so to what is bound to it.
touch_entry() {
    touched[$1]=yes
    if [ "$1" = db ]; then
        touched[bound]=yes
        [ -z "${paused[bound]:-}" ] || fell[bound]=yes
    fi
}

look() {
    local line word field name
    state=() pid=() copies=() service='' memory='' descriptors=''
    while read -r line; do
        case $line in
        a\(*)
            # shellcheck disable=SC2206 # the words are wanted
            field=(${line//\"/})
            for ((word = 2; word + 4 < ${#field[@]}; word += 5)); do
                state[${field[word]}]=${field[word + 1]}
                pid[${field[word]}]=${field[word + 3]}
            done
            ;;
        copies*) for word in ${line#copies}; do copies[${word%:*}]+="${word#*:} "; done ;;
        service*) service=${line#service } ;;
        use*) read -r _ _ memory descriptors <<<"$line" ;;
        duplicates*) duplicates=${line#duplicates} ;;
        esac
    done < <(in_container /usr/local/bin/look)
}

# What is wrong with a process, or nothing.
wrong_with() {
    local name=$1 all=${copies[$1]:-} wanted=${want[$1]} target_up=yes
    all=${all% }
    [[ $all != *" "* ]] || { echo "$name: copies $all"; return; }
    [ "$name" != extra ] || [ $((generation % 2)) = 1 ] || return 0
    [ "$name" != bound ] || { [ "${want[db]}" = up ] && [ -z "${paused[db]}" ]; } || target_up=no
    local shown=running
    [ "$wanted" = up ] || shown=stopped
    [ -z "${paused[$name]}" ] || shown=paused
    if [ $target_up = no ]; then
        [ "${want[db]}" = up ] || [ -z "$all" ] || echo "$name: runs without db"
    elif [ "${state[$name]:-}" != $shown ]; then
        echo "$name: ${state[$name]:-unknown}, but should be $shown ($wanted)"
    elif [ "$wanted" != up ]; then
        [ -z "$all" ] || echo "$name: $wanted, but $all runs"
    elif [ -n "${fell[$name]}" ]; then
        return 0
    elif [ -z "$all" ]; then
        echo "$name: none runs"
    elif [ "${pid[$name]:-}" != "$all" ]; then
        echo "$name: PID ${pid[$name]:-unknown} by Healer, but $all runs"
    elif [ -z "${touched[$name]:-}" ] && [ -n "${pid_was[$name]}" ] && [ "${pid_was[$name]}" != "$all" ]; then
        echo "$name: was replaced without a reason ($all for ${pid_was[$name]})"
    fi
}

all_wrong() {
    local name main restarts active
    for name in $names extra; do wrong_with "$name"; done
    read -r main restarts active <<<"$service"
    if [ "$active" != active ] || [ "$restarts" != $restarts_of_healer ]; then
        echo "healer.service: $active with NRestarts $restarts, but should be active with $restarts_of_healer"
    elif [ $healer_touched = no ] && [ -n "$healer_was" ] && [ "$main" != "$healer_was" ]; then
        echo "healer.service: was replaced without a reason ($main for $healer_was)"
    fi
    [ -z "$duplicates" ] || echo "duplicates:$duplicates"
}

# hold SECONDS: all must be as they should be within that time; $wrong says what is not.
wrong=
hold() {
    local name deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
    while look && wrong=$(all_wrong) && [ -n "$wrong" ]; do
        [ ${EPOCHREALTIME/./} -lt $deadline ] || return 1
        sleep 0.1
    done
    for name in $names extra; do pid_was[$name]=${copies[$name]:-}; pid_was[$name]=${pid_was[$name]% }; touched[$name]=''; done
    read -r healer_was _ <<<"$service"
    healer_touched=no
}
