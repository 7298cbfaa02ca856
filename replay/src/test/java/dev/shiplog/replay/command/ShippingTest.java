package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.replay.ecs.EcsFormat;
import dev.shiplog.replay.export.Checkpoint;
import dev.shiplog.replay.export.LineFormat;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.ship.Cluster;
import dev.shiplog.replay.ship.Shipment;
import dev.shiplog.replay.ship.Shipments;
import dev.shiplog.replay.ship.Tallies;
import dev.shiplog.replay.ship.Target;
import dev.shiplog.testkit.cluster.Call;
import dev.shiplog.testkit.cluster.ClusterProxy;
import dev.shiplog.testkit.cluster.ClusterRelease;
import dev.shiplog.testkit.cluster.ScriptedCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When a shipment saves its state, by a clock that goes on for a minute each time it is looked at. */
@Timeout(120)
class ShippingTest {
    private static final int RECORDS = TestJournal.RECORDS.size();
    private static final String EVENTS = "/shiplog-event-2026.11.21";

    private final ScriptedCluster cluster = new ScriptedCluster(ClusterRelease.OPENSEARCH_3, InstantSource.system());

    @TempDir
    private Path directory;

    /** Ships the journal, document by document, with nothing that keeps what is refused. */
    private void ship(ClusterProxy proxy, Path state) throws IOException {
        Console console = new Console(
                new ByteArrayOutputStream(),
                new PrintWriter(new StringWriter()),
                false,
                InstantSource.system(),
                directory,
                new CountDownLatch(1));
        Query query = new Query(
                TimeRange.ALL, new RecordFilter(List.of(), List.of()), false, false, Long.MAX_VALUE, true, true);
        Tallies tallies = new Tallies();
        long[] now = {0};
        try (Batch series = new Batch(Checkpoint.open(state, new TreeMap<>()), () -> now[0] += 60_000_000_000L);
                Reading reading = Reading.openWhole(
                        List.of(directory.resolve("journal")), query, series.before(), console.clock());
                Report report = new Report(console);
                Shipment shipment = new Shipment(
                        Shipments.into(
                                new Cluster(new Target(proxy.uri(), null, null)),
                                Duration.ofMinutes(1),
                                new CountDownLatch(1),
                                InstantSource.system(),
                                line -> {}),
                        new Shipment.Limits(1, 1, 1),
                        tallies,
                        null,
                        reading::reached)) {
            LineFormat format = new EcsFormat(reading.containers(), reading.origin(), reading::consumption, false);
            Documents documents = new Documents(reading, shipment, "shiplog", format, TimeRange.ALL, null);
            Shipping shipping = new Shipping(console, reading, report, tallies, shipment, documents, series);
            shipping.run();
            shipping.save();
        }
    }

    /** The age of the state tells a monitor that it stays where it is, however much is shipped. */
    @Test
    void leavesAStateAloneThatStaysBeforeWhatIsRefused() throws IOException {
        TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();
        Path state = directory.resolve("state");
        cluster.answer(Call.of(
                "PUT",
                EVENTS,
                "{\"mappings\":{\"properties\":{\"event\":{\"properties\":{\"action\":{\"type\":\"long\"}}}}}}"));
        try (ClusterProxy proxy = ClusterProxy.before((call) -> {
            if (new String(call.content(), StandardCharsets.UTF_8).contains("clean-stop")) {
                Files.delete(state); // what came before is settled, and was saved as far as it can be
            }
            return cluster.answer(call);
        })) {
            ship(proxy, state);
            assertThat(proxy.seen("_bulk")).hasSize(RECORDS);
        }
        assertThat(state).doesNotExist();

        cluster.answer(Call.of("DELETE", EVENTS, ""));
        try (ClusterProxy proxy = ClusterProxy.before(cluster)) {
            ship(proxy, state);
        }
        assertThat(state).content().contains("\"sequence\":" + RECORDS + ",");
    }
}
