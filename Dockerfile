# The recorder and replay on a Java runtime, nothing else. Build the jars first, on any machine with a JDK:
#
#   mvn -q -Dquick -DskipTests package -pl recorder,replay -am
#   docker build -t shiplog .
#
# BASE: an image with sh and Java 25.
ARG BASE=eclipse-temurin:25-jre
FROM ${BASE}

COPY scripts/lib.sh scripts/recorder scripts/recorder.options scripts/replay scripts/replay.options /opt/shiplog/scripts/
COPY recorder/target/shiplog-recorder.jar /opt/shiplog/recorder/target/
COPY replay/target/shiplog-replay.jar /opt/shiplog/replay/target/

# Never the journal: Chronicle loads a system.properties from the working directory.
WORKDIR /opt/shiplog
# Metrics: at all addresses of the container, of which none is reached from outside without -p 127.0.0.1:9200:9200.
# All that is set otherwise counts before.
ENV PATH=/opt/shiplog/scripts:$PATH SHIPLOG_DEFAULT_LISTEN=0.0.0.0:9200
EXPOSE 9200
# Prepares a faster start.
RUN recorder --version
VOLUME /srv/events
# No HEALTHCHECK: its three events a probe would push the past out of the engine's memory; see docs/operations.md, Status.
ENTRYPOINT ["recorder"]
