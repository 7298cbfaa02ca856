package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.testkit.cluster.ClusterFault;
import dev.shiplog.testkit.cluster.ClusterProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills {@code replay ship} with {@code kill -9} again and again on its way through a storm of faults into the real cluster at
 * {@code SHIPLOG_TEST_CLUSTER}, from the journal, a copy and its archives in turn, and fills the disk of its state in between:
 * at the end each record is one document, as export writes it, and none is there twice. After each kill, the state is not
 * beyond what has arrived.
 *
 * <p>{@code scripts/soak-ship 100} kills 100 times and restarts and kills the cluster, too; {@code mvn -Dshiplog.seed=N …}
 * repeats the choices of a run.
 */
@Tag("cluster")
@Tag("once")
class ShipKillTest {
    private static final int KILLS = Integer.getInteger("shiplog.ship.kills", 3);
    private static final int RESTARTS = Integer.getInteger("shiplog.ship.restarts", 0);
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    private static final int RECORDS = Integer.getInteger("shiplog.ship.records", 1_200 + 300 * KILLS);
    /** The disk is full after the first kill, and after so many more each time. */
    private static final int FULL = 10;

    private static final String MAPPING = "{\"settings\":{\"number_of_replicas\":0},\"mappings\":{\"dynamic\":false,"
            + "\"properties\":{\"@timestamp\":{\"type\":\"date_nanos\"},"
            + "\"shiplog\":{\"properties\":{\"journal\":{\"type\":\"keyword\"},\"sequence\":{\"type\":\"long\"},"
            + "\"window\":{\"properties\":{\"end\":{\"type\":\"date_nanos\"}}}}}}}}";

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private final String prefix = "kill-" + Long.toHexString(System.nanoTime());
    private final AtomicInteger calls = new AtomicInteger();
    /** How many documents were there up to which sequence when the state said that they had arrived. */
    private final Map<Long, Long> arrivals = new TreeMap<>();

    /** How many samples are recorded of a journal that grows. */
    private final Semaphore due = new Semaphore(100);

    private Path journal;
    private ClusterDocuments documents;
    private ClusterProxy proxy;
    private Shippers shippers;
    private int kills;
    private int restarts;
    private int full;
    private int voyages = 1;

    @BeforeEach
    void open() throws IOException {
        journal = directory.resolve("journal");
        documents = ClusterDocuments.open(prefix, MAPPING);
        proxy = ClusterProxy.to(documents.uri());
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
        proxy.commit(((ClusterFault) (call, proper) -> {
                    calls.incrementAndGet();
                    return proper.answer(call);
                })
                .on("_bulk"));
        shippers = Shippers.open(directory, proxy.uri(), "--index-prefix", prefix);
    }

    @AfterEach
    void close() throws IOException {
        if (shippers != null) {
            shippers.close();
        }
        if (proxy != null) {
            proxy.close();
        }
        if (documents != null) {
            documents.close();
        }
    }

    @Test
    void everyRecordIsOneDocumentWhateverIsKilled() throws Exception {
        HostHistory.write(journal, RECORDS);
        Map<String, Integer> expected = exported();
        List<Path> sources = sources();
        String[] options = {"--batch", "128KiB"};
        for (int i = 0; kills < KILLS; i++) {
            Path source = sources.get(i % sources.size());
            voyage(source, KILLS, expected, options);
            rememberArrivals();
        }
        shippers.end(shippers.start(journal, options), 0);
        assertArrived(expected);
        rememberArrivals();
        assertArrivalsTrue(expected);
        assertThereAgain(sources, expected);
        report("records", expected.size());
    }

    @Test
    void everyWindowIsOneDocumentWhateverIsKilled() throws Exception {
        HostHistory.write(journal, RECORDS);
        List<Path> sources = sources();
        Shippers.run(directory, "ship", "--to", to(), "--index-prefix", prefix, "--every", "1m", journal.toString());
        Map<String, Integer> expected = documents.read(seed());
        documents.clear();
        String[] options = {"--batch", "16KiB", "--every", "1m"};
        for (int i = 0; kills < KILLS / 2; i++) {
            voyage(sources.get(i % sources.size()), KILLS / 2, expected, options);
        }
        shippers.end(shippers.start(journal, options), 0);
        assertArrived(expected);
        assertThereAgain(sources, expected, "--every", "1m");
        report("windows", expected.size());
    }

