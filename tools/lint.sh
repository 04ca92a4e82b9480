#!/bin/sh
# All checks besides the tests: style, types, import directions, migrations and Django's deployment checks.
set -u
status=0
PATH="$PWD/.venv/bin:$PATH"

check() {
    echo "--- $*"
    "$@" || status=1
}

check ruff check .
check ruff format --check .
check mypy
check lint-imports
check env DEBUG=true python manage.py makemigrations --check --dry-run
check env DEBUG=false ALLOWED_HOSTS=products.example SECURE_PROXY_SSL_HEADER=X-Forwarded-Proto,https \
    SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    python manage.py check --deploy --fail-level WARNING
exit $status
