# The recorder and replay on a Java runtime of their own, from sources alone:
#
#   docker build -t shiplog .
#
# Where Maven Central cannot be reached, a Maven repository in the build context does:
# --build-arg MAVEN_REPOSITORY=its folder.
#
# BUILDER: an image with a JDK 25, Maven and glibc 2.34 or newer. TOOLS: one with a static busybox. BASE: what is beside
# /opt/shiplog in the image; one that is not empty needs sh and glibc, not older than the builder's.
ARG BUILDER=maven:3.9-eclipse-temurin-25
ARG TOOLS=busybox:1.37-musl
ARG BASE=scratch

FROM ${TOOLS} AS tools

FROM ${BUILDER} AS build
ARG BASE
ARG MAVEN_REPOSITORY=
# Of the source: the commit, and its date in RFC 3339. The recorder says them among its metrics and at /version.
ARG REVISION=
ARG CREATED=
WORKDIR /build
COPY --from=tools /bin/busybox /rootfs/bin/busybox
COPY . .
RUN deploy/image/build

FROM ${BASE}
COPY --from=build /rootfs /
COPY --from=build /opt/shiplog /opt/shiplog
# Never the journal: Chronicle loads a system.properties from the working directory.
WORKDIR /opt/shiplog
# Metrics: at all addresses of the container, of which none is reached from outside without -p 127.0.0.1:9200:9200.
# All that is set otherwise counts before.
ENV PATH=/opt/shiplog/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    SHIPLOG_DEFAULT_LISTEN=0.0.0.0:9200
EXPOSE 9200
VOLUME /srv/events
STOPSIGNAL SIGTERM
# No HEALTHCHECK: its three events a probe would push the past out of the engine's memory; see docs/operations.md, Status.
ENTRYPOINT ["recorder"]
ARG REVISION=
ARG CREATED=
LABEL org.opencontainers.image.title="Shiplog" \
    org.opencontainers.image.description="The flight recorder for Docker hosts, and the tool that reads its journals" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="0.1.0-SNAPSHOT" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.created="${CREATED}"
