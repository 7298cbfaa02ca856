package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.replay.ReplayMain;
import dev.shiplog.testkit.cluster.ClusterFault;
import dev.shiplog.testkit.cluster.ClusterProxy;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills {@code replay ship} with {@code kill -9} again and again on its way through a storm of faults into the real cluster at
 * {@code SHIPLOG_TEST_CLUSTER}, and fills the disk of its state in between: at the end each record is one document, as export
 * writes it, and none is there twice. After each kill, the state is not beyond what has arrived.
 *
 * <p>{@code scripts/soak-ship 100} kills 100 times and restarts the cluster, too; {@code mvn -Dshiplog.seed=N …} repeats the
 * choices of a run.
 */
@Tag("cluster")
@Tag("once")
class ShipKillTest {
    private static final int KILLS = Integer.getInteger("shiplog.ship.kills", 4);
    private static final int RESTARTS = Integer.getInteger("shiplog.ship.restarts", 0);
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    private static final int RECORDS = 2_000 + 500 * KILLS;
    private static final String MAPPING = "{\"settings\":{\"number_of_replicas\":0},\"mappings\":{\"dynamic\":false,"
            + "\"properties\":{\"@timestamp\":{\"type\":\"date_nanos\"},"
            + "\"shiplog\":{\"properties\":{\"sequence\":{\"type\":\"long\"}}}}}}";

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private final String prefix = "kill-" + Long.toHexString(System.nanoTime());
    private PrivateMount disk;
    private ClusterDocuments documents;
    private ClusterProxy proxy;
    private int kills;
    private int restarts;
    private int full;

    @BeforeEach
    void open() throws IOException {
        documents = ClusterDocuments.open(prefix, MAPPING);
        disk = PrivateMount.of(directory.resolve("disk"), "size=1m");
        proxy = ClusterProxy.to(documents.uri());
    }

    @AfterEach
    void close() throws IOException {
        if (proxy != null) {
            proxy.close();
        }
        if (disk != null) {
            disk.close();
        }
        if (documents != null) {
            documents.close();
        }
    }

    private void storm() {
        proxy.behave();
        proxy.commit(ClusterFault.storm(
                        random.nextLong(),
                        0.2,
                        List.of(
                                ClusterFault.tooManyRequests(),
                                ClusterFault.error(503, "unavailable_shards_exception", "no primary"),
                                ClusterFault.html(502),
                                ClusterFault.gatewayTimeout(),
                                ClusterFault.cutBefore(),
                                ClusterFault.cutAmid(),
                                ClusterFault.cutAfter(),
                                ClusterFault.slow(Duration.ofMillis(200)),
                                ClusterFault.rejectItems(i -> i % 9 == 4, "rejected_execution_exception")))
                .on("_bulk"));
    }

    @Test
    void everyRecordIsOneDocumentWhateverIsKilled() throws Exception {
        Path journal = directory.resolve("journal");
        HostHistory.write(journal, RECORDS);
        Path copy = copy(journal, directory.resolve("elsewhere"));
        Path archives = Files.createDirectory(directory.resolve("archives"));
        end(replay("archive", "--to", archives.toString(), journal.toString()), 0);
        List<Path> sources = List.of(journal, copy, archives);
        Map<String, Integer> expected = exported(journal);

        storm();
        for (int i = 0; i < KILLS; i++) {
            Process shipper = ship(i % 4 == 3 ? copy : journal);
            if (restarts * KILLS < i * RESTARTS) {
                restartTheCluster();
            }
            killSometime(shipper);
            assertStateIsNotAhead(expected);
            if (i % 8 == 2) {
                fillTheDisk(journal);
            }
        }
        end(ship(journal), 0);
        String as = "after " + kills + " kills, " + seed();
        ClusterDocuments.assertSame(documents.read(as), expected, as);
        proxy.behave();
        for (Path source : sources) {
            Path receipt = directory.resolve("again.json");
            end(
                    replay(
                            "ship",
                            "--to",
                            documents.uri().toString(),
                            "--index-prefix",
                            prefix,
                            "--receipt",
                            receipt.toString(),
                            source.toString()),
                    0);
            JsonNode counts = receipt(receipt);
            assertThat(counts.path("records_created").asLong())
                    .as("%s again, %s", source, seed())
                    .isZero();
            assertThat(counts.path("records_existed").asLong())
                    .as("%s again, %s", source, seed())
                    .isPositive();
        }
        ClusterDocuments.assertSame(documents.read(as), expected, "again " + as);
        report("records", expected.size());
    }

