package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.testkit.Exchange;
import dev.shiplog.testkit.Tee;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds a journal against what a real engine sent, byte for byte. Between the two stands a tee that writes down what it
 * forwards, while containers live, die, and do what containers do; the connections are cut once, the recorder is stopped
 * once and killed once.
 *
 * <p>Everything that was forwarded to a recorder that lived to read it is in the journal: each event once, in the order
 * in which they first came; the samples of each container once and in their order. Only the last frames of streams that
 * were open when the recorder ended may be missing, or one that was on its way at the cut, and only of stats: an event
 * comes again with the ring.
 *
 * <p>It runs on every JDK: it is the one test that holds each JDK's sockets against a real engine. {@code mvn
 * -Dshiplog.tee.containers=56 …} takes more containers.
 */
@Tag("engine")
class EngineTeeTest {
    private static final int CONTAINERS = Integer.getInteger("shiplog.tee.containers", 32);
    /** The engine sends a frame a second, and a recorder that is told to end does so well within one. */
    private static final int UNREAD = 2;
    /** The tee writes down what it is about to forward. */
    private static final int ON_ITS_WAY = 1;

    private static final Pattern STATS = Pattern.compile("/v[\\d.]+/containers/([0-9a-f]{64})/stats\\?.*");
    private static final Pattern EVENTS = Pattern.compile("/v[\\d.]+/events\\?.*");
    private static final String NEVER = "{\"read\":\"0001-01-01T00:00:00Z\"";

    @TempDir
    private Path directory;

    private final List<Leg> legs = new ArrayList<>();

    /**
     * One tee, from its start to its end.
     *
     * @param cut whether the tee ended first, so that the recorder read to the end
     */
    private record Leg(Tee tee, boolean cut) {}

    @Test
    void theJournalHoldsTheBytesOfTheEngineExactlyOnceAndInOrder() throws Exception {
        Path journal = directory.resolve("journal");
        try (RealEngine engine = RealEngine.ofEnvironment()) {
            Tee tee = tee(engine);
            try (RecorderProcess first = recorder(journal)) {
                Fleet fleet = new Fleet(engine);
                fleet.launch();
                fleet.live(6);

                tee.close();
                legs.add(new Leg(tee, true));
                fleet.live(1);
                tee = tee(engine);
                fleet.live(5);

                first.terminate();
                assertThat(first.awaitEnd()).as(first.output()).isZero();
                tee.close();
                legs.add(new Leg(tee, false));
                fleet.live(1);
                tee = tee(engine);
                try (RecorderProcess second = recorder(journal)) {
                    fleet.live(6);
                    second.kill();
                }
                tee.close();
                legs.add(new Leg(tee, false));
                fleet.live(1);
                tee = tee(engine);
                try (RecorderProcess third = recorder(journal)) {
                    fleet.live(6);
                    fleet.sink();
                    TimeUnit.SECONDS.sleep(1);
                    third.terminate();
                    assertThat(third.awaitEnd()).as(third.output()).isZero();
                }
                tee.close();
                legs.add(new Leg(tee, false));
            }
        }
        compare(RecordedJournal.read(journal));
    }

    private Tee tee(RealEngine engine) throws IOException {
        return Tee.at(directory.resolve("tee.sock"), engine.socket(), directory.resolve("tee" + legs.size()));
    }

    private RecorderProcess recorder(Path journal) throws IOException {
        return RecorderProcess.recording(
                List.of(), directory.resolve("output"), "unix://" + directory.resolve("tee.sock"), journal);
    }

    private void compare(List<Record> journal) throws IOException {
        List<String> events = new ArrayList<>();
        Map<String, List<String>> stats = new LinkedHashMap<>();
        for (Record record : journal) {
            String payload = text(record.payload());
            if (record.kind() == Kind.EVENT) {
                events.add(payload);
            } else if (record.kind() == Kind.STATS) {
                stats.computeIfAbsent(record.subject(), id -> new ArrayList<>()).add(payload);
            }
        }
        Set<String> sentEvents = new LinkedHashSet<>();
        Map<String, List<Stream>> sentStats = new LinkedHashMap<>();
        long repeated = 0;
        long empty = 0;
        for (Leg leg : legs) {
            for (Exchange exchange : leg.tee.exchanges()) {
                Matcher matcher = STATS.matcher(exchange.target());
                if (EVENTS.matcher(exchange.target()).matches()) {
                    for (byte[] line : exchange.lines()) {
                        repeated += sentEvents.add(text(line)) ? 0 : 1;
                    }
                } else if (matcher.matches() && exchange.status() == 200) {
                    List<String> frames = new ArrayList<>();
                    for (byte[] line : exchange.lines()) {
                        frames.add(text(line));
                    }
                    int all = frames.size();
                    frames.removeIf(frame -> frame.startsWith(NEVER));
                    empty += all - frames.size();
                    sentStats
                            .computeIfAbsent(matcher.group(1), id -> new ArrayList<>())
                            .add(new Stream(frames, leg.cut ? ON_ITS_WAY : UNREAD));
                }
            }
        }
        assertThat(events).as("events").containsExactlyElementsOf(sentEvents);
        assertThat(actions(events))
                .contains(
                        "create",
                        "start",
                        "die",
                        "destroy",
                        "kill",
                        "stop",
                        "restart",
                        "pause",
                        "unpause",
                        "rename",
                        "exec_die",
                        "oom",
                        "health_status: healthy");
        assertThat(sentStats.size()).isGreaterThanOrEqualTo(CONTAINERS);
        long frames = 0;
        long bytes = 0;
        long unread = 0;
        for (Map.Entry<String, List<Stream>> container : sentStats.entrySet()) {
            List<String> recorded = stats.getOrDefault(container.getKey(), List.of());
            unread += compare(container.getKey(), recorded, container.getValue());
            frames += recorded.size();
            bytes += recorded.stream().mapToLong(String::length).sum();
        }
        assertThat(stats.keySet()).isSubsetOf(sentStats.keySet());
        System.out.printf(
                "EngineTeeTest: %d events equal (%d repeats of the ring left out), %d frames of stats of %d containers equal"
                        + " (%d bytes; %d empty frames left out, %d unread at a cut, stop or kill), %d records%n",
                events.size(), repeated, frames, sentStats.size(), bytes, empty, unread, journal.size());
    }

