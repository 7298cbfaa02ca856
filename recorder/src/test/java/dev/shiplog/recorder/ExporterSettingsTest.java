package dev.shiplog.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who comes from docker-stats-exporter starts with the environment and the YAML that are there. */
class ExporterSettingsTest {
    @TempDir
    private Path directory;

    private final Map<String, List<String>> flags = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();

    private Settings settings() throws UsageException {
        return new Settings(flags, environment, RecorderConfig.OPTIONS);
    }

    private RecorderConfig config() throws UsageException {
        return RecorderConfig.of(settings(), environment);
    }

    private Path file(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("config.yaml"), yaml);
        flags.put("config", List.of(file.toString()));
        return file;
    }

    private List<String> notes() throws UsageException {
        ConfigFile file =
                ConfigFile.read(directory.resolve("config.yaml").toString(), "--config", RecorderConfig.OPTIONS);
        return new ExporterSettings(file, environment).notes();
    }

    @Test
    void itsEnvironmentIsUnderstood() throws Exception {
        environment.putAll(Map.of(
                "EXPORTER_PORT", "9300",
                "EXPORTER_ADDRESS", "0.0.0.0",
                "DOCKER_HOST", "tcp://docker:2375",
                "LOG_LEVEL", "WARNING",
                "LOG_FORMAT", "JSON",
                "MAX_CONCURRENT", "10",
                "COLLECTION_TIMEOUT", "1m30s"));
        RecorderConfig config = config();
        assertThat(config.listen()).hasToString("0.0.0.0:9300");
        assertThat(config.engine()).hasToString("tcp://docker:2375");
        assertThat(config.logDetail()).isEqualTo(Logging.Detail.WARN);
        assertThat(config.logFormat()).isEqualTo(Logging.Format.JSON);
        assertThat(config.maxConcurrent()).isEqualTo(10);
        assertThat(config.engineTimeout()).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void whatHasNoMeaningInItsEnvironmentIsTold() throws Exception {
        environment.putAll(Map.of("COLLECTION_INTERVAL", "2s", "WORKERS", "3", "EXPORTER_METRICS_PATH", "/stats"));
        assertThat(config().statsInterval()).isEqualTo(Duration.ofSeconds(2));
        file("listen: none\n");
        assertThat(notes())
                .containsExactlyInAnyOrder(
                        "WORKERS has no meaning here: there are as many as it takes, --max-concurrent at the most",
                        "EXPORTER_METRICS_PATH has no meaning here: metrics are always at /metrics");
    }

    /** What is meant to keep strangers out must not let them in. */
    @ParameterizedTest
    @ValueSource(strings = {"true", "True", "'true'", "yes", "on", "y", "1", "t"})
    void aSectionIsEnabledByEachWordForIt(String word) throws Exception {
        file("server:\n  auth: {enabled: " + word + ", username: me, password: secret}\n");
        assertThat(config().protection().login()).hasToString("me");
    }

    @ParameterizedTest
    @ValueSource(strings = {"maybe", "2", "ja", "disabled"})
    void aSectionThatIsNeitherEnabledNorNotIsWrongUsage(String word) throws Exception {
        file("server:\n  auth: {enabled: " + word + ", username: me, password: secret}\n");
        assertThatThrownBy(this::config)
                .hasMessageContaining("server.auth.enabled")
                .hasMessageEndingWith(": \"" + word + "\" is neither true nor false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "no", "off", "0"})
    void aSectionThatIsNotEnabledDoesNotCount(String word) throws Exception {
        file("server:\n  auth: {enabled: " + word + ", username: me, password: secret}\n");
        assertThat(config().protection().login()).isNull();
    }

    @Test
    void anAddressWithoutAPortAndAPortWithoutAnAddressAreCompleted() throws Exception {
        environment.put("EXPORTER_PORT", "9300");
        assertThat(config().listen()).hasToString("127.0.0.1:9300");
        environment.clear();
        environment.put("EXPORTER_ADDRESS", "::");
        assertThat(config().listen()).hasToString("[::]:9200");
        file("server: {port: 9400, address: 10.0.0.5}\n");
        assertThat(config().listen())
                .as("the environment counts before the file")
                .hasToString("[::]:9400");
        environment.put("EXPORTER_ADDRESS", " ");
        assertThat(config().listen()).hasToString("10.0.0.5:9400");
    }

    /** As an image has it, in which nobody is on the same host. */
    @Test
    void anotherDefaultGivesWayToAllThatIsSet() throws Exception {
        environment.put("SHIPLOG_DEFAULT_LISTEN", "0.0.0.0:9200");
        assertThat(config().listen()).hasToString("0.0.0.0:9200");
        environment.put("EXPORTER_PORT", "9300");
        assertThat(config().listen()).hasToString("0.0.0.0:9300");
        file("server: {address: 127.0.0.1}\n");
        assertThat(config().listen()).hasToString("127.0.0.1:9300");
        file("listen: none\n");
        assertThat(config().listen()).isNull();
        environment.put("SHIPLOG_DEFAULT_LISTEN", "9200");
        assertThatThrownBy(this::config)
                .hasMessage(
                        "SHIPLOG_DEFAULT_LISTEN: \"9200\" is not an address to listen on; write it as 127.0.0.1:9200, or none");
    }

    @Test
    void whatIsOursCountsBefore() throws Exception {
        environment.putAll(Map.of("EXPORTER_PORT", "9300", "LOG_LEVEL", "error", "DOCKER_HOST", "tcp://a:1"));
        file("listen: none\nlogging: {level: warn}\ndocker: {host: 'tcp://b:1'}\n");
        assertThat(config().listen()).isNull();
        assertThat(config().logDetail()).isEqualTo(Logging.Detail.ERROR);
        assertThat(config().engine()).hasToString("tcp://a:1");
        environment.remove("DOCKER_HOST");
        assertThat(config().engine()).hasToString("tcp://b:1");
        environment.put("SHIPLOG_LISTEN", "127.0.0.1:1");
        assertThat(config().listen()).hasToString("127.0.0.1:1");
        flags.put("log-level", List.of("debug"));
        assertThat(config().logDetail()).isEqualTo(Logging.Detail.DEBUG);
    }

    /** Each key that its documentation has, with another value than its default. */
    @Test
    void itsWholeFileIsReadAndWhatHasNoMeaningIsToldWithItsLine() throws Exception {
        Path file = file("""
                server:
                  port: "9201"
                  address: "0.0.0.0"
                  metrics_path: "/stats"
                  health_path: "/healthz"
                  ready_path: "/ready"
                  tls: {enabled: true, cert_file: /etc/c.pem, key_file: /etc/k.pem}
                  auth: {enabled: true, username: prometheus, password: "s3cret"}
                docker:
                  host: "unix:///run/docker.sock"
                  api_version: "1.44"
                  tls: {enabled: true, ca_cert: /ca.pem, cert: "", key: "", verify: false}
                collection:
                  interval: 15s
                  timeout: 12s
                  collectors: {container: true, system: false}
                  filters:
                    include:
                      labels: ["monitoring=true"]
                      names: ["^web-.*"]
                      images: ["nginx:.*"]
                    exclude:
                      labels: ["skip"]
                      names: []
                      images: ["^redis"]
                metrics:
                  namespace: "docker"
                  global_labels: {site: berlin, rack: "7"}
                  cache: {enabled: true, ttl: 30s}
                logging:
                  level: debug
                  format: json
                  output: stdout
                performance:
                  max_concurrent: 5
                  workers: 4
                  pprof_enabled: true
                  colour: blue
                """);
        RecorderConfig config = config();
        Map<String, String> described = config.described();
        assertThat(described)
                .containsEntry("listen", "0.0.0.0:9201")
                .containsEntry("listen-user", "prometheus")
                .containsEntry("listen-password-file", "")
                .containsEntry("listen-cert", "/etc/c.pem")
                .containsEntry("listen-key", "/etc/k.pem")
                .containsEntry("docker-host", "unix:///run/docker.sock")
                .containsEntry("stats-interval", "15s")
                .containsEntry("engine-timeout", "12s")
                .containsEntry("include", "label=monitoring=true,name=~^web-.*,image=~nginx:.*")
                .containsEntry("exclude", "label=skip,image=~^redis")
                .containsEntry("metric-const", "rack=7,site=berlin")
                .containsEntry("log-level", "debug")
                .containsEntry("log-format", "json")
                .containsEntry("max-concurrent", "5");
        assertThat(described.toString()).doesNotContain("s3cret");
        assertThat(config.toString()).doesNotContain("s3cret");
        String tls =
                "TLS to the engine needs DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH with ca.pem, cert.pem and key.pem";
        assertThat(String.join("\n", notes()) + "\n")
                .isEqualTo("""
                FILE, line 4: server.metrics_path has no meaning here: metrics are always at /metrics
                FILE, line 5: server.health_path has no meaning here: it is always /health
                FILE, line 11: docker.api_version has no meaning here: the version is agreed with the engine
                FILE, line 12: docker.tls.enabled has no meaning here: TLS
                FILE, line 12: docker.tls.verify has no meaning here: the engine's certificate is always verified
                FILE, line 12: docker.tls.ca_cert has no meaning here: TLS
                FILE, line 16: collection.collectors.system has no meaning here: counts of the engine are always served
                FILE, line 27: metrics.namespace has no meaning here: names have no prefix
                FILE, line 29: metrics.cache.enabled has no meaning here: a scrape always gets what was recorded last
                FILE, line 29: metrics.cache.ttl has no meaning here: a scrape always gets what was recorded last
                FILE, line 33: logging.output has no meaning here: the log goes to standard error
                FILE, line 36: performance.workers has no meaning here: there are as many as it takes, --max-concurrent at the most
                FILE, line 37: performance.pprof_enabled has no meaning here: there is no profiler
                FILE, line 38: performance.colour is not known and has no meaning here
                """.replace("FILE", file.toString()).replace(": TLS\n", ": " + tls + "\n"));
    }

    @Test
    void itsDefaultsAskForNothingElse() throws Exception {
        file("""
                server: {metrics_path: /metrics, health_path: /health, ready_path: /ready}
                docker: {api_version: "", tls: {enabled: false, ca_cert: "", cert: "", key: "", verify: true}}
                collection: {interval: 0, collectors: {container: true, system: true}, filters: {include: {names: []}}}
                metrics: {namespace: "", global_labels: {}}
                logging: {output: stderr}
                performance: {pprof_enabled: false}
                """);
        assertThat(notes()).isEmpty();
        RecorderConfig defaults = RecorderConfig.of(new Settings(Map.of(), Map.of(), RecorderConfig.OPTIONS), Map.of());
        assertThat(config().described()).isEqualTo(defaults.described());
    }

    /** By hand from its rules: exclude wins, one of the included must be met, labels are plain texts. */
    @ParameterizedTest
    @CsvSource({
        "web-1, nginx:1.25, monitoring=true, true",
        "web-1, nginx:1.25, '', true",
        "my-web-1, alpine, '', false",
        "db, nginx:1.25, '', true",
        "db, postgres, monitoring=true, true",
        "db, postgres, monitoring=false, false",
        "db, postgres, star=a*b, true",
        "db, postgres, star=axb, false",
        "db, postgres, any=x, true",
        "web-test, nginx:1.25, monitoring=true, false",
        "web-2, myregistry/old:1, '', false",
        "web-3, nginx:1.25, hidden=, false",
        "web-3, nginx:1.25, tilde=~x, false",
        "web-3, nginx:1.25, tilde=x, true"
    })
    void itsFiltersChooseTheSameContainers(String name, String image, String label, boolean recorded) throws Exception {
        file("""
                collection:
                  filters:
                    include:
                      labels: ["monitoring=true", "star=a*b", "any="]
                      names: ["^web-.*"]
                      images: ["nginx:.*"]
                    exclude:
                      labels: [hidden, "tilde=~x"]
                      names: ["-test$"]
                      images: ["/old:"]
                """);
        int equals = label.indexOf('=');
        Map<String, String> labels =
                equals < 0 ? Map.of() : Map.of(label.substring(0, equals), label.substring(equals + 1));
        assertThat(config().filter().wants(new Container("8e8f40", name, image, "", labels, false)))
                .isEqualTo(recorded);
    }

    @Test
    void aSectionCountsIfItIsEnabledAndComplete() throws Exception {
        Path file = file("server: {auth: {enabled: false, username: me, password: s3cret}}\n");
        assertThat(config().protection().login()).isNull();
        assertThat(notes()).isEmpty();
        file("server:\n  auth: {username: me, password: s3cret}\n");
        assertThat(config().protection().login()).isNull();
        assertThat(notes()).containsExactly(file + ": server.auth does not count without server.auth.enabled: true");
        file("server: {auth: {enabled: true, username: me, password_file: /run/secret}}\n");
        assertThat(Objects.requireNonNull(config().protection().login()).file()).isEqualTo(Path.of("/run/secret"));
        for (String given : List.of("", ", password: s3cret", ", username: me")) {
            file("server: {auth: {enabled: true" + given + "}}\n");
            assertThatThrownBy(this::config)
                    .isInstanceOf(UsageException.class)
                    .hasMessageStartingWith("server.auth.enabled in " + file + ": server.auth.")
                    .hasMessageEndingWith(" is needed as well")
                    .message()
                    .doesNotContain("s3cret");
        }
        file("server: {tls: {enabled: true, cert_file: /c.pem}}\n");
        assertThatThrownBy(this::config)
                .hasMessage("server.tls.enabled in " + file + ": server.tls.key_file is needed as well");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "collection: {filters: {include: {names: ['[']}}} | collection.filters.include.names in FILE: \"[\" is not a regular expression: missing closing ]",
                "server: {port: many} | server.port in FILE: \"127.0.0.1:many\" is not an address to listen on; write it as 127.0.0.1:9200, or none",
                "collection: {timeout: 10} | collection.timeout in FILE: \"10\" is not a duration; write it in ms, s, m, h, d or w, as in 500ms, 90s, 1h30m or 365d",
                "logging: {level: loud} | logging.level in FILE: \"loud\" is not one of debug, info, warn, error",
                "performance: {max_concurrent: -1} | performance.max_concurrent in FILE: \"-1\" is not a number from 1 to 9999999",
                "server: 5 | server in FILE: keys below it are needed",
                "collection: {filters: {include: {names: [[a]]}}} | collection.filters.include.names in FILE: a value or a list of values is needed",
                "logging: {level: info, level: warn} | FILE, line 1: logging.level is set a second time"
            })
    void whatMakesNoSenseIsRefusedWithItsPlace(String yaml, String why) throws Exception {
        Path file = file(yaml + "\n");
        assertThatThrownBy(this::config)
                .isInstanceOf(UsageException.class)
                .hasMessage(why.replace("FILE", file.toString()));
    }

    @Test
    void aFileThatLeadsIntoItselfEnds() throws Exception {
        file("metrics: &all\n  namespace: a\n  more: *all\n");
        assertThatThrownBy(this::config).isInstanceOf(UsageException.class).hasMessageContaining("metrics.more");
    }

    @Test
    void aPasswordIsReadFromFilesAlone() throws Exception {
        environment.put("SHIPLOG_LISTEN_USER", "me");
        environment.put("SHIPLOG_LISTEN_PASSWORD", "s3cret");
        assertThatThrownBy(this::config).hasMessage("SHIPLOG_LISTEN_USER: --listen-password-file is needed as well");
    }
}
