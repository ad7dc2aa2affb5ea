"""The HTTP service. `create_app()` in app.py is the factory that uvicorn calls."""
