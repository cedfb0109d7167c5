# Two stages: wheels are built once, the image that runs has no compiler, no pip cache and no root.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/casemgmt
COPY requirements.lock ./
RUN /opt/casemgmt/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY src ./src
COPY api ./api
COPY rules ./rules
RUN /opt/casemgmt/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home casemgmt \
    && install --directory --owner=10001 --mode=0700 /key /witness /documents /documents-key
COPY --from=build /opt/casemgmt /opt/casemgmt
WORKDIR /app
COPY alembic.ini ./
COPY migrations ./migrations
COPY openapi ./openapi
ENV PATH=/opt/casemgmt/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
# Migrating is a step of its own, with its own database role: `casemgmt migrate` (see compose.yaml).
CMD ["python", "-m", "api", "serve", "--host", "0.0.0.0", "--port", "8000"]
