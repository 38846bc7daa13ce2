# Firebell in a container.
#
#   docker build -t firebell .
#   docker run -p 7878:7878 -v firebell:/data -v "$PWD/chat-password:/run/secrets/chat-password:ro" \
#     -e FIREBELL__SERVER__LISTEN=0.0.0.0:7878 -e FIREBELL__LOCAL__PASSWORD_FILE=/run/secrets/chat-password firebell
#
# Without these two variables it listens inside the container alone and nobody reaches it: the local chat believes
# everyone who does, so beyond loopback it wants a password. The password's file has to be readable for user 10001.
# PostgreSQL instead of the file in /data: FIREBELL__STORE__URL_FILE. A configuration of your own:
# -v "$PWD/firebell.toml:/config/firebell.toml:ro" and `firebell --config /config/firebell.toml`.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /build
COPY . .
# What SQLite's C source and ring need is in the image: a C compiler.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked && cp target/release/firebell /firebell

FROM debian:12.11-slim
# Slack is reached by TLS, and believed by the system's root certificates: an own authority's can be laid in there, too.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
# 10001: no user of the host's by accident.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin firebell \
    && install --directory --owner=firebell --group=firebell --mode=0700 /data
COPY --from=build /firebell /usr/local/bin/firebell
COPY LICENSE-* /usr/share/doc/firebell/
USER firebell
# sqlite://firebell.db, the default, is a file in here.
WORKDIR /data
VOLUME /data
EXPOSE 7878
# SIGTERM: Firebell finishes what it has begun, and stops.
STOPSIGNAL SIGTERM
# No curl in here: bash asks whether the server answers. With another port in FIREBELL__SERVER__LISTEN, give docker
# run --health-cmd.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7878 && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200'"]
ENTRYPOINT ["firebell"]
CMD ["serve"]
