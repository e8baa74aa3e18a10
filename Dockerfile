# The image of portcullis: one static binary and the usual CA certificates; no shell, no root.
#
#   docker buildx build --platform linux/amd64,linux/arm64 --tag registry.example/portcullis:0.1.0 --push .
#
# Each platform compiles itself, so that there is no cross compiler for aws-lc and mimalloc to go wrong: buildx with a native builder
# for each is quick, emulation is slow. The build argument pins the base to what was looked at; its digest is what
# `docker buildx imagetools inspect rust:1.95.0-alpine` prints:
#
#   --build-arg RUST_IMAGE=rust:1.95.0-alpine@sha256:…
#
# `--build-arg FEATURES=otel` adds cargo features.
ARG RUST_IMAGE=rust:1.95.0-alpine

FROM ${RUST_IMAGE} AS build
# A C compiler for aws-lc and mimalloc; aws-lc includes linux/random.h.
RUN apk add --no-cache ca-certificates gcc linux-headers musl-dev
WORKDIR /src
COPY . .
ARG TARGETARCH
ARG FEATURES=
# musl and not static glibc, which resolves no names without its shared libraries. The target is named, so that the flag isn't for build
# scripts and macros too. What still asks for a shared library would not start in an empty image: that fails here instead.
RUN --mount=type=cache,id=portcullis-registry,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=portcullis-target-${TARGETARCH},target=/src/target,sharing=locked \
    set -eu; \
    target="$(uname -m)-unknown-linux-musl"; \
    RUSTFLAGS="-C target-feature=+crt-static" cargo build --locked --release --target "$target" --features "$FEATURES"; \
    install -D -m 0755 "target/$target/release/portcullis" /out/portcullis; \
    if readelf --dynamic /out/portcullis | grep NEEDED; then exit 1; fi

FROM scratch
LABEL org.opencontainers.image.title="portcullis" \
      org.opencontainers.image.description="Policy-as-code admission for Kubernetes" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/portcullis /portcullis
# mimalloc gives freed memory back after a millisecond and commits its arenas as they are used: a webhook that has judged a burst of
# large objects shrinks again (measured, docs/figures.md). On a command line its defaults are the quicker ones.
ENV MIMALLOC_ARENA_EAGER_COMMIT=0 MIMALLOC_PURGE_DELAY=1
USER 65532:65532
EXPOSE 8443 8080
ENTRYPOINT ["/portcullis"]