    @Test
    void everyWindowIsOneDocumentWhateverIsKilled() throws Exception {
        Path journal = directory.resolve("journal");
        HostHistory.write(journal, RECORDS);
        end(
                replay(
                        "ship",
                        "--to",
                        documents.uri().toString(),
                        "--index-prefix",
                        prefix,
                        "--every",
                        "1m",
                        journal.toString()),
                0);
        Map<String, Integer> expected = documents.read(seed());
        documents.clear();

        storm();
        for (int i = 0; i < KILLS / 2; i++) {
            killSometime(ship(journal, "--every", "1m"));
        }
        end(ship(journal, "--every", "1m"), 0);
        String as = "windows after " + kills + " kills, " + seed();
        ClusterDocuments.assertSame(documents.read(as), expected, as);
        report("windows", expected.size());
    }

    @Test
    void everyRecordOfAJournalThatGrowsIsOneDocumentWhateverIsKilled() throws Exception {
        Path journal = directory.resolve("journal");
        storm();
        CompletableFuture<Void> recorder = CompletableFuture.runAsync(() -> record(journal));
        await().until(() -> recorder.isDone()
                || Files.exists(journal) && !Catalog.files(journal).isEmpty());
        for (int i = 0; i < KILLS / 2; i++) {
            killSometime(ship(journal, "--follow"));
        }
        Process shipper = ship(journal, "--follow");
        recorder.get();
        Map<String, Integer> expected = exported(journal);
        await().atMost(Duration.ofMinutes(5))
                .until(() -> !shipper.isAlive() || count(Long.MAX_VALUE) == expected.size());
        shipper.destroy(); // SIGTERM
        end(shipper, 0);
        String as = "followed with " + kills + " kills, " + seed();
        ClusterDocuments.assertSame(documents.read(as), expected, as);
        assertStateIsNotAhead(expected);
        report("records, followed", expected.size());
    }

