# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What is right in each cell of the matrix (see run), by the promises of Healer: the last request counts, whoever made
# it; what was not stopped on request comes back; a breaker, a pause and a wait survive a restart of Healer.
# shellcheck disable=SC2034,SC2154 # used by run; kind and mode are set there

states=(idle launching stopping deferred backoff tripped trial)
entry_words=(
    healerctl_start healerctl_stop healerctl_restart healerctl_pause # pause, then resume
    systemctl_start systemctl_stop systemctl_restart systemctl_kill
    kill_9 freeze mask edit
)
# These concern all entries at once, so each has a batch of its own.
wide_words=(isolate daemon_reexec daemon_reload)

# What comes of a state where nothing is requested.
undisturbed() {
    case $1 in
    stopping) echo stopped ;;  # it was stopped on request
    deferred) echo deferred ;; # until the dependency is started
    tripped) echo tripped ;;   # the cooldown is not over
    *) echo runs ;;
    esac
}

word_of() { local word=${1#*_}; echo "${word%.*}"; }

is_down() { [[ $1 =~ ^(deferred|backoff|tripped)$ ]]; }

# expected STATE WORD: runs, stopped, deferred, tripped; "any" of stopped and undisturbed; "cannot" where the word
# means nothing in that state. Where a systemctl verb fails, systemd has done nothing: see say_one.
expected() {
    local state=$1 word=$2
    case $word in
    healerctl_*) # there is no Healer to be asked
        [ "$mode" != away ] || { echo cannot && return; }
        ;;
    systemctl_* | freeze) # there is no unit
        [ "$kind" != direct ] || { echo cannot && return; }
        ;;
    mask) # a transient unit has no file that a mask could hide
        [ "$kind" = unit ] || { echo cannot && return; }
        ;;
    esac
    case $word in
    # An operator's start works in any state of the breaker and does not wait for dependencies.
    healerctl_start | healerctl_restart | systemctl_start | systemctl_restart) echo runs ;;
    healerctl_stop) echo stopped ;;
    systemctl_stop)
        if ! is_down "$state"; then
            echo stopped
        elif [ "$mode" = up ]; then
            echo stopped # a stop of what does not run is a request too
        elif [ "$mode" = restarting ]; then
            echo any # seen or not, as in the next line
        else
            undisturbed "$state" # the job does nothing and leaves no trace, so Healer cannot know
        fi
        ;;
    kill_9) # no process
        if is_down "$state"; then echo cannot; else undisturbed "$state"; fi
        ;;
    isolate) # The units are wanted by multi-user.target: systemd starts what does not run.
        if [ "$kind" = unit ]; then echo runs; else undisturbed "$state"; fi
        ;;
    # A pause that has ended, a signal and a freezer are no request; neither is a mask, a reload or a new entry.
    *) undisturbed "$state" ;;
    esac
}
