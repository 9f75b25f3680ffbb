"""The peers, each in a module that runs in their own environment (.venv-peers) and serves rounds; see serving.py."""
