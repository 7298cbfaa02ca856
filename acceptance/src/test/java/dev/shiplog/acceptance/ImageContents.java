package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What has to be in the image and its description, and what must not. */
final class ImageContents {
    /** Of all its files. */
    private static final long LIMIT = 110_000_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    private ImageContents() {}

    static void holdsWhatItSaysAndNoMore(BuiltImage image, Path root) throws Exception {
        JsonNode described = image.inspect("shiplog");
        System.out.printf("ImageTest: %,d bytes%n", described.path("Size").asLong());
        assertThat(described.path("Size").asLong()).isLessThan(LIMIT);
        JsonNode config = described.path("Config");
        assertThat(config.path("StopSignal").asText()).isEqualTo("SIGTERM");
        assertThat(config.path("Volumes").has("/srv/events")).isTrue();
        JsonNode labels = config.path("Labels");
        String name = "org.opencontainers.image.";
        assertThat(BuiltImage.text("pom.xml"))
                .contains("<version>" + labels.path(name + "version").asText() + "</version>");
        assertThat(labels.path(name + "licenses").asText()).isEqualTo("Apache-2.0");
        assertThat(labels.path(name + "revision").asText()).matches("[0-9a-f]{40}");
        assertThat(OffsetDateTime.parse(labels.path(name + "created").asText()))
                .isBefore(OffsetDateTime.now(ZoneOffset.UTC));

        // Exactly the jars of its SBOM, as they were published, but for zstd's, whose libraries for other machines are
        // out.
        SortedMap<String, String> listed = new TreeMap<>();
        for (JsonNode component :
                JSON.readTree(root.resolve("opt/shiplog/sbom.json").toFile()).path("components")) {
            String jar = component.path("name").asText() + "-"
                    + component.path("version").asText() + ".jar";
            for (JsonNode hash : component.path("hashes")) {
                if (hash.path("alg").asText().equals("SHA-256")) {
                    listed.put(jar, hash.path("content").asText());
                }
            }
        }
        SortedMap<String, String> there = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path jar :
                    files.filter(file -> file.toString().endsWith(".jar")).toList()) {
                assertThat(jar.getParent()).isEqualTo(root.resolve("opt/shiplog/lib"));
                there.put(jar.getFileName().toString(), BuiltImage.sha256(jar));
            }
        }
        assertThat(there.keySet()).isEqualTo(listed.keySet()).hasSizeGreaterThan(20);
        assertThat(there).allSatisfy((jar, digest) -> {
            if (!jar.startsWith("zstd-jni-")) {
                assertThat(digest).as(jar).isEqualTo(listed.get(jar));
            }
        });

        for (Map.Entry<String, String> file :
                BuiltImage.list(root.resolve("opt")).entrySet()) {
            assertThat(file.getValue()).as(file.getKey()).matches("r[w-][x-]r-[x-]r-[x-] 0:0.*|-> .*");
        }
    }

    /** The runtime has the modules that the jars need, but for AWT. */
    static void theRuntimeHasTheModulesThatTheJarsNeed(BuiltImage image, Path root) throws Exception {
        String has =
                image.docker("run", "--rm", "--entrypoint=/opt/shiplog/java/bin/java", "shiplog", "--list-modules");
        List<String> command =
                new ArrayList<>(List.of("--multi-release", "25", "--ignore-missing-deps", "--print-module-deps"));
        try (Stream<Path> jars = Files.list(root.resolve("opt/shiplog/lib"))) {
            jars.map(Path::toString)
                    .filter(jar -> jar.endsWith(".jar"))
                    .sorted()
                    .forEach(command::add);
        }
        String needed = image.docker(Stream.concat(
                        Stream.of(
                                "run",
                                "--rm",
                                "-v",
                                root + ":" + root,
                                "--entrypoint=/opt/jdk/bin/jdeps",
                                "shiplog-builder"),
                        command.stream())
                .toArray(String[]::new));
        assertThat(needed.strip().split(","))
                .hasSizeGreaterThan(4)
                .filteredOn(module -> !module.equals("java.desktop"))
                .allSatisfy(module -> assertThat(has).contains(module + "@"));
    }
}
