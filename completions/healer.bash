# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of healer(8) for bash.

_healer() {
    local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local options="-c --config --foreground --check --conf-dir --simulate --json --print-config-path --bus -h --help -V --version"
    if [ "$cur" = "=" ]; then
        cur=
    elif [ "$previous" = "=" ]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    case $previous in
    --bus) mapfile -t COMPREPLY < <(compgen -W "system session none unix:path=" -- "$cur") ;;
    -c | --config | --simulate)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur") ;;
    esac
}

complete -F _healer healer
