# SPDX-License-Identifier: Apache-2.0
# Completion of healer(8) for fish.
complete -c healer -f
complete -c healer -s c -l config -r -F -d 'Configuration file'
complete -c healer -l foreground -d 'Do not become a daemon'
complete -c healer -l check -d 'Validate the configuration'
complete -c healer -l conf-dir -r -F -d 'With --check: the folder instead of conf.d'
complete -c healer -l simulate -r -F -d 'Play a scenario on fake time'
complete -c healer -l json -d 'With --check and --simulate: JSON'
complete -c healer -l print-config-path -d 'Print the path of the configuration'
complete -c healer -l bus -x -a 'system session none' -d 'The D-Bus to appear on'
complete -c healer -s h -l help -d 'Print a summary'
complete -c healer -s V -l version -d 'Print the version'
