"""The event classes of products: the facts in the log, and the data of each. Both sides use them.

Import an event from its module, as in `from facts.inventory import InventoryAdded`. This package imports all its
modules, so every event is registered as soon as one of them is used.

The type of an event is an explicit string, never the path of its class, so that code can move. A class whose fields
change gets a new `schema_version` and an upcaster from the version before (see events.contracts.upcasting).
"""

from kernel.discovery import import_modules

import_modules(__name__, __path__)
