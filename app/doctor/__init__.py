"""What `flask --app wsgi doctor` looks at, a file for each area: it yields findings, changes nothing. See rounds.py."""
