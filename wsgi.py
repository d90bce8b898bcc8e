"""For servers that look for a module: `gunicorn wsgi`."""

from portal.app import create_app

application = create_app()
