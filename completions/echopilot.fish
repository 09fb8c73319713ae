# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_echopilot_global_optspecs
    string join \n json q/quiet v/verbose no-input env-file= data-dir= config-dir= h/help V/version
end

function __fish_echopilot_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_echopilot_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_echopilot_using_subcommand
    set -l cmd (__fish_echopilot_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c echopilot -n "__fish_echopilot_needs_command" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_needs_command" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_needs_command" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_needs_command" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_needs_command" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_needs_command" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_needs_command" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_needs_command" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_needs_command" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "serve" -d 'Serve the web pages and the API, and run what is scheduled'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "smoke" -d 'Ask a running server for everything it offers and look at the answers'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "dev-check" -d 'Check settings, tables, store and generated files, and say what to do about each finding'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "seed-demo" -d 'Add the demo customer with invoices, payments, jobs, a referral and a proposal'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "warehouse-sync" -d 'Copy what changed into the warehouse, or compare both sides'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "warehouse" -d 'The warehouse: how it stands, and what it answers'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "scheduler" -d 'What runs by the clock: status, run now, pause, resume'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "sentinel" -d 'Look at the machine, the store and the queue; the service\'s own speed only a running server knows'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "keys" -d 'The keys that sign session tokens: list, rotate, retire'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "customers" -d 'Who the customers are: add, list, show, disable, enable, erase'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "billing" -d 'Payments and invoices: list, make, void, give back, compare with Stripe'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "flags" -d 'Flags and experiments: who sees which variant'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "jobs" -d 'The AI work that customers pay for'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "leads" -d 'Those who asked for more than the plans offer'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "pricing" -d 'What the work of the last weeks says about the rate'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "logs" -d 'Read the logs'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "config" -d 'Settings and where they come from'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "migrate" -d 'The tables of the store, step by step'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "man" -d 'Print a manual page'
complete -c echopilot -n "__fish_echopilot_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand serve" -l bind -d 'Where to listen; port 0 takes a free one' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand serve" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand serve" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand serve" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand serve" -l demo -d 'Made-up data in a folder of its own, with a demo account to sign in with one tap'
complete -c echopilot -n "__fish_echopilot_using_subcommand serve" -l no-scheduler -d 'Run no scheduled tasks and deliver no mail: another replica does'
complete -c echopilot -n "__fish_echopilot_using_subcommand serve" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand serve" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand serve" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand serve" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand serve" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand serve" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -l base-url -d 'Where the server is; BIND or PUBLIC_BASE_URL of the settings when nothing is said' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -l dash-key -d 'An operator\'s key; the first of DASHBOARD_KEY when nothing is said' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -l junit -d 'Write a JUnit report there' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -l list -d 'List the checks and do nothing'
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -l yes -d 'With CONFIRM_LIVE=YES and a live key: make a live invoice of USD 0.50 and void it, also where nobody watches'
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand smoke" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand dev-check" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand dev-check" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand dev-check" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand dev-check" -l write -d 'First write the generated files of the checkout anew'
complete -c echopilot -n "__fish_echopilot_using_subcommand dev-check" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand dev-check" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand dev-check" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand dev-check" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand dev-check" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand dev-check" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand seed-demo" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand seed-demo" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand seed-demo" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand seed-demo" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand seed-demo" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand seed-demo" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand seed-demo" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand seed-demo" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand seed-demo" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -l tables -d 'Only these tables, separated by commas; all when nothing is said' -r -f -a "customers\t'Who buys'
payments\t'What was paid'
jobs\t'The work that was done'
ops_events\t'What operators tell each other'"
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -l dry-run -d 'Count what would change and show what would be altered, but write nothing'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -l full -d 'Compare every row instead of the changed ones'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -l verify -d 'Write nothing: compare counts and per-day checksums on both sides'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -l plan -d 'Write and read nothing: show what would be done to the warehouse\'s tables'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -l allow-destructive -d 'Alter columns that have another type than they should; without it a run is refused and names the statements'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse-sync" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and not __fish_seen_subcommand_from status query help" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and not __fish_seen_subcommand_from status query help" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and not __fish_seen_subcommand_from status query help" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and not __fish_seen_subcommand_from status query help" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and not __fish_seen_subcommand_from status query help" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and not __fish_seen_subcommand_from status query help" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and not __fish_seen_subcommand_from status query help" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and not __fish_seen_subcommand_from status query help" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and not __fish_seen_subcommand_from status query help" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and not __fish_seen_subcommand_from status query help" -f -a "status" -d 'Show when it was last brought up to date, and what waits'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and not __fish_seen_subcommand_from status query help" -f -a "query" -d 'Ask a question that has its SQL ready, or print that SQL to begin with'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and not __fish_seen_subcommand_from status query help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from status" -l runs -d 'How many of the latest runs to show as well, up to 30; none when nothing is said' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from status" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from status" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from status" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from status" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from status" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from status" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from query" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from query" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from query" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from query" -l example -d 'Print the SQL and ask nothing'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from query" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from query" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from query" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from query" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from query" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from query" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from help" -f -a "status" -d 'Show when it was last brought up to date, and what waits'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from help" -f -a "query" -d 'Ask a question that has its SQL ready, or print that SQL to begin with'
complete -c echopilot -n "__fish_echopilot_using_subcommand warehouse; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -f -a "status" -d 'Show every task: when it runs and how it went'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -f -a "run" -d 'Run a task now, by the running server'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -f -a "pause" -d 'Pause a task until it is resumed'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -f -a "resume" -d 'Let a paused task go on at its next time'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and not __fish_seen_subcommand_from status run pause resume help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from status" -l runs -d 'How many of the latest runs of each task to show as well, up to 30; none when nothing is said' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from status" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from status" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from status" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from status" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from status" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from status" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from run" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from run" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from run" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from run" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from run" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from run" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from pause" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from pause" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from pause" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from pause" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from pause" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from pause" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from pause" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from pause" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from pause" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from resume" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from resume" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from resume" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from resume" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from resume" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from resume" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from resume" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from resume" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from help" -f -a "status" -d 'Show every task: when it runs and how it went'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from help" -f -a "run" -d 'Run a task now, by the running server'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from help" -f -a "pause" -d 'Pause a task until it is resumed'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from help" -f -a "resume" -d 'Let a paused task go on at its next time'
complete -c echopilot -n "__fish_echopilot_using_subcommand scheduler; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand sentinel" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand sentinel" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand sentinel" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand sentinel" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand sentinel" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand sentinel" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand sentinel" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand sentinel" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand sentinel" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -f -a "list" -d 'List the published keys'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -f -a "rotate" -d 'Sign with a new key; the one before it is still accepted, the one before that no more'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -f -a "retire" -d 'Drop the previous key now: what it signed is refused within a second'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and not __fish_seen_subcommand_from list rotate retire help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from list" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from list" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from list" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from rotate" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from rotate" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from retire" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from retire" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from retire" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from retire" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from retire" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from retire" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from retire" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from retire" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from retire" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the published keys'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "rotate" -d 'Sign with a new key; the one before it is still accepted, the one before that no more'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "retire" -d 'Drop the previous key now: what it signed is refused within a second'
complete -c echopilot -n "__fish_echopilot_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -f -a "add" -d 'Add a customer; they can sign in with a code at once'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -f -a "list" -d 'List customers, newest first, all or those that TEXT finds'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -f -a "show" -d 'Show one customer'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -f -a "disable" -d 'Disable a customer: sessions end within a second, nobody can sign in'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -f -a "enable" -d 'Enable a customer again'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -f -a "erase" -d 'Erase a customer for good; invoices and payments stay without a name'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and not __fish_seen_subcommand_from add list show disable enable erase help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -l email -d 'The address they sign in with' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -l name -d 'What to call them, 1 to 200 characters; the part of the address before the sign when nothing is said' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -l plan -d 'What they pay for' -r -f -a "free\t'Nothing'
starter\t'The smaller subscription'
pro\t'The larger subscription'
enterprise\t'By agreement'"
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -l password-stdin -d 'Give them a password: the first line of standard input'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -l plan -d 'Only those with this plan' -r -f -a "free\t'Nothing'
starter\t'The smaller subscription'
pro\t'The larger subscription'
enterprise\t'By agreement'"
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -l since -d 'Only those that were made since this time, such as 2026-03-01T00:00:00Z' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -l limit -d 'How many, 1 to 200; 50 when nothing is said' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -l cursor -d 'The `next_cursor` of the page before' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from show" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from show" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from show" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from disable" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from disable" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from disable" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from disable" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from disable" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from disable" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from disable" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from disable" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from enable" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from enable" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from enable" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from enable" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from enable" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from enable" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from enable" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from enable" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from erase" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from erase" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from erase" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from erase" -l yes -d 'Do not ask for the address first'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from erase" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from erase" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from erase" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from erase" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from erase" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from erase" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a customer; they can sign in with a code at once'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from help" -f -a "list" -d 'List customers, newest first, all or those that TEXT finds'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one customer'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from help" -f -a "disable" -d 'Disable a customer: sessions end within a second, nobody can sign in'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from help" -f -a "enable" -d 'Enable a customer again'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from help" -f -a "erase" -d 'Erase a customer for good; invoices and payments stay without a name'
complete -c echopilot -n "__fish_echopilot_using_subcommand customers; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -f -a "payments" -d 'List payments, newest first, with what they add up to'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -f -a "invoices" -d 'List a customer\'s invoices, newest first'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -f -a "invoice" -d 'Make an invoice and finalise it'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -f -a "void" -d 'Void an open invoice, so that it can\'t be paid any more'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -f -a "refund" -d 'Give a payment back, wholly or in part'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -f -a "events" -d 'The events that Stripe sent: list, show, replay'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -f -a "reconcile" -d 'Compare the mirror with Stripe; with --apply make it equal'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -f -a "chaos" -d 'Stand between Stripe and a receiver of webhooks, and disturb what passes'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and not __fish_seen_subcommand_from payments invoices invoice void refund events reconcile chaos help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -l limit -d 'How many, 1 to 200; 50 when nothing is said' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -l cursor -d 'The `next_cursor` of the page before' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -l status -d 'Only those with this word of the provider\'s: `succeeded`, `pending`, `failed` …; the sums do not look at it' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -l customer -d 'Only those of this customer (an identifier)' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -l since -d 'Only those since this time, such as 2026-03-01T00:00:00Z' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -l q -d 'Only those whose identifier, invoice, customer or status has this in it, or whose sum it is; the sums do not look at it' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from payments" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoices" -l email -d 'The customer\'s address' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoices" -l limit -d 'How many, 1 to 200; 50 when nothing is said' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoices" -l cursor -d 'The `next_cursor` of the page before' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoices" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoices" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoices" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoices" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoices" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoices" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoices" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoices" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoices" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -l amount-minor -d 'How much, in minor units of the currency: 1999 is USD 19.99' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -l currency -d 'ISO 4217, such as `usd`' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -l email -d 'Whose it is; an unknown address becomes a customer' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -l description -d 'What it is for, as it stands on the invoice' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from invoice" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from void" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from void" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from void" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from void" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from void" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from void" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from void" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from void" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from void" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -l amount-minor -d 'How much, in minor units; all that is left when nothing is said' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -l reason -d 'Why: `duplicate`, `fraudulent`, `requested_by_customer`, or words of your own, which Stripe keeps as metadata' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -l dry-run -d 'Look only: ask Stripe for nothing'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -l yes -d 'Do not ask, although real money moves'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from refund" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -f -a "list" -d 'List them, newest first'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -f -a "show" -d 'Show one as Stripe wrote it'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -f -a "replay" -d 'Apply one again, or send it elsewhere under a fresh signature'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from events" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from reconcile" -l since -d 'Only what was made at this time or later, such as 2026-03-01T00:00:00Z; everything when nothing is said' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from reconcile" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from reconcile" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from reconcile" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from reconcile" -l apply -d 'Make the mirror equal. The scheduled run always does'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from reconcile" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from reconcile" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from reconcile" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from reconcile" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from reconcile" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from reconcile" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l listen -d 'Where it listens; Stripe, or a stand-in for it, is told to send here' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l target -d 'Where deliveries are sent on to' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l seed -d 'Another seed makes another run; the same one repeats it' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l duplicate -d 'How likely a delivery comes twice' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l reorder -d 'How likely later ones overtake it' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l delay -d 'Every delivery waits for up to so long' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l drop -d 'How likely it never comes' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l corrupt -d 'How likely a byte of it is changed' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l old -d 'How likely its signature is of an hour ago' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from chaos" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from help" -f -a "payments" -d 'List payments, newest first, with what they add up to'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from help" -f -a "invoices" -d 'List a customer\'s invoices, newest first'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from help" -f -a "invoice" -d 'Make an invoice and finalise it'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from help" -f -a "void" -d 'Void an open invoice, so that it can\'t be paid any more'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from help" -f -a "refund" -d 'Give a payment back, wholly or in part'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from help" -f -a "events" -d 'The events that Stripe sent: list, show, replay'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from help" -f -a "reconcile" -d 'Compare the mirror with Stripe; with --apply make it equal'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from help" -f -a "chaos" -d 'Stand between Stripe and a receiver of webhooks, and disturb what passes'
complete -c echopilot -n "__fish_echopilot_using_subcommand billing; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -f -a "list" -d 'Show the flags, and the last changes of them'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -f -a "set" -d 'Change a flag, or make one'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -f -a "eval" -d 'Ask which variant a key gets'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -f -a "explain" -d 'Explain which variant a key gets: its bucket, and where each variant stands'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -f -a "rollback" -d 'Take flags back to the baseline, or to how they were in an earlier version'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -f -a "report" -d 'Report what a flag has brought about, and whether that may be believed'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -f -a "simulate" -d 'Show how likely an experiment is to find a difference, and after how many users, before it begins'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -f -a "lint" -d 'Check a document before it is put into use'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and not __fish_seen_subcommand_from list set eval explain rollback report simulate lint help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from list" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from list" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from list" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l enabled -d 'Whether it is on; while it is off everybody gets A' -r -f -a "true\t''
false\t''"
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l variants -d 'The share of each variant in percent, together 100: on the command line A=90,B=10' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l rollout-pct -d 'The share of B in percent; A gets the rest' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l values -d 'What variants stand for, by name; on the command line a JSON object' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l description -d 'What it is for' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l goal -d 'What counts as success' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l salt -d 'Mixed into the hash: another salt deals everybody anew' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l expected-version -d 'The version of the document that was looked at; another one since is a conflict' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from set" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from eval" -s k -l key -d 'The key of a user or visitor, at most 256 bytes; it is stored and logged as a keyed hash only' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from eval" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from eval" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from eval" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from eval" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from eval" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from eval" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from eval" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from eval" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from eval" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from explain" -s k -l key -d 'The key of a user or visitor' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from explain" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from explain" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from explain" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from explain" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from explain" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from explain" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from explain" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from explain" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from rollback" -l to-version -d 'As in this version of the document; without one flags are switched off, so that everybody gets A' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from rollback" -l expected-version -d 'The version of the document that was looked at; another one since is a conflict' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from rollback" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from rollback" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from rollback" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from rollback" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from rollback" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from rollback" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from rollback" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from rollback" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from rollback" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from report" -l goal -d 'What counts as success; when nothing is said the flag\'s own goal, or the only one that was reached' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from report" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from report" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from report" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from report" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from report" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from report" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from report" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from report" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from report" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -l weights -d 'The shares of A and B, such as 90,10' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -l n -d 'Users in each made-up experiment' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -l rate -d 'The share of users who convert with A, 0 to 1' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -l lift -d 'How much larger that share is with B: 0.2 is a fifth more, 0 is no difference at all' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -l runs -d 'How many experiments are made up' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -l per-day -d 'Users a day, to tell how many days it takes' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from simulate" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from lint" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from lint" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from lint" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from lint" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from lint" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from lint" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from lint" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from lint" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from lint" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from help" -f -a "list" -d 'Show the flags, and the last changes of them'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from help" -f -a "set" -d 'Change a flag, or make one'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from help" -f -a "eval" -d 'Ask which variant a key gets'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from help" -f -a "explain" -d 'Explain which variant a key gets: its bucket, and where each variant stands'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from help" -f -a "rollback" -d 'Take flags back to the baseline, or to how they were in an earlier version'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from help" -f -a "report" -d 'Report what a flag has brought about, and whether that may be believed'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from help" -f -a "simulate" -d 'Show how likely an experiment is to find a difference, and after how many users, before it begins'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from help" -f -a "lint" -d 'Check a document before it is put into use'
complete -c echopilot -n "__fish_echopilot_using_subcommand flags; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and not __fish_seen_subcommand_from list show help" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and not __fish_seen_subcommand_from list show help" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and not __fish_seen_subcommand_from list show help" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and not __fish_seen_subcommand_from list show help" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and not __fish_seen_subcommand_from list show help" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and not __fish_seen_subcommand_from list show help" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and not __fish_seen_subcommand_from list show help" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and not __fish_seen_subcommand_from list show help" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and not __fish_seen_subcommand_from list show help" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and not __fish_seen_subcommand_from list show help" -f -a "list" -d 'List jobs, newest first'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and not __fish_seen_subcommand_from list show help" -f -a "show" -d 'Show one job'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and not __fish_seen_subcommand_from list show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -l limit -d 'How many, 1 to 200; 50 when nothing is said' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -l cursor -d 'The `next_cursor` of the page before' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -l customer -d 'Jobs of this customer (an identifier); a customer can name nobody but themselves' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -l status -d 'Only those that stand so: `queued`, `running`, `succeeded`, `failed` or `cancelled`' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -l kind -d 'Only those of this kind, such as `research`' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -l q -d 'Only those whose task or identifier has this in it; upper and lower case are one (of A to Z)' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from show" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from show" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from show" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "list" -d 'List jobs, newest first'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one job'
complete -c echopilot -n "__fish_echopilot_using_subcommand jobs; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -f -a "list" -d 'List leads, newest first, all or those that TEXT finds'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -f -a "show" -d 'Show one lead'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -f -a "erase" -d 'Erase an address that is no customer\'s for good: its leads, and what it wrote to support'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and not __fish_seen_subcommand_from list show erase help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from list" -l since -d 'Only those that came since this time, such as 2026-03-01T00:00:00Z' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from list" -l limit -d 'How many, 1 to 200; 50 when nothing is said' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from list" -l cursor -d 'The `next_cursor` of the page before' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from list" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from list" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from list" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from show" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from show" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from show" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from erase" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from erase" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from erase" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from erase" -l yes -d 'Do not ask first'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from erase" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from erase" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from erase" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from erase" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from erase" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from erase" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from help" -f -a "list" -d 'List leads, newest first, all or those that TEXT finds'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one lead'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from help" -f -a "erase" -d 'Erase an address that is no customer\'s for good: its leads, and what it wrote to support'
complete -c echopilot -n "__fish_echopilot_using_subcommand leads; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and not __fish_seen_subcommand_from optimize help" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and not __fish_seen_subcommand_from optimize help" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and not __fish_seen_subcommand_from optimize help" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and not __fish_seen_subcommand_from optimize help" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and not __fish_seen_subcommand_from optimize help" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and not __fish_seen_subcommand_from optimize help" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and not __fish_seen_subcommand_from optimize help" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and not __fish_seen_subcommand_from optimize help" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and not __fish_seen_subcommand_from optimize help" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and not __fish_seen_subcommand_from optimize help" -f -a "optimize" -d 'Suggest a rate from the quality and the margins of the last 30 days; changes nothing'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and not __fish_seen_subcommand_from optimize help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and __fish_seen_subcommand_from optimize" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and __fish_seen_subcommand_from optimize" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and __fish_seen_subcommand_from optimize" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and __fish_seen_subcommand_from optimize" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and __fish_seen_subcommand_from optimize" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and __fish_seen_subcommand_from optimize" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and __fish_seen_subcommand_from optimize" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and __fish_seen_subcommand_from optimize" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and __fish_seen_subcommand_from optimize" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and __fish_seen_subcommand_from help" -f -a "optimize" -d 'Suggest a rate from the quality and the margins of the last 30 days; changes nothing'
complete -c echopilot -n "__fish_echopilot_using_subcommand pricing; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and not __fish_seen_subcommand_from tail help" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and not __fish_seen_subcommand_from tail help" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and not __fish_seen_subcommand_from tail help" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and not __fish_seen_subcommand_from tail help" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and not __fish_seen_subcommand_from tail help" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and not __fish_seen_subcommand_from tail help" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and not __fish_seen_subcommand_from tail help" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and not __fish_seen_subcommand_from tail help" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and not __fish_seen_subcommand_from tail help" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and not __fish_seen_subcommand_from tail help" -f -a "tail" -d 'Show the last lines of a log'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and not __fish_seen_subcommand_from tail help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -s n -l n -d 'How many lines, 1 to 500' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -l level -d 'Only lines of this level or above' -r -f -a "debug\t'For somebody who looks for a cause'
info\t'Ordinary work'
warn\t'Works, but somebody should look'
error\t'Failed'"
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -l request-id -d 'Only lines of this request' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -l text -d 'Only lines with this text in them; upper and lower case are one' -r
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -s f -l follow -d 'Go on with the lines that come, one JSON object a line, until Ctrl-C'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from tail" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from help" -f -a "tail" -d 'Show the last lines of a log'
complete -c echopilot -n "__fish_echopilot_using_subcommand logs; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and not __fish_seen_subcommand_from show help" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and not __fish_seen_subcommand_from show help" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and not __fish_seen_subcommand_from show help" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and not __fish_seen_subcommand_from show help" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and not __fish_seen_subcommand_from show help" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and not __fish_seen_subcommand_from show help" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and not __fish_seen_subcommand_from show help" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and not __fish_seen_subcommand_from show help" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and not __fish_seen_subcommand_from show help" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and not __fish_seen_subcommand_from show help" -f -a "show" -d 'Print every setting, secrets masked'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and not __fish_seen_subcommand_from show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and __fish_seen_subcommand_from show" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and __fish_seen_subcommand_from show" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and __fish_seen_subcommand_from show" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and __fish_seen_subcommand_from show" -l origin -d 'Say where each value comes from'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Print every setting, secrets masked'
complete -c echopilot -n "__fish_echopilot_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and not __fish_seen_subcommand_from status apply help" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and not __fish_seen_subcommand_from status apply help" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and not __fish_seen_subcommand_from status apply help" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and not __fish_seen_subcommand_from status apply help" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and not __fish_seen_subcommand_from status apply help" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and not __fish_seen_subcommand_from status apply help" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and not __fish_seen_subcommand_from status apply help" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and not __fish_seen_subcommand_from status apply help" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and not __fish_seen_subcommand_from status apply help" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and not __fish_seen_subcommand_from status apply help" -f -a "status" -d 'Show which steps are applied and which are not'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and not __fish_seen_subcommand_from status apply help" -f -a "apply" -d 'Apply what is missing (`serve` does the same when it starts)'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and not __fish_seen_subcommand_from status apply help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from status" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from status" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from status" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from status" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from status" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from status" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from apply" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from apply" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from apply" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from apply" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from apply" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from apply" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from apply" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from apply" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from apply" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from help" -f -a "status" -d 'Show which steps are applied and which are not'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from help" -f -a "apply" -d 'Apply what is missing (`serve` does the same when it starts)'
complete -c echopilot -n "__fish_echopilot_using_subcommand migrate; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand completions" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand completions" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand completions" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand completions" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand completions" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand completions" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand completions" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand completions" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand completions" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand man" -l env-file -d 'Read settings from this file of NAME=value lines, below the environment' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand man" -l data-dir -d 'The folder of database, outbox and secrets' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand man" -l config-dir -d 'The folder of echopilot.toml and the documents that may change while the server runs' -r -F
complete -c echopilot -n "__fish_echopilot_using_subcommand man" -l json -d 'Print one JSON document on standard output: what HTTP would answer'
complete -c echopilot -n "__fish_echopilot_using_subcommand man" -s q -l quiet -d 'Say nothing but results and errors'
complete -c echopilot -n "__fish_echopilot_using_subcommand man" -s v -l verbose -d 'Say more on standard error; twice for even more'
complete -c echopilot -n "__fish_echopilot_using_subcommand man" -l no-input -d 'Never ask; fail where an answer would be needed'
complete -c echopilot -n "__fish_echopilot_using_subcommand man" -s h -l help -d 'Print help'
complete -c echopilot -n "__fish_echopilot_using_subcommand man" -s V -l version -d 'Print version'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "serve" -d 'Serve the web pages and the API, and run what is scheduled'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "smoke" -d 'Ask a running server for everything it offers and look at the answers'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "dev-check" -d 'Check settings, tables, store and generated files, and say what to do about each finding'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "seed-demo" -d 'Add the demo customer with invoices, payments, jobs, a referral and a proposal'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "warehouse-sync" -d 'Copy what changed into the warehouse, or compare both sides'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "warehouse" -d 'The warehouse: how it stands, and what it answers'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "scheduler" -d 'What runs by the clock: status, run now, pause, resume'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "sentinel" -d 'Look at the machine, the store and the queue; the service\'s own speed only a running server knows'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "keys" -d 'The keys that sign session tokens: list, rotate, retire'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "customers" -d 'Who the customers are: add, list, show, disable, enable, erase'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "billing" -d 'Payments and invoices: list, make, void, give back, compare with Stripe'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "flags" -d 'Flags and experiments: who sees which variant'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "jobs" -d 'The AI work that customers pay for'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "leads" -d 'Those who asked for more than the plans offer'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "pricing" -d 'What the work of the last weeks says about the rate'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "logs" -d 'Read the logs'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "config" -d 'Settings and where they come from'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "migrate" -d 'The tables of the store, step by step'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "man" -d 'Print a manual page'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and not __fish_seen_subcommand_from serve smoke dev-check seed-demo warehouse-sync warehouse scheduler sentinel keys customers billing flags jobs leads pricing logs config migrate completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from warehouse" -f -a "status" -d 'Show when it was last brought up to date, and what waits'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from warehouse" -f -a "query" -d 'Ask a question that has its SQL ready, or print that SQL to begin with'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from scheduler" -f -a "status" -d 'Show every task: when it runs and how it went'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from scheduler" -f -a "run" -d 'Run a task now, by the running server'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from scheduler" -f -a "pause" -d 'Pause a task until it is resumed'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from scheduler" -f -a "resume" -d 'Let a paused task go on at its next time'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "list" -d 'List the published keys'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "rotate" -d 'Sign with a new key; the one before it is still accepted, the one before that no more'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "retire" -d 'Drop the previous key now: what it signed is refused within a second'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from customers" -f -a "add" -d 'Add a customer; they can sign in with a code at once'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from customers" -f -a "list" -d 'List customers, newest first, all or those that TEXT finds'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from customers" -f -a "show" -d 'Show one customer'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from customers" -f -a "disable" -d 'Disable a customer: sessions end within a second, nobody can sign in'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from customers" -f -a "enable" -d 'Enable a customer again'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from customers" -f -a "erase" -d 'Erase a customer for good; invoices and payments stay without a name'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from billing" -f -a "payments" -d 'List payments, newest first, with what they add up to'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from billing" -f -a "invoices" -d 'List a customer\'s invoices, newest first'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from billing" -f -a "invoice" -d 'Make an invoice and finalise it'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from billing" -f -a "void" -d 'Void an open invoice, so that it can\'t be paid any more'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from billing" -f -a "refund" -d 'Give a payment back, wholly or in part'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from billing" -f -a "events" -d 'The events that Stripe sent: list, show, replay'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from billing" -f -a "reconcile" -d 'Compare the mirror with Stripe; with --apply make it equal'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from billing" -f -a "chaos" -d 'Stand between Stripe and a receiver of webhooks, and disturb what passes'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from flags" -f -a "list" -d 'Show the flags, and the last changes of them'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from flags" -f -a "set" -d 'Change a flag, or make one'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from flags" -f -a "eval" -d 'Ask which variant a key gets'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from flags" -f -a "explain" -d 'Explain which variant a key gets: its bucket, and where each variant stands'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from flags" -f -a "rollback" -d 'Take flags back to the baseline, or to how they were in an earlier version'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from flags" -f -a "report" -d 'Report what a flag has brought about, and whether that may be believed'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from flags" -f -a "simulate" -d 'Show how likely an experiment is to find a difference, and after how many users, before it begins'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from flags" -f -a "lint" -d 'Check a document before it is put into use'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "list" -d 'List jobs, newest first'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from jobs" -f -a "show" -d 'Show one job'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from leads" -f -a "list" -d 'List leads, newest first, all or those that TEXT finds'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from leads" -f -a "show" -d 'Show one lead'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from leads" -f -a "erase" -d 'Erase an address that is no customer\'s for good: its leads, and what it wrote to support'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from pricing" -f -a "optimize" -d 'Suggest a rate from the quality and the margins of the last 30 days; changes nothing'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from logs" -f -a "tail" -d 'Show the last lines of a log'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Print every setting, secrets masked'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from migrate" -f -a "status" -d 'Show which steps are applied and which are not'
complete -c echopilot -n "__fish_echopilot_using_subcommand help; and __fish_seen_subcommand_from migrate" -f -a "apply" -d 'Apply what is missing (`serve` does the same when it starts)'
