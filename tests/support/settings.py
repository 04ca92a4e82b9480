"""The settings of the tests: embedded, without .env. The environment may name another database."""

import os
import tempfile

os.environ.setdefault("DEBUG", "true")
os.environ.setdefault("DATABASE_URL", f"sqlite:///{tempfile.gettempdir()}/products-{os.getpid()}.sqlite3")
os.environ.setdefault("READ_DATABASE_URL", "")
os.environ.setdefault("CELERY_BROKER_URL", "")
os.environ.setdefault("LOG_LEVEL", "WARNING")

from config.settings import *
from config.settings import DATABASES

# The database is a file and not in memory, so that threads meet the locks that processes meet. The process id in its
# name keeps two runs apart.
for _alias, _database in DATABASES.items():
    if _database["ENGINE"].endswith("sqlite3"):
        _database["TEST"] = {"NAME": f"{tempfile.gettempdir()}/products-test-{os.getpid()}-{_alias}.sqlite3"}

# A strong hash takes a tenth of a second for each user that a test makes.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
