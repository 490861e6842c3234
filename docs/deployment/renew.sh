#!/bin/sh
# New code takes over from an instance, on the same socket: no request fails, and nginx need not know.
# Usage: renew.sh PIDFILE   (the one that the instance was started with: gunicorn --pid PIDFILE)
set -eu
old=$(cat "$1")
kill -USR2 "$old" # the successor ends it, as soon as it can answer itself, and then puts its own number in the file
for _ in $(seq 450); do
    now=$(cat "$1" 2>/dev/null || true)
    if [ -n "$now" ] && [ "$now" != "$old" ]; then exit 0; fi
    sleep 0.1
done
echo "No successor came up, see its log. The old one goes on." >&2
exit 1