    /** Slower than the shipper, so that it has to wait for more. */
    private static void record(Path journal) {
        try {
            HostHistory.write(journal, RECORDS, made -> {
                if (made % 100 == 0) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(60));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a process of which what it says goes to the log. */
    private Process replay(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(disk.enter());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + Path.of("..", "scripts", "replay.options").toAbsolutePath());
        command.addAll(List.of("-cp", String.join(File.pathSeparator, RecorderProcess.classPath())));
        command.add(ReplayMain.class.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    private Process ship(Path source, String... options) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("ship", "--to", proxy.uri().toString()));
        arguments.addAll(List.of("--index-prefix", prefix, "--batch", "128KiB"));
        arguments.addAll(List.of("--state", disk.inside().resolve("state.json").toString()));
        arguments.addAll(List.of("--receipt", directory.resolve("receipt.json").toString()));
        arguments.addAll(List.of(options));
        arguments.add(source.toString());
        Files.deleteIfExists(directory.resolve("receipt.json"));
        return replay(arguments.toArray(String[]::new));
    }

    /** Waits for its end; what it counted adds up. */
    private void end(Process process, int code) throws Exception {
        assertThat(process.waitFor()).as(this::said).isEqualTo(code);
        Path file = directory.resolve("receipt.json");
        if (Files.exists(file)) {
            receipt(file);
        }
    }

    private static JsonNode receipt(Path file) throws IOException {
        JsonNode journals =
                ClusterDocuments.JSON.readTree(Files.readString(file)).path("journals");
        if (journals.isEmpty()) {
            return journals; // all had arrived before
        }
        JsonNode counts = journals.elements().next();
        long sum = 0;
        for (String what :
                List.of("created", "existed", "refused", "filtered", "restated", "late", "open", "unsettled")) {
            assertThat(counts.has("records_" + what))
                    .as("%s in %s", what, counts)
                    .isTrue();
            sum += counts.path("records_" + what).asLong();
        }
        assertThat(sum)
                .as("%s, %s", counts, seed())
                .isEqualTo(counts.path("records_read").asLong());
        assertThat(counts.path("records_refused").asLong())
                .as("%s, %s", counts, seed())
                .isZero();
        return counts;
    }

    /** At any moment of its life: while it starts, after some requests, or between two. */
    private void killSometime(Process shipper) throws Exception {
        int calls = proxy.seen("_bulk").size() + random.nextInt(25);
        int millis = random.nextInt(300);
        if (random.nextInt(5) > 0) {
            await().atMost(Duration.ofMinutes(5))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> !shipper.isAlive() || proxy.seen("_bulk").size() > calls);
        }
        if (!shipper.waitFor(millis, TimeUnit.MILLISECONDS)) {
            kills++;
        }
        shipper.destroyForcibly().waitFor();
        assertThat(shipper.exitValue()).as(this::said).isIn(0, 128 + 9);
    }

    /** The state says of no record that it has arrived which is not there. */
    private void assertStateIsNotAhead(Map<String, Integer> expected) throws IOException {
        Path state = disk.outside().resolve("state.json");
        if (Files.exists(state)) {
            JsonNode journals =
                    ClusterDocuments.JSON.readTree(Files.readString(state)).path("journals");
            long to = journals.elements().next().path("sequence").asLong();
            long wanted = expected.keySet().stream()
                    .filter(name -> sequence(name) <= to)
                    .count();
            assertThat(count(to)).as("of the first %d, %s", to, seed()).isEqualTo(wanted);
        }
    }

    /** Of {@code INDEX/JOURNAL-SEQUENCE-R}. */
    private static long sequence(String name) {
        String[] words = name.split("-");
        return Long.parseLong(words[words.length - 2]);
    }

    private long count(long to) throws IOException {
        documents.ask("GET", "/_cluster/health?wait_for_status=yellow&timeout=2m", "");
        documents.ask("POST", "/" + prefix + "-*/_refresh", "");
        String query = "{\"query\":{\"range\":{\"shiplog.sequence\":{\"lte\":" + to + "}}}}";
        return documents
                .ask("POST", "/" + prefix + "-*/_count", query)
                .path("count")
                .asLong();
    }

    private void fillTheDisk(Path journal) throws Exception {
        Path ballast = disk.outside().resolve("ballast");
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (Files.getFileStore(disk.outside()).getUsableSpace() > 0) {
                out.write(new byte[4096]);
            }
        }
        end(ship(journal), 1);
        assertThat(said().lines().filter(line -> line.startsWith("replay: ")).toList())
                .as(seed())
                .last()
                .asString()
                .contains("state.json")
                .contains("No space left on device");
        Files.delete(ballast);
        full++;
    }

    private void restartTheCluster() throws Exception {
        Process script = new ProcessBuilder("../scripts/test-cluster", "restart")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        assertThat(script.waitFor()).as(this::said).isZero();
        restarts++;
    }

    private Map<String, Integer> exported(Path journal) throws Exception {
        Path lines = directory.resolve("lines");
        end(
                replay(
                        "export",
                        "--format",
                        "bulk",
                        "--fields",
                        "ecs",
                        "--index-prefix",
                        prefix,
                        "-o",
                        lines.toString(),
                        journal.toString()),
                0);
        return ClusterDocuments.written(lines);
    }

    private static Path copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        for (Path file : DirectoryListing.of(from)) { // the lock, too
            Files.copy(file, to.resolve(file.getFileName()));
        }
        return to;
    }

    private Path log() {
        return directory.resolve("log");
    }

    private String said() {
        try {
            return seed() + "\n" + Files.readString(log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void report(String what, int count) {
        long faults = proxy.seen("_bulk").stream()
                .filter(call -> call.status() != 200)
                .count();
        System.out.printf(
                "ShipKillTest: %d %s: %d kills, %d restarts of the cluster, %d times a full disk, %d faults in %d requests;"
                        + " 0 missing, 0 twice%n",
                count, what, kills, restarts, full, faults, proxy.seen("_bulk").size());
    }

    private static String seed() {
        return "-Dshiplog.seed=" + SEED;
    }
}
