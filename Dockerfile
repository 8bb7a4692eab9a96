# One image for every process; compose.yaml says which runs what.
FROM python:3.11-slim AS build
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

FROM python:3.11-slim
# The data folder belongs to the user before a volume is laid over it, which then inherits that.
RUN useradd --system --uid 10001 --no-create-home pico && install -d -o pico -g pico -m 0700 /data
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PICO_DATA_DIR=/data PICO_DEMO=0 HOST=0.0.0.0
RUN python -m compileall -q .
USER pico
VOLUME /data
EXPOSE 8000 8001
# HEALTH_PORT is set where another process than web runs in the container.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen(f\"http://localhost:{os.environ.get('HEALTH_PORT', '8000')}/healthz\", timeout=2)"]
CMD ["granian", "config.wsgi:application", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "8", "--no-ws", "--respawn-failed-workers"]
