# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of healerctl(1) for bash.

# Asks the daemon itself, so that the Tab key never starts one, and never waits for long.
__healerctl_names() {
    busctl "$@" --timeout=1 --auto-start=no --json=short call org.healer /org/healer org.healer.Manager ListProcesses \
        2>/dev/null | grep -oE '\["[A-Za-z0-9_.@-]+"' | tr -d '["'
}

_healerctl() {
    local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local commands="list status start stop restart pause resume reset reload watch history why deps check simulate"
    local options="--json= -n --lines= -H --host= -M --machine= --bus= -c --config= --suggest --no-ask-password
        --no-color -h --help -V --version"
    # "--json=short" comes as the three words "--json", "=" and "short".
    if [ "$cur" = "=" ]; then
        cur=
    elif [ "$previous" = "=" ]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    case $previous in
    --json) mapfile -t COMPREPLY < <(compgen -W "short pretty off" -- "$cur") && return ;;
    --bus) mapfile -t COMPREPLY < <(compgen -W "system session unix:path=" -- "$cur") && return ;;
    -n | --lines) return ;;
    -H | --host) mapfile -t COMPREPLY < <(compgen -A hostname -- "$cur") && return ;;
    -M | --machine)
        mapfile -t COMPREPLY < <(compgen -W "$(machinectl --no-legend list 2>/dev/null | cut -d' ' -f1)" -- "$cur")
        return
        ;;
    -c | --config)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
        [[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace 2>/dev/null
        return
    fi

    # The command, how many words follow it so far, and how to reach the same daemon.
    local i word command='' given=0 remote='' where=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
        -H | --host | -M | --machine | --bus | -n | --lines | -c | --config | --json)
            [ "${COMP_WORDS[i + 1]:-}" != "=" ] || ((++i))
            ((++i))
            case $word in
            -H | --host) remote=yes ;;
            -M | --machine) where=(--machine="${COMP_WORDS[i]:-}") ;;
            --bus)
                case ${COMP_WORDS[i]:-} in
                session) where=(--user) ;;
                system) ;;
                *) remote=yes ;;
                esac
                ;;
            esac
            ;;
        -*) ;;
        *)
            if [ -z "$command" ]; then
                command=$word
            else
                ((++given))
            fi
            ;;
        esac
    done
    case $command in
    '') mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur") ;;
    list | status | start | stop | restart | pause | resume | reset | watch | history | why | deps)
        [ -n "$remote" ] || __healerctl_complete_names "${where[@]}"
        ;;
    check | simulate)
        [ $given -eq 0 ] || return
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        ;;
    esac
}

__healerctl_complete_names() {
    mapfile -t COMPREPLY < <(compgen -W "$(__healerctl_names "$@")" -- "$cur")
}

complete -F _healerctl healerctl
