"""`wsgi:app` for a WSGI server. `python wsgi.py` is the development server."""

import gc
import sys

gc.disable()  # nothing that is made while the product is loaded is rubbish

from app import create_app
from app.development import serve
from app.settings import BadSettings

CANNOT_START = 3
"""What gunicorn calls it: it gives up instead of trying again for ever."""

if __name__ == "__main__":
    gc.enable()
    serve()
else:
    try:
        app = create_app()
    except BadSettings as bad:
        if "gunicorn.arbiter" in sys.modules:
            print(bad.message, file=sys.stderr)
            sys.exit(CANNOT_START)
        from app.cli import doctor  # what servers need not load

        app = doctor.receive(bad)
    gc.freeze()  # it stays for good: where the collector never looks, it never writes, and processes go on sharing it
    gc.enable()