    /**
     * What one answer of the engine carried.
     *
     * @param unread how many frames at its end the recorder may have left unread
     */
    private record Stream(List<String> frames, int unread) {}

    /** @return how many frames were not read */
    private static long compare(String id, List<String> recorded, List<Stream> sent) {
        int at = 0;
        long unread = 0;
        for (Stream stream : sent) {
            int same = 0;
            while (same < stream.frames.size()
                    && at + same < recorded.size()
                    && recorded.get(at + same).equals(stream.frames.get(same))) {
                same++;
            }
            at += same;
            int left = stream.frames.size() - same;
            assertThat(left)
                    .as(
                            "frames of container %s that are not where they belong, after %d of %d recorded",
                            id, at, recorded.size())
                    .isLessThanOrEqualTo(stream.unread);
            unread += left;
        }
        assertThat(recorded.size()).as("frames of container %s", id).isEqualTo(at);
        return unread;
    }

    private static Set<String> actions(List<String> events) throws IOException {
        ObjectMapper json = new ObjectMapper();
        Set<String> actions = new TreeSet<>();
        for (String event : events) {
            actions.add(json.readTree(event).path("Action").asText());
        }
        return actions;
    }

    private static String text(byte[] payload) {
        return new String(payload, StandardCharsets.ISO_8859_1);
    }

    /** The containers. */
    private static final class Fleet {
        private static final Map<String, String> ODD =
                Map.of("exitCode", "42", "quote", "say \"\u00fc\u4e16\\\" <&>", "name", "not my name", "empty", "");

        private final RealEngine engine;
        private final List<String> ids = Collections.synchronizedList(new ArrayList<>());
        private final Set<String> gone = ConcurrentHashMap.newKeySet();
        private int round;

        Fleet(RealEngine engine) {
            this.engine = engine;
        }

        /** All that stay. */
        void launch() throws Exception {
            List<Callable<Void>> launches = new ArrayList<>();
            for (int i = 0; i < CONTAINERS; i++) {
                int number = i;
                launches.add(() -> {
                    launch(number);
                    return null;
                });
            }
            doAll(launches);
        }

        /** Four at a time. */
        private static void doAll(List<Callable<Void>> deeds) throws Exception {
            ExecutorService crew = Executors.newFixedThreadPool(4);
            try {
                for (Future<Void> deed : crew.invokeAll(deeds, 2, TimeUnit.MINUTES)) {
                    deed.get();
                }
            } finally {
                crew.shutdownNow();
            }
        }

        private void launch(int number) throws IOException {
            Map<String, Object> host = Map.of(
                    "NetworkMode", number % 8 == 0 ? "bridge" : "none",
                    "Memory", number % 3 == 0 ? 64 << 20 : 0);
            Map<String, Object> more = number == 1
                    ? Map.of(
                            "HostConfig",
                            host,
                            "Healthcheck",
                            Map.of("Test", List.of("CMD", "true"), "Interval", 2_000_000_000L))
                    : Map.of("HostConfig", host);
            String work = number % 5 == 0 ? "while :; do sleep 0.5; done" : "exec sleep 1000";
            String id = engine.create("tee" + number, number % 7 == 0 ? ODD : Map.of(), more, "sh", "-c", work);
            engine.start(id);
            ids.add(id);
        }

        /** Some seconds of life. */
        void live(int seconds) throws Exception {
            for (int second = 0; second < seconds; second++) {
                long begun = System.nanoTime();
                String id = ids.get(round % ids.size());
                round++;
                switch (round % 6) {
                    case 0 -> engine.exec(id, "sh", "-c", "echo \"\u00fc\"; exit 3");
                    case 1 -> shortLife("exit 7", Map.of("Memory", 0));
                    case 2 -> engine.act(id, "rename?name=renamed" + round);
                    case 3 -> {
                        engine.act(id, "pause");
                        engine.act(id, "unpause");
                    }
                    case 4 -> shortLife("tail /dev/zero", Map.of("Memory", 6 << 20, "MemorySwap", 6 << 20));
                    default -> engine.act(id, "restart?t=0");
                }
                long left = begun + 1_000_000_000L - System.nanoTime();
                TimeUnit.NANOSECONDS.sleep(Math.max(0, left));
            }
        }

        private void shortLife(String command, Map<String, Object> host) throws IOException {
            String id = engine.create("short" + round, ODD, Map.of("HostConfig", host), "sh", "-c", command);
            engine.start(id);
            engine.act(id, "wait");
            if (gone.add(id)) {
                engine.remove(id);
            }
        }

        /** All end. */
        void sink() throws Exception {
            List<Callable<Void>> ends = new ArrayList<>();
            for (String id : ids) {
                ends.add(() -> {
                    engine.act(id, "stop?t=0");
                    engine.remove(id);
                    return null;
                });
            }
            doAll(ends);
        }
    }
}
