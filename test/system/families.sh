# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the stories of real programs (family_NAME) have in common. Source it first; it includes story.sh. In its container
# are the packages of the layer `families`, as Debian installs them, and none of them is started or enabled.
#
# A story says what a copy of its program is, and then tries the situations below with it:
#
#   program=/usr/sbin/nginx  the file that it executes: a regular expression, to the end
#   titled='^nginx: master'  where that is not enough: what its arguments or its title look like
#
# After each situation exactly one copy runs, it is the one that Healer names, and Healer has the right word for it.
container_layer=families
# shellcheck source=test/system/story.sh
. "$(dirname "${BASH_SOURCE[0]}")/story.sh"
program=
titled=

boot_family() {
    boot
    in_container ip link set lo up
    in_container sh -c 'cat >/usr/local/bin/copies; chmod 755 /usr/local/bin/copies' <<'END'
#!/usr/bin/perl
# copies PROGRAM TITLE [all]: PIDs of the processes with that program and that title or those arguments, and no ancestor
# like that: one for each copy of a service, whatever number of workers it has. With `all` every one of them.
my ($program, $title, $all) = @ARGV;
my (%parent, %found);
for my $entry (glob "/proc/[0-9]*") {
    my ($pid) = $entry =~ /(\d+)/;
    open my $stat, "<", "$entry/stat" or next;
    ($parent{$pid}) = <$stat> =~ /.*\) \S (\d+)/;
    my $exe = readlink "$entry/exe" or next;
    open my $cmdline, "<", "$entry/cmdline" or next;
    my $said = join " ", split /\0/, <$cmdline> // "";
    $found{$pid} = 1 if $exe =~ /^$program( \(deleted\))?$/ && $said =~ /(?:$title)/; # an empty expression is the last one to Perl
}
for my $pid (sort { $a <=> $b } keys %found) {
    my $above = $parent{$pid};
    $above = $parent{$above} while $above && !$found{$above};
    print "$pid\n" if $all || !$above;
}
END
}

copies() { in_container /usr/local/bin/copies "$program" "$titled"; }
# daemon_runs PID_FILE: the process that it names, and what started that has ended.
daemon_runs() { one_copy && copies_are "$(in_container cat "$1" 2>/dev/null)"; }
one_copy() { [ "$(copies | wc -l)" = 1 ]; }
no_copy() { [ -z "$(copies)" ]; }
copies_are() { [ "$(copies | xargs)" = "$1" ]; }
# PID 0 would be the test itself to kill.
up_as() {
    local pid
    pid=$(pid_of "$1")
    if [ "${pid:-0}" = 0 ]; then
        account "$1"
        echo "FAILED: $1 should be running now" >&2
        exit 1
    fi
    echo "$pid"
}
restarts_of() { property "$1" RestartCount; }

# by_hand CMD...: starts it in the background of a login session, as an administrator does, outside every service.
sessions=0
by_hand() {
    sessions=$((sessions + 1))
    in_container systemd-run -q --scope --slice=user.slice --unit="session-$sessions" \
        setsid -f "$@" </dev/null >/dev/null 2>&1
}

# as USER CMD...: to be put behind by_hand; no process of another user is left beside it.
as() {
    local user=$1
    shift
    echo setpriv --reuid "$user" --regid "$user" --init-groups "$@"
}

# is_well NAME [as PID | but_not_as PID]: one copy runs, and Healer shows it, and nothing else.
is_well() {
    local pid
    pid=$(pid_of "$1" 2>/dev/null) && [ "${pid:-0}" != 0 ] && copies_are "$pid" &&
        state_is "$1" running && breaker_is "$1" closed || return 1
    case ${2:-} in
    as) [ "$pid" = "$3" ] ;;
    but_not_as) [ "$pid" != "$3" ] ;;
    esac
}
is_well_as() { is_well "$1" as "$2"; }
is_well_but_not_as() { is_well "$1" but_not_as "$2"; }

# holds SECONDS WHAT CMD...: the command succeeds for all of that time.
holds() {
    local end=$((${EPOCHREALTIME/./} + $1 * 1000000)) what=$2
    shift 2
    while [ "${EPOCHREALTIME/./}" -lt $end ]; do
        "$@" || { fail "expected all the time: $what ($*)"; return 0; }
        sleep 0.2
    done
}

# account NAME: what Healer and the process table say, for the report of a failure.
account() {
    echo "copies: $(copies | xargs)"
    in_container healerctl status "$1" || true
    in_container ps -eo pid,ppid,sid,user,unit,args --sort pid | grep -v ' \[' | tail -25
} >&2

