# One image for every Airflow process of docker-compose.yaml.
FROM python:3.11-slim-bookworm

ENV AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/assay/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/assay/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    PYTHONPATH=/opt/assay/include \
    PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    TF_CPP_MIN_LOG_LEVEL=2

WORKDIR /opt/assay
COPY requirements.txt requirements-docker.txt ./
RUN pip install --no-cache-dir -r requirements.txt -r requirements-docker.txt

# volumes take over the owner of the folder they are mounted on
RUN useradd --uid 50000 --create-home assay \
    && mkdir -p /opt/airflow/logs /opt/airflow/login /opt/assay/data/storage /opt/assay/data/landing \
    && chown -R assay /opt/airflow /opt/assay/data
COPY dags dags
COPY plugins plugins
COPY include include
USER assay

ENTRYPOINT ["airflow"]
CMD ["version"]
