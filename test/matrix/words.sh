# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# How the words are said: all of a batch at once, each in the background.
# shellcheck disable=SC2004,SC2034,SC2154 # kind, mode, batch and the arrays of checks.sh

# ask VERB NAME: through healerctl. While Healer is being restarted it is asked until it answers.
ask() {
    if [ "$mode" = restarting ]; then
        # shellcheck disable=SC2016 # for the shell in the container
        in_container sh -c 'for i in $(seq 60); do healerctl "$@" && exit; sleep 0.2; done; exit 1' sh "$@"
    else
        in_container healerctl "$@"
    fi
}

say_one() {
    local name=$1 unit word
    unit=$(unit_of "$name") word=$(word_of "$name")
    case $word in
    healerctl_pause) ask pause "$name" && ask resume "$name" ;;
    healerctl_*) ask "${word##*_}" "$name" ;;
    systemctl_*) in_container systemctl "${word##*_}" "$unit" ;;
    kill_9) kill_main "$name" ;;
    freeze) in_container sh -c "systemctl freeze $unit && sleep 0.5 && systemctl thaw $unit" ;;
    edit) [ "$kind" = unit ] || [ "$mode" = away ] || ask reload ;;
    esac
}

kill_main() {
    [[ ! ${runs[$1]:-} =~ ^[0-9]+$ ]] || in_container kill -KILL "${runs[$1]}" 2>/dev/null || true
}

# Masks and changed unit files, with one daemon-reload for all.
say_files() {
    local name masked=()
    for name in "${batch[@]}"; do [[ $name != *_mask.* ]] || masked+=("$(unit_of "$name")"); done
    if [ ${#masked[@]} -gt 0 ]; then
        in_container systemctl -q mask --runtime "${masked[@]}"
        for name in "${batch[@]}"; do [[ $name != *_mask.* ]] || kill_main "$name"; done
    elif [[ " ${batch[*]} " = *_edit.* ]]; then
        in_container systemctl daemon-reload
    fi
}

say_wide() {
    case $(word_of "${batch[0]}") in
    isolate) in_container systemctl isolate multi-user.target ;;
    daemon_reexec) in_container systemctl daemon-reexec ;;
    daemon_reload) in_container systemctl daemon-reload ;;
    esac
}

# Restarts Healer again and again until all has been said, so that each word meets some moment of a restart.
restart_healer_meanwhile() {
    while [ ! -e "$container_directory/said" ]; do
        in_container systemctl restart healer || true
        sleep 0.$((RANDOM % 8 + 1))
    done
}

edit_files() {
    local name
    write_configuration edited
    [ "$kind" = unit ] || return 0
    for name in "${batch[@]}"; do
        [[ $name != *_edit.* ]] || sed -i '/^ExecStart=/a Environment=EDITED=yes' "$container_root$units/$name.service"
    done
}

release_all() {
    local name
    for name in "${batch[@]}"; do
        : >"$container_root$flags/$name.ok"
        rm -f "$container_root$flags/$name.hold"
    done
}

say_words() {
    local name jobs=() restarter='' backoff others
    snapshot
    mapfile -t backoff < <(of_state backoff)
    mapfile -t others < <(for name in "${batch[@]}"; do [[ $name = backoff_* ]] || echo "$name"; done)
    edit_files
    rm -f "$container_directory"/said "$container_directory"/*.rc
    [ "$mode" != away ] || in_container systemctl stop healer
    if [ "$mode" = restarting ]; then
        restart_healer_meanwhile &
        restarter=$!
    fi
    if [[ " ${wide_words[*]} " = *" $(word_of "${batch[0]}") "* ]]; then
        say_wide &
        jobs+=($!)
    else
        if [ "$kind" = unit ]; then
            say_files &
            jobs+=($!)
        fi
        for name in "${backoff[@]}" "${others[@]}"; do
            [ -n "$name" ] || continue
            (
                said=0
                say_one "$name" >"$container_directory/$name.out" 2>&1 || said=$?
                echo $said >"$container_directory/$name.rc"
            ) &
            jobs+=($!)
        done
    fi
    sleep 1
    release_all
    [ ${#jobs[@]} -eq 0 ] || wait "${jobs[@]}" || true
    : >"$container_directory/said"
    [ -z "$restarter" ] || wait "$restarter" || true
    [ "$mode" != away ] || in_container systemctl start healer
    judge_answers
}

# Where systemctl fails because the unit is not loaded, nothing was requested: that cell cannot be. Any other word must
# be accepted, unless it is one that does nothing where nothing runs.
judge_answers() {
    local name answer
    for name in "${batch[@]}"; do
        [ -e "$container_directory/$name.rc" ] || continue
        [ "$(cat "$container_directory/$name.rc")" != 0 ] || continue
        answer=$(tr '\n' ' ' <"$container_directory/$name.out")
        case $(word_of "$name") in
        systemctl_kill | freeze) ;;
        systemctl_*)
            if [[ $answer =~ "not loaded"|"not found" ]] && is_down "${name%%_*}"; then
                outcome[$name]=cannot
            else
                fault "$name" "was refused: $answer"
            fi
            ;;
        *) fault "$name" "was refused: $answer" ;;
        esac
    done
}
