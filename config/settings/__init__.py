"""Django's settings, one module per concern. Values that differ between machines come from the environment."""

from config.settings.api import *
from config.settings.apps import *
from config.settings.cache import *
from config.settings.database import *
from config.settings.delivery import *
from config.settings.env import *
from config.settings.logs import *
from config.settings.security import *
