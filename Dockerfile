FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/extractor
COPY pyproject.toml setup.py constraints.txt README.md LICENSE NOTICE ./
COPY extractor ./extractor
COPY models ./models
RUN /opt/extractor/bin/pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin extractor
COPY --from=build /opt/extractor /opt/extractor
ENV PATH=/opt/extractor/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/v1/ready', timeout=4)"]
ENTRYPOINT ["extractor"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
