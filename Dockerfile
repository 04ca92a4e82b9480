FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home products
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH WEB_THREADS=4 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv
COPY manage.py ./
COPY boundary boundary
COPY kernel kernel
COPY config config
COPY events events
COPY facts facts
COPY products_write products_write
COPY products_read products_read
# collectstatic reads no secret and no database, but it loads the settings, which require both.
RUN DEBUG=false SECRET_KEY=only-for-collectstatic-0123456789-abcdefghijklmnopqrstuvwxyz DATABASE_URL=sqlite://:memory: \
    python manage.py collectstatic --noinput
RUN install -d -o products /var/lib/metrics
ENV PROMETHEUS_MULTIPROC_DIR=/var/lib/metrics
USER products
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "--workers-kill-timeout", "30", "config.wsgi:application"]