# well_within SECONDS NAME WHAT CMD...: by then, and still so 1 s later.
well_within() {
    local seconds=$1 name=$2 what=$3
    shift 3
    if ! wait_until "$seconds" "$@"; then
        account "$name"
        fail "expected within $seconds s: $name $what ($*)"
        return 0
    fi
    holds 1 "$name $what" "$@"
}

# The chapters and situations that several families share, in the order of a day.
by_unit() {
    local name=$1 unit=$2 heals=${3:-heals_kill}
    in_container systemctl start "$unit"
    expect_within 10 "a copy runs" one_copy
    running=$(copies)
    start_healer
    finds "$name" "$running"
    outlives_healer "$name"
    "$heals" "$name"
    [ -z "${4:-}" ] || "$4" "$name"
    stays_stopped_by_systemctl "$name" "$unit"
    stays_stopped_by_healerctl "$name"
    starts_again_with_systemctl "$name" "$unit" "$heals"
}

# finds NAME PID: it ran before Healer did, and is adopted.
finds() {
    well_within 10 "$1" "is the one that was running" is_well_as "$1" "$2"
    expect_equal "RestartCount of $1" 0 "$(restarts_of "$1")"
    expect "nothing was started" not said "$1" '^(Starting|Restarting)'
}

# outlives_healer NAME: a restart of Healer changes nothing.
outlives_healer() {
    local name=$1 pid restarts
    step "$name: Healer is restarted"
    pid=$(up_as "$name")
    restarts=$(restarts_of "$name")
    in_container systemctl restart healer
    well_within 10 "$name" "is the same as before" is_well_as "$name" "$pid"
    expect_equal "RestartCount of $name" "$restarts" "$(restarts_of "$name")"
}

# heals NAME WHAT CMD...: after that command (kill gets the PID) another copy runs, and it is counted once.
heals() { expect_successor 1 "$@"; }

# expect_successor RESTARTS NAME WHAT CMD...
expect_successor() {
    local counts=$1 name=$2 what=$3 pid restarts
    shift 3
    step "$name: $what"
    pid=$(up_as "$name")
    restarts=$(restarts_of "$name")
    if [ "$1" = kill ]; then set -- "$@" "$pid"; fi
    in_container "$@"
    well_within 30 "$name" "runs again" is_well_but_not_as "$name" "$pid"
    expect_equal "RestartCount of $name" $((restarts + counts)) "$(restarts_of "$name")"
}
heals_kill() { heals "$1" "kill -9" kill -KILL; }

# systemd_heals_kill NAME: its unit has Restart=, so that it is up again before Healer has anything to do.
systemd_heals_kill() { expect_successor 0 "$1" "kill -9, and systemd restarts it" kill -KILL; }
heals_hang() {
    # The workers of some answer without their master.
    # shellcheck disable=SC2016,SC2046 # words
    heals "$1" "it hangs (SIGSTOP), and its probe notices" \
        sh -c 'kill -STOP $(/usr/local/bin/copies "$0" "$1" all)' "$program" "$titled"
    expect_match "LastExit of $1" probe-failed "$(property "$1" LastExit)"
}

# stays_stopped NAME WHO CMD...: stopped by that command it stays stopped, with a reason that names WHO, even over a
# restart of Healer, until healerctl starts it.
stays_stopped() {
    local name=$1 who=$2 restarts
    shift 2
    step "$name: $*"
    restarts=$(restarts_of "$name")
    in_container "$@"
    expect_within 15 "$name is stopped" state_is "$name" stopped
    expect_within 5 "no copy runs" no_copy
    expect_match "StateReason of $name" "$who" "$(property "$name" StateReason)"
    holds 1 "no copy runs" no_copy
    in_container systemctl restart healer
    expect_within 10 "$name is stopped" state_is "$name" stopped
    holds 1 "no copy runs" no_copy
    in_container healerctl start "$name"
    well_within 30 "$name" "runs again" is_well "$name"
    expect_equal "RestartCount of $name" "$restarts" "$(restarts_of "$name")"
}
stays_stopped_by_healerctl() { stays_stopped "$1" "request" healerctl stop "$1"; }
stays_stopped_by_systemctl() { stays_stopped "$1" "system(d|ctl)" systemctl stop "$2"; }

# starts_again_with_systemctl NAME UNIT [HEALS]: a start with systemctl ends the stop, however it was stopped; then it is healed.
starts_again_with_systemctl() {
    step "$1: healerctl stop, systemctl start"
    in_container healerctl stop "$1"
    expect_within 15 "no copy runs" no_copy
    in_container systemctl start "$2"
    well_within 20 "$1" "runs again" is_well "$1"
    "${3:-heals_kill}" "$1"
}

