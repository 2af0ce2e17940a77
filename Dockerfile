# The lab's one image: the emulator, the tools that deploy to it, and JupyterLab.
# Where these two cannot be pulled, others can stand in for them: docs/docker.md.
ARG PYTHON_IMAGE=python:3.13-slim
ARG TERRAFORM_IMAGE=hashicorp/terraform:1.11.4

FROM ${TERRAFORM_IMAGE} AS terraform

FROM ${PYTHON_IMAGE} AS packages
ARG UV_VERSION=0.13.9
ENV UV_PYTHON_DOWNLOADS=never \
    UV_PYTHON=python3 \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --quiet --no-cache-dir "uv==${UV_VERSION}"
WORKDIR /app
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY functions/pyproject.toml functions/uv.lock functions/
COPY emulator/pyproject.toml emulator/uv.lock emulator/README.md emulator/LICENSE emulator/
COPY scripts/install-lambda-libraries.sh scripts/
# The sources come later, so that this layer stays when only they change: a link to them is enough.
RUN --mount=type=cache,target=/root/.cache/uv \
    /opt/uv/bin/uv sync --quiet --frozen --no-dev --group notebooks \
    && printf '/app\n/app/functions\n' > .venv/lib/python3.13/site-packages/checkout-lab.pth \
    && /opt/uv/bin/uv sync --quiet --frozen --no-dev --project emulator \
    && printf '/app/emulator/src\n' > emulator/.venv/lib/python3.13/site-packages/sources.pth \
    && scripts/install-lambda-libraries.sh /opt/uv/bin/uv

FROM ${PYTHON_IMAGE}
RUN useradd --uid 1000 --create-home lab \
    && install -d -m 1777 /app/.lab
COPY --from=terraform /bin/terraform /usr/local/bin/terraform
COPY --from=packages /app/.venv /app/.venv
COPY --from=packages /app/emulator/.venv /app/emulator/.venv
COPY --chown=lab . /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LAB_HOME=/app/.lab \
    LOCALSTACK_HOST_PREFIX=LAB_ \
    LOCALSTACK_HOST_START="lab up" \
    LOCALSTACK_HOST_STOP="lab down"
USER lab
WORKDIR /app
EXPOSE 4566
CMD ["/app/emulator/.venv/bin/localstack-host", "run"]
