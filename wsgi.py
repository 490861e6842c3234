"""`wsgi:app` for a WSGI server. `python wsgi.py` is the development server."""

from app import create_app
from app.development import serve

if __name__ == "__main__":
    serve()
else:
    app = create_app()
