# The daemon in a container: docker build -t kis-actors . ; see docs/operations.md, or run `kis-actors install-service --docker`.

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/kis-actors
WORKDIR /src
# What is pinned, checked by hash, in a layer of its own: it changes rarely.
COPY requirements.lock ./
RUN /opt/kis-actors/bin/pip install --require-hashes -r requirements.lock
COPY setup.* pyproject.toml README.md LICENSE ./
COPY config config
COPY eventlog eventlog
COPY kis_actors kis_actors
RUN /opt/kis-actors/bin/pip install --no-deps .

FROM python:3.11-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin kis-actors \
    && install -d -m 0700 -o kis-actors -g kis-actors /data
COPY --from=build /opt/kis-actors /opt/kis-actors
# Settings, calendar and universe as shipped; mount your own over them.
COPY config /app/config
ENV PATH=/opt/kis-actors/bin:$PATH TZ=Asia/Seoul PYTHONUNBUFFERED=1 PYTHONFAULTHANDLER=1
WORKDIR /app
USER 10001
VOLUME /data
STOPSIGNAL SIGTERM
# The watch page answers on the container's own loopback: 200 while the daemon is well, 503 while it is not. A page that
# others can reach wants its token here too.
HEALTHCHECK --interval=30s --timeout=10s --start-period=90s --retries=3 CMD ["python", "-c", "import os; from urllib.request import ProxyHandler, Request, build_opener; asked = Request('http://127.0.0.1:8787/healthz', headers={'Authorization': 'Bearer ' + os.environ.get('KIS_ACTORS_WEB_TOKEN', '')}); build_opener(ProxyHandler({})).open(asked, timeout=5)"]
ENTRYPOINT ["kis-actors"]
CMD ["run", "--data-dir", "/data"]
