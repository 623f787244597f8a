# One program on distroless: no shell, no package manager, user 65532, nothing to write to but
# /data. `.ci/image` builds it and holds it to that. With an engine at hand:
#
#   docker build -t switchboard:0.1.0 --build-arg VERSION=0.1.0 .
#
# The version of Rust is the one of rust-toolchain.toml; `.ci/image` compares them.
FROM docker.io/library/rust:1.95.0-slim-bookworm AS build

# Writes the list of crates into the program, for `cargo audit bin` and for image scanners. It only
# calls the compiler, so it is not worth an optimized build of its own.
RUN --mount=type=cache,id=cargo-registry,target=/usr/local/cargo/registry,sharing=locked \
    cargo install --debug --locked --root /usr/local cargo-auditable@0.7.7

WORKDIR /src
COPY . .
# The dependencies stay compiled in the cached target directory, whatever changes in src.
RUN --mount=type=cache,id=cargo-registry,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=switchboard-target,target=/src/target,sharing=locked \
    cargo auditable build --release --locked -p switchboard --no-default-features && \
    install -D -m 0755 target/release/switchboard /image/usr/local/bin/switchboard && \
    install -D -m 0644 LICENSE /image/usr/share/doc/switchboard/copyright && \
    install -d -m 0750 /data

FROM gcr.io/distroless/cc-debian12:nonroot

ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="switchboard" \
      org.opencontainers.image.description="A Telegram front door to the AI agents of a Kubernetes cluster" \
      org.opencontainers.image.source="https://github.com/switchboard-bot/switchboard" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

COPY --from=build /image/ /
# A named volume that is mounted here for the first time takes this owner over.
COPY --from=build --chown=65532:65532 /data /data

# By number: Kubernetes cannot tell of a name that it is not root.
USER 65532:65532
WORKDIR /data
ENTRYPOINT ["/usr/local/bin/switchboard"]
CMD ["run", "--config", "/etc/switchboard/switchboard.toml"]