    @Test
    void everyRecordOfAJournalThatGrowsIsOneDocumentWhateverIsKilled() throws Exception {
        CompletableFuture<Void> recorder = CompletableFuture.runAsync(this::record);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> recorder.isDone()
                        || Files.exists(journal.resolve(JournalLock.FILE))
                                && !Catalog.files(journal).isEmpty());
        String[] options = {"--batch", "64KiB", "--follow"};
        while (kills < KILLS / 2) {
            due.release(RECORDS * 8 / 10 / (KILLS / 2)); // it still grows at the end
            voyage(journal, KILLS / 2, Map.of(), options);
            rememberArrivals();
        }
        due.release(RECORDS);
        Process shipper = shippers.start(journal, options);
        recorder.get();
        Map<String, Integer> expected = exported();
        // All may be there while the answer that says so was lost: then it is still sending.
        long last = expected.keySet().stream()
                .mapToLong(ShipKillTest::sequence)
                .max()
                .orElseThrow();
        await().atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> !shipper.isAlive() || shippers.arrived() >= last);
        shipper.destroy(); // SIGTERM
        shippers.end(shipper, 0);
        assertArrived(expected);
        rememberArrivals();
        assertArrivalsTrue(expected);
        assertThereAgain(List.of(journal), expected);
        report("records, followed", expected.size());
    }

    /** As many samples as are due, and slower than the shipper, so that it has to wait for more. */
    private void record() {
        try {
            HostHistory.write(journal, RECORDS, made -> {
                due.acquireUninterruptibly();
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Ships, to be killed: at any moment of its life, while it starts, after some requests, or between two. If it comes to the
     * end of the journal before that, all has arrived, and the next one begins anew.
     */
    private void voyage(Path source, int wanted, Map<String, Integer> expected, String... options) throws Exception {
        Process shipper = shippers.start(source, options);
        if (restarts * wanted < kills * RESTARTS) {
            restartTheCluster();
        }
        int until = calls.get() + random.nextInt(8);
        int millis = random.nextInt(300);
        if (random.nextInt(5) > 0) {
            await().atMost(Duration.ofMinutes(5))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> !shipper.isAlive() || calls.get() > until);
        }
        if (shipper.waitFor(millis, TimeUnit.MILLISECONDS)) {
            shippers.end(shipper, 0);
            if (!source.equals(archives())) {
                assertArrived(expected);
                documents.clear();
                shippers.forget();
                voyages++;
            }
            return;
        }
        shipper.destroyForcibly().waitFor();
        assertThat(shipper.exitValue()).as(shippers::said).isEqualTo(128 + 9);
        kills++;
        if (kills % FULL == 1) {
            due.release(100); // something new, which is to be saved
            shippers.startOnAFullDisk(journal, options);
            full++;
        }
    }

    /** The journal, a copy elsewhere, and archives of all that is archived: all but the newest segment. */
    private List<Path> sources() throws IOException {
        Path copy = Files.createDirectory(directory.resolve("elsewhere"));
        for (Path file : DirectoryListing.of(journal)) { // the lock, too
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        Files.createDirectory(archives());
        Shippers.run(directory, "archive", "--to", archives().toString(), journal.toString());
        return List.of(journal, copy, archives());
    }

    private Path archives() {
        return directory.resolve("archives");
    }

    private Map<String, Integer> exported() throws IOException {
        Path lines = directory.resolve("lines");
        List<String> export = List.of("export", "--format", "bulk", "--fields", "ecs", "--index-prefix", prefix, "-o");
        List<String> command = new ArrayList<>(export);
        command.addAll(List.of(lines.toString(), journal.toString()));
        Shippers.run(directory, command.toArray(String[]::new));
        return ClusterDocuments.written(lines);
    }

    private void assertArrived(Map<String, Integer> expected) throws IOException {
        String as = "after " + kills + " kills, " + seed();
        ClusterDocuments.assertSame(documents.read(as), expected, as);
    }

    /** To ship the same again, from each source, makes no document; the receipts are right. */
    private void assertThereAgain(List<Path> sources, Map<String, Integer> expected, String... options)
            throws IOException {
        Path file = directory.resolve("again.json");
        for (Path source : sources) {
            List<String> command = new ArrayList<>(List.of("ship", "--to", to(), "--index-prefix", prefix));
            command.addAll(List.of(options));
            command.addAll(List.of("--receipt", file.toString(), source.toString()));
            Shippers.run(directory, command.toArray(String[]::new));
            JsonNode counts = Shippers.counts(file);
            String as = source + " again, " + counts + ", " + seed();
            assertThat(counts.path("documents_created").asLong()).as(as).isZero();
            assertThat(counts.path("documents_existed").asInt())
                    .as(as)
                    .isPositive()
                    .matches(count -> source.equals(archives()) || count == expected.size());
            String verified = Shippers.run(directory, "verify", "--receipt", file.toString(), "--to", to());
            assertThat(verified)
                    .as(as)
                    .startsWith(counts.path("documents_existed").asText() + " documents of the receipt are there");
        }
        assertArrived(expected);
    }

    private void rememberArrivals() throws IOException {
        long to = shippers.arrived();
        if (to > 0) {
            arrivals.put(to, count(to));
        }
    }

    /** The state said of no record that it had arrived which was not there. */
    private void assertArrivalsTrue(Map<String, Integer> expected) {
        arrivals.forEach((to, count) -> assertThat(count)
                .as("of the first %d, %s", to, seed())
                .isEqualTo(expected.keySet().stream()
                        .filter(name -> sequence(name) <= to)
                        .count()));
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

    /** Ends it, or kills it, in turn. */
    private void restartTheCluster() throws Exception {
        for (String verb : restarts++ % 2 == 0 ? List.of("restart") : List.of("kill", "start")) {
            Process script = new ProcessBuilder("../scripts/test-cluster", verb)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("log").toFile()))
                    .start();
            assertThat(script.waitFor()).as(shippers::said).isZero();
        }
    }

    private String to() {
        return documents.uri().toString();
    }

    private void report(String what, int count) {
        long faults = proxy.seen("_bulk").stream()
                .filter(call -> call.status() != 200)
                .count();
        System.out.printf(
                "ShipKillTest: %d %s, %d times from the beginning: %d kills, %d restarts of the cluster, %d times a full disk,"
                        + " %d faults in %d requests, %s; 0 missing, 0 twice%n",
                count, what, voyages, kills, restarts, full, faults, calls.get(), seed());
    }

    private static String seed() {
        return "-Dshiplog.seed=" + SEED;
    }
}