# upgraded NAME FILE: a package replaces the file of the running program; Healer still knows it, and a restart takes the
# new one.
upgraded() {
    local name=$1 file=$2 pid
    step "$name: $file is replaced by an upgrade"
    pid=$(up_as "$name")
    in_container sh -c "cp -a $file $file.dpkg-new && mv $file.dpkg-new $file"
    well_within 5 "$name" "is the same as before" is_well_as "$name" "$pid"
    in_container systemctl restart healer
    well_within 10 "$name" "is still the same" is_well_as "$name" "$pid"
    in_container healerctl restart "$name"
    well_within 20 "$name" "runs again" is_well_but_not_as "$name" "$pid"
    expect_equal "the file that it executes" "$(in_container readlink -f "$file")" \
        "$(in_container readlink "/proc/$(pid_of "$name")/exe")"
}

# hands_over NAME SIGNAL [SIGNAL]: an upgrade on the fly: the signal makes it start its successor, and the second one
# ends the old one, as far as it does not do that itself. It is no incident.
hands_over() {
    local name=$1 old new restarts
    step "$name: upgrade on the fly with SIG$2"
    old=$(up_as "$name")
    restarts=$(restarts_of "$name")
    in_container kill "-$2" "$old"
    expect_within 10 "a new master" has_child_like_itself "$old"
    new=$(child_like_itself "$old")
    in_container kill "-$3" "$old"
    well_within 15 "$name" "is the new master" is_well_as "$name" "$new"
    expect_equal "RestartCount of $name" "$restarts" "$(restarts_of "$name")"
}

# keeps NAME WHAT CMD...: after that command, which gets the PID, it is the same process, and nothing happened.
keeps() {
    local name=$1 what=$2 pid restarts
    shift 2
    step "$name: $what"
    pid=$(up_as "$name")
    restarts=$(restarts_of "$name")
    in_container "$@" "$pid"
    holds 1 "$name is the same" is_well_as "$name" "$pid"
    expect_equal "RestartCount of $name" "$restarts" "$(restarts_of "$name")"
}

# The new master is a child of the old one, and has children of its own.
child_like_itself() {
    local child
    for child in $(in_container pgrep -P "$1"); do
        [ -z "$(in_container pgrep -P "$child")" ] || echo "$child"
    done
}
has_child_like_itself() { [ -n "$(child_like_itself "$1")" ]; }

# followed_as_a_unit NAME UNIT [HEALS]: the distribution's unit runs it, and an entry with `command` exists.
followed_as_a_unit() {
    local name=$1 unit=$2 heals=${3:-heals_kill} pid restarts
    step "$name: it runs in $unit, and the entry has a command"
    in_container systemctl start "$unit"
    pid=$(in_container systemctl show -P MainPID "$unit")
    start_healer
    finds "$name" "$pid"
    expect "a warning advises unit:" said "$name" "$unit"
    outlives_healer "$name"
    "$heals" "$name"
    expect_equal "the unit's main process" "$(pid_of "$name")" "$(in_container systemctl show -P MainPID "$unit")"
    step "$name: systemctl restart $unit"
    pid=$(up_as "$name")
    restarts=$(restarts_of "$name")
    in_container systemctl restart "$unit"
    well_within 15 "$name" "is the restarted one" is_well_but_not_as "$name" "$pid"
    expect_equal "RestartCount of $name" "$restarts" "$(restarts_of "$name")"
    stays_stopped_by_systemctl "$name" "$unit"
    step "$name: healerctl start has started $unit"
    expect_equal "the unit's main process" "$(pid_of "$name")" "$(in_container systemctl show -P MainPID "$unit")"
}

# chapter WHAT [UNIT...]: everything is stopped, those units too, and Healer knows nothing of what was.
chapter_began=
chapter() {
    local pid
    echo "** $1"
    shift
    in_container systemctl stop healer "$@" 'healer-*.service'
    for pid in $(in_container /usr/local/bin/copies "$program" "" all); do
        in_container kill -KILL "$pid" || true
    done
    expect_within 10 "no copy runs" no_copy
    in_container sh -c 'rm -rf /run/healer; systemctl reset-failed'
    chapter_began=$(in_container date +@%s.%N)
}

# said NAME REGEX: Healer logged that of the process, in this chapter.
said() { journal_has --since "${chapter_began:-@0}" "HEALER_PROCESS=$1" --grep "$2"; }
