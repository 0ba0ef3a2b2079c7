# SPDX-License-Identifier: Apache-2.0
# Completion of healerctl(1) for fish.

set -l commands list status start stop restart pause resume reset reload watch history why deps check simulate

# Asks the daemon itself, so that the Tab key never starts one, and never waits for long.
function __healerctl_names
    set -l words (commandline -opc)
    set -l where
    for i in (seq (count $words))
        set -l value (string replace -r '^--[a-z]+=' '' -- $words[$i])
        switch $words[$i]
            case -H '--host*'
                return
            case -M --machine
                set where --machine=$words[(math $i + 1)]
            case '--machine=*'
                set where --machine=$value
            case '--bus=session'
                set where --user
        end
    end
    busctl $where --timeout=1 --auto-start=no --json=short call org.healer /org/healer org.healer.Manager \
        ListProcesses 2>/dev/null | string match -ra '(?<=\[")[A-Za-z0-9_.@-]+(?=")'
end

complete -c healerctl -f
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a list -d 'All processes'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a status -d 'One process in detail'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a start -d 'Start it, in any breaker state'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a stop -d 'Stop it, and leave it stopped'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a restart -d 'Stop and start it'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a pause -d 'Watch it, do not recover it'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a resume -d 'End a pause'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a reset -d 'Close the breaker'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a reload -d 'Read the configuration again'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a watch -d 'Show events as they come'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a history -d 'The last events'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a why -d 'Why it is in its state'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a deps -d 'What depends on what'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a check -d 'Validate a configuration file'
complete -c healerctl -n "not __fish_seen_subcommand_from $commands" -a simulate -d 'Play a scenario on fake time'

complete -c healerctl -n '__fish_seen_subcommand_from list status start stop restart pause resume reset watch history why deps' \
    -a '(__healerctl_names)'
complete -c healerctl -n '__fish_seen_subcommand_from check simulate' -F
complete -c healerctl -l json -x -a 'short pretty off' -d 'Output for programs'
complete -c healerctl -s n -l lines -x -d 'How many events'
complete -c healerctl -s H -l host -x -a '(__fish_print_hostnames)' -d 'Healer of another host'
complete -c healerctl -s M -l machine -x -d 'Healer of a local container'
complete -c healerctl -l bus -x -a 'system session' -d 'The D-Bus to use'
complete -c healerctl -s c -l config -r -F -d 'Configuration for simulate'
complete -c healerctl -l suggest -n '__fish_seen_subcommand_from deps' -d 'Dependencies seen on the running system'
complete -c healerctl -l no-ask-password -d 'Ask for no password on the terminal'
complete -c healerctl -l no-color -d 'No colours'
complete -c healerctl -s h -l help -d 'Print a summary'
complete -c healerctl -s V -l version -d 'Print the version'
