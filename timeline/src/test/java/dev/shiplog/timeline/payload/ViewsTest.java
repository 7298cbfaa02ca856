package dev.shiplog.timeline.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.shiplog.testkit.Mutation;
import dev.shiplog.testkit.Samples;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the scanners understand is what a whole JSON reader understands, and what that one refuses does no harm. */
class ViewsTest {
    private static final int MUTANTS = 8_000;
    private static final BigInteger SECOND = BigInteger.valueOf(1_000_000_000);

    private static final List<byte[]> EVENTS = samples("events.ndjson");
    private static final List<byte[]> STATS = samples("stats-stream.ndjson");
    private static final List<byte[]> LISTS = samples("containers.json");
    private static final List<byte[]> INSPECTS = samples("inspect.json");
    private static final List<byte[]> INFOS = samples("info.json");
    private static final List<byte[]> VERSIONS = samples("version.json");

    private static List<byte[]> samples(String name) {
        List<byte[]> payloads = new ArrayList<>();
        for (String sample : Samples.NAMES) {
            if (sample.endsWith("-" + name)) {
                payloads.addAll(Samples.payloads(sample));
            }
        }
        return payloads;
    }

    @Test
    void everyEventOfARealEngineIsUnderstood() {
        assertThat(EVENTS).isNotEmpty().allSatisfy(payload -> {
            EventView view = EventView.scan(payload);
            assertThat(view).isEqualTo(event(payload));
            assertThat(view.type()).isNotEmpty();
            assertThat(view.action()).isNotEmpty();
            assertThat(view.time()).isPositive();
        });
    }

    @Test
    void everyStatsFrameOfARealEngineIsUnderstood() {
        List<byte[]> frames = new ArrayList<>(STATS);
        frames.addAll(Samples.payloads(Samples.STATS));
        assertThat(frames)
                .hasSizeGreaterThan(8_000)
                .allSatisfy(payload -> assertThat(StatsView.time(payload))
                        .isEqualTo(sampled(payload))
                        .isNotZero());
    }

    @Test
    void everyDescriptionOfARealEngineIsUnderstood() throws IOException {
        for (byte[] payload : LISTS) {
            assertThat(scanList(payload)).isNotEmpty().isEqualTo(list(payload));
        }
        for (byte[] payload : INSPECTS) {
            Container view = scanInspect(payload);
            assertThat(view).isEqualTo(container(Mutation.JSON.readTree(payload)));
            assertThat(view.id()).hasSize(64);
            assertThat(view.image()).isNotEmpty().doesNotStartWith("sha256:");
        }
    }

    @Test
    void everyFactAboutAHostIsUnderstood() {
        assertThat(INFOS).isNotEmpty().allSatisfy(payload -> {
            HostView host = HostView.scan(payload);
            assertThat(host).isEqualTo(host(payload));
            assertThat(host.id()).isNotEmpty();
            assertThat(host.name()).isNotEmpty();
        });
        assertThat(VERSIONS).isNotEmpty().allSatisfy(payload -> {
            HostView host = HostView.scan(payload);
            assertThat(host).isEqualTo(host(payload));
            assertThat(host.version()).isNotEmpty();
        });
        for (String body : List.of("", "[]", "\"ID\"", "{\"ID\":7}", "{\"Plugins\":{\"ID\":\"x\"},\"ID\":null}")) {
            assertThat(HostView.scan(body.getBytes(UTF_8))).as(body).isEqualTo(new HostView("", "", ""));
        }
        assertThat(HostView.scan("{\"ID\":\"x\",\"Name\":".getBytes(UTF_8))).isEqualTo(new HostView("x", "", ""));
    }

    @Test
    void noEventThatIsJsonIsMisunderstoodAndNoOtherDoesHarm() {
        for (int seed = 0; seed < MUTANTS; seed++) {
            byte[] payload = mutant(EVENTS, seed);
            EventView view = EventView.scan(payload);
            if (json(payload) != null) {
                assertThat(view).as("seed %d: %s", seed, text(payload)).isEqualTo(event(payload));
            }
        }
    }

    @Test
    void noFrameThatIsJsonIsMisunderstoodAndNoOtherDoesHarm() {
        for (int seed = 0; seed < MUTANTS; seed++) {
            byte[] payload = mutant(STATS, seed);
            long time = StatsView.time(payload);
            if (json(payload) != null) {
                assertThat(time).as("seed %d: %s", seed, text(payload)).isEqualTo(sampled(payload));
            }
        }
    }

    /** The usual frame is not given to the JSON reader, and what is found must be the same. */
    @Test
    void theTimeInFrontIsTheOneThatAJsonReaderFinds() {
        List<byte[]> frames = new ArrayList<>(STATS);
        frames.addAll(Samples.payloads(Samples.STATS));
        for (byte[] frame : frames) {
            assertThat(StatsView.time(frame)).isEqualTo(StatsView.parse(frame));
        }
        for (int seed = 0; seed < 3 * MUTANTS; seed++) {
            Random random = new Random(seed);
            byte[] frame = frames.get(random.nextInt(frames.size()));
            byte[] beginning = Arrays.copyOf(frame, 20 + random.nextInt(60));
            byte[] mutant = random.nextBoolean() ? otherTime(random) : Mutation.otherBytes(beginning, random);
            assertThat(StatsView.time(mutant))
                    .as("seed %d: %s", seed, text(mutant))
                    .isEqualTo(StatsView.parse(mutant));
        }
    }

    /** The beginning of a sample whose time is of any year and nearly in the usual form. */
    private static byte[] otherTime(Random random) {
        String time = Instant.ofEpochSecond((long) (random.nextGaussian() * 6e9))
                .plusNanos(random.nextInt(1_000) * (random.nextBoolean() ? 1_000_000L : 1_001L))
                .toString(); // zero, three, six or nine digits
        time = switch (random.nextInt(6)) {
            case 0 -> time.replaceFirst("0+Z", "Z");
            case 1 -> time.replace("Z", "+00:00");
            case 2 ->
                time.replaceFirst("-\\d\\d-\\d\\d", "-" + (10 + random.nextInt(4)) + "-" + (28 + random.nextInt(5)));
            case 3 -> time.replaceFirst("-\\d\\d-\\d\\d", "-02-" + (28 + random.nextInt(3)));
            case 4 ->
                time.replaceFirst(":\\d\\d:\\d\\d", ":" + (58 + random.nextInt(3)) + ":" + (58 + random.nextInt(3)));
            default -> time;
        };
        return ("{\"read\":\"" + time + "\",\"read\":\"2026-11-21T08:59:53Z\"}").getBytes(UTF_8);
    }

    @Test
    void aTimeIsFoundWhereverItStands() {
        String time = "2026-11-21T08:59:53.1696Z";
        long nanos = 1_795_251_593_169_600_000L;
        assertThat(Map.of(
                        "{\"read\":\"" + time + "\"}",
                        nanos,
                        " { \"read\" : \"" + time + "\" }",
                        nanos,
                        "{\"name\":\"/web\",\"read\":\"" + time + "\"}",
                        nanos,
                        "{\"read\":\"" + time + "\",\"read\":\"2027-01-01T00:00:00Z\"}",
                        nanos,
                        "{\"read\":null,\"read\":\"" + time + "\"}",
                        nanos,
                        "{\"read\":\"2026-11-21T09:59:53.169600+01:00\"}",
                        nanos,
                        "{\"read\":\"1970-01-01T00:00:00Z\"}",
                        0L,
                        "{\"read\":\"0001-01-01T00:00:00Z\"}",
                        StatsView.EMPTY,
                        "{\"read\":\"2026-11-21T08:59:53",
                        0L))
                .allSatisfy((frame, expected) ->
                        assertThat(StatsView.time(frame.getBytes(UTF_8))).isEqualTo(expected));
    }

    @Test
    void noDescriptionThatIsJsonIsMisunderstoodAndNoOtherDoesHarm() {
        for (int seed = 0; seed < MUTANTS / 2; seed++) {
            byte[] inspect = mutant(INSPECTS, seed);
            JsonNode tree = json(inspect);
            if (tree != null && tree.isObject()) {
                assertThat(understood(() -> scanInspect(inspect)))
                        .as("seed %d: %s", seed, text(inspect))
                        .isEqualTo(container(tree));
            } else {
                understood(() -> scanInspect(inspect)); // throws nothing else
            }
            byte[] list = mutant(LISTS, seed);
            tree = json(list);
            if (tree != null && tree.isArray()) {
                assertThat(understood(() -> scanList(list)))
                        .as("seed %d: %s", seed, text(list))
                        .isEqualTo(list(list));
            } else {
                understood(() -> scanList(list));
            }
        }
    }

    /** A list that was cut must not be taken for a whole one: the containers behind the cut would count as removed. */
    @Test
    void aListThatIsCutAnywhereIsRefused() throws IOException {
        JsonNode entries = Mutation.JSON.readTree(LISTS.get(0));
        byte[] list = ("[" + entries.get(0) + ",\n" + entries.get(1) + "]").getBytes(UTF_8);
        assertThat(scanList(list)).hasSize(2);
        for (int length = 0; length < list.length; length++) {
            byte[] cut = Arrays.copyOf(list, length);
            assertThat(understood(() -> scanList(cut)))
                    .as("cut after %d bytes", length)
                    .isNull();
        }
    }

    @Test
    void aContainerWhoseEntryIsBrokenCostsNoOther() throws IOException {
        String deep = "[".repeat(200_000) + "]".repeat(200_000);
        String list = """
                \ufeff [ null, 7, "x,]", [], {}, {"Id":null},
                {"Id":"a","State":"running","Labels":{"k":"\t"}},
                {"Id":"b","State":"running","Deep":%s},
                {"Id":"c","Labels":{"%s":"v"},"State":"running"},
                {"Id":"d","Labels":{"k":"%s"},"State":"running"},
                {"Id":"e","Number":%s,"State":"running"},
                {"Id":"f","State":nul},
                {"Id":"g","Names":["/g"],"State":"running"} ] trailing
                """.formatted(deep, "k".repeat(60_000), "\\\\\\u00e9é".repeat(200_000), "1".repeat(1_200));
        ContainerView.Listing listing = new ContainerView.Listing();
        ContainerView.scanList(new ByteArrayInputStream(list.getBytes(UTF_8)), label -> false, listing);
        assertThat(listing.whole).extracting(Container::id).containsExactly("c", "d", "e", "g");
        assertThat(listing.whole).allMatch(Container::running);
        assertThat(listing.broken).containsExactlyInAnyOrder("a", "b", "f");
    }

    /** As {@link #readsAnEventWhoseStringsAreVeryLong}. */
    @Test
    void aListWhoseStringsAreVeryLongIsReadForTheirBeginnings() throws IOException {
        for (String unit : List.of("x", "é", "😀", "\\u00e9", "\\ud83d\\ude00", "\\\"", "\\\\")) {
            for (int shift = 0; shift < 12; shift++) {
                String beginning = "y".repeat(shift);
                String text = beginning + unit.repeat(300_000 / unit.length());
                String list = "[{\"Id\":\"a\",\"Image\":\"" + text + "\",\"Labels\":{\"" + text
                        + "\":\"v\"},\"State\":\"running\"}]";
                assertThat(scanList(list.getBytes(UTF_8)))
                        .as(unit)
                        .singleElement()
                        .satisfies(view -> {
                            assertThat(view.running()).isTrue();
                            assertThat(view.image()).startsWith(beginning).hasSizeLessThanOrEqualTo(256 * 1024);
                        });
            }
        }
    }

    @Test
    void whatIsNoListIsRefusedAndWhatStandsBeforeACutIsTold() {
        for (String body : List.of("", "{}", "null", "\"[]\"", "<html>[]</html>", " ", "{\"message\":\"no\"}")) {
            assertThat(understood(() -> scanList(body.getBytes(UTF_8))))
                    .as(body)
                    .isNull();
        }
        assertThat(understood(() -> scanList("[]".getBytes(UTF_8)))).isEmpty();
        ContainerView.Listing listing = new ContainerView.Listing();
        byte[] cut = "[{\"Id\":\"a\"},{\"Id\":\"b\",\"State\":{".getBytes(UTF_8);
        assertThatThrownBy(() -> ContainerView.scanList(new ByteArrayInputStream(cut), label -> true, listing))
                .isInstanceOf(IOException.class);
        assertThat(listing.whole).extracting(Container::id).containsExactly("a");
    }

    /** Whatever an element holds and however the bytes arrive, each comes as it is, but for what strings have too much. */
    @Test
    void elementsAreCutWhereTheyEnd() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<String> elements = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                elements.add(
                        switch (random.nextInt(6)) {
                            case 0 -> "null";
                            case 1 -> "-1.5e3";
                            case 2 -> "\"a\\\\\\\",]}\\u005d\"";
                            case 3 -> "[[\"]\"],{}]";
                            case 4 -> "\"" + "é\\\\".repeat(random.nextInt(150_000)) + "\"";
                            default -> text(LISTS.get(0)).strip();
                        });
            }
            byte[] body = ("[" + String.join(random.nextBoolean() ? " , " : ",", elements) + "]").getBytes(UTF_8);
            List<JsonNode> read = new ArrayList<>();
            InputStream dripping = new ByteArrayInputStream(body) {
                @Override
                public synchronized int read(byte[] bytes, int offset, int length) {
                    return super.read(bytes, offset, Math.min(length, 1 + random.nextInt(5_000)));
                }
            };
            Elements.each(dripping, element -> {
                if (random.nextInt(4) > 0) {
                    read.add(Mutation.JSON.readTree(element.readAllBytes()));
                } else {
                    element.read(); // and no more
                    read.add(Mutation.JSON.nullNode());
                }
            });
            assertThat(read).as("seed %d", seed).hasSameSizeAs(elements);
            for (int i = 0; i < read.size(); i++) {
                JsonNode expected = Mutation.JSON.readTree(elements.get(i));
                if (read.get(i).isTextual()) {
                    String whole = expected.textValue();
                    String got = read.get(i).textValue();
                    assertThat(whole).as("seed %d", seed).startsWith(got);
                    assertThat(got.length()).isGreaterThanOrEqualTo(Math.min(whole.length(), 65_000));
                } else if (!read.get(i).isNull()) {
                    assertThat(read.get(i)).as("seed %d", seed).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void aSampleIsAnObjectThatHoldsOne() {
        assertThat(EVENTS).noneMatch(ViewsTest::isSample);
        assertThat(STATS).allMatch(ViewsTest::isSample);
        assertThat(List.of(
                        "",
                        " ",
                        "null",
                        "{}",
                        "[]",
                        "7",
                        "no JSON",
                        "<html></html>",
                        "{\"message\":\"invalid id: id is empty\"}",
                        "{\"read\":5}",
                        "{\"read\":null,\"cpu_stats\":null}",
                        "{\"read\":\"2026-11-21T08:59:53Z\",\"cpu_stats\":{",
                        "{\"cpu_stats\":{}"))
                .noneMatch(text -> isSample(text.getBytes(UTF_8)));
        assertThat(List.of(
                        "{\"read\":\"2026-11-21T08:59:53Z\"}",
                        "{\"id\":\"a\",\"read\":\"2026-11-21T08:59:53.1+01:00\",\"networks\":null} ",
                        "{\"read\":\"yesterday\"}",
                        "{\"name\":\"web\",\"memory_stats\":{\"usage\":1}}"))
                .allMatch(text -> isSample(text.getBytes(UTF_8)));
    }

    private static boolean isSample(byte[] payload) {
        return StatsView.isSample(payload, StatsView.time(payload));
    }

    @Test
    void anIdInThePlaceOfTheImageIsNoReference() throws IOException {
        for (String id : List.of("sha256:30ce4422", "30ce4422", "sha256:30ce", "30ce")) {
            String list = "[{\"Id\":\"c1\",\"Image\":\"" + id + "\",\"ImageID\":\"sha256:30ce4422\"}]";
            assertThat(scanList(list.getBytes(UTF_8)).get(0).image()).as(id).isEmpty();
        }
        String inspect = "{\"Id\":\"c1\",\"Image\":\"sha256:30ce4422\",\"Config\":{\"Image\":\"30ce\"}}";
        assertThat(scanInspect(inspect.getBytes(UTF_8)).image()).isEqualTo("30ce");
    }

    @Test
    void aRestartingContainerDoesNotRun() throws IOException {
        String state = "{\"Id\":\"c1\",\"State\":{\"Status\":\"restarting\",\"Running\":true,\"Restarting\":true}}";
        assertThat(scanInspect(state.getBytes(UTF_8)).running()).isFalse();
    }

    /** A filter that could not see the name behind such a member would be evaded by it. */
    @Test
    void anEventBeyondAJsonReadersUsualLimitsIsUnderstoodAllTheSame() {
        String deep = "[".repeat(1_100) + "]".repeat(1_100);
        for (String odd : List.of(
                "\"" + "k".repeat(60_000) + "\":\"\"",
                "\"n\":" + "9".repeat(1_200),
                "\"f\":0." + "1".repeat(5_000),
                "\"d\":" + deep,
                "\"d\":" + deep.repeat(1).replace("[", "{\"k\":[").replace("]", "]}"),
                "\"s\":\"" + "s".repeat(25_000_000) + "\"")) {
            byte[] payload = ("{" + odd + ",\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{" + odd
                            + ",\"ID\":\"c0ffee\",\"Attributes\":{" + odd + ",\"name\":\"web\"}},\"timeNano\":7}")
                    .getBytes(UTF_8);
            EventView view = EventView.scan(payload);
            assertThat(view.id()).isEqualTo("c0ffee");
            assertThat(view.attribute("name")).isEqualTo("web");
            assertThat(view.time()).isEqualTo(7);
            assertThat(view.action()).isEqualTo("die");
        }
    }

    @Test
    void anEventWithBytesThatAreNotUtf8IsUnderstoodAllTheSame() {
        byte[] sent = """
                {"status":"die","?":"?","Type":"container","Action":"die","Actor":{"ID":"c0ffee",\
                "Attributes":{"?":"?","a?b":"?","name":"web"}},"timeNano":7}""".getBytes(UTF_8);
        for (byte odd : new byte[] {(byte) 0xff, (byte) 0xc3, (byte) 0x80, (byte) 0xf0}) {
            byte[] payload = sent.clone();
            for (int at = 0; at < payload.length; at++) {
                payload[at] = payload[at] == '?' ? odd : payload[at];
            }
            EventView view = EventView.scan(payload);
            assertThat(view.id()).as("byte %x", odd).isEqualTo("c0ffee");
            assertThat(view.attribute("name")).isEqualTo("web");
            assertThat(view.attribute("a\ufffdb")).isEqualTo("\ufffd");
            assertThat(view.time()).isEqualTo(7);
        }
    }

    private static List<Container> scanList(byte[] payload) throws IOException {
        ContainerView.Listing listing = new ContainerView.Listing();
        ContainerView.scanList(new ByteArrayInputStream(payload), label -> true, listing);
        if (!listing.broken.isEmpty()) {
            throw new IOException("broken: " + listing.broken);
        }
        return listing.whole;
    }

    private static Container scanInspect(byte[] payload) throws IOException {
        return ContainerView.scanInspect(payload, label -> true);
    }

    private interface Scan<T> {
        T run() throws IOException;
    }

    /** Null if it refused, in the one way in which it may. */
    private static <T> @Nullable T understood(Scan<T> scan) {
        try {
            return scan.run();
        } catch (IOException e) {
            return null;
        }
    }

    private static byte[] mutant(List<byte[]> payloads, int seed) {
        Random random = new Random(seed);
        return Mutation.of(payloads.get(random.nextInt(payloads.size())), random);
    }

    /** Null if it is no JSON. */
    private static @Nullable JsonNode json(byte[] payload) {
        try {
            JsonNode tree = Mutation.JSON.readTree(payload);
            return tree == null || tree.isMissingNode() ? null : tree;
        } catch (IOException e) {
            return null;
        }
    }

    private static String text(byte[] payload) {
        return new String(payload, UTF_8);
    }

    // The oracle: the same, read from a tree.

    private static EventView event(byte[] payload) {
        JsonNode tree = Objects.requireNonNull(json(payload));
        JsonNode actor = tree.path("Actor");
        BigInteger time = integer(tree.path("timeNano"));
        if (time.signum() <= 0) {
            time = integer(tree.path("time")).multiply(SECOND).max(BigInteger.ZERO);
        }
        return new EventView(
                string(tree.path("Type")),
                string(tree.path("Action")),
                string(tree.path("scope")),
                string(actor.path("ID")),
                strings(actor.path("Attributes")),
                time.bitLength() < Long.SIZE ? time.longValue() : 0);
    }

    private static HostView host(byte[] payload) {
        JsonNode tree = Objects.requireNonNull(json(payload));
        return new HostView(string(tree.path("ID")), string(tree.path("Name")), string(tree.path("Version")));
    }

    private static long sampled(byte[] payload) {
        String read = string(Objects.requireNonNull(json(payload)).path("read"));
        if (read.startsWith("0001-01-01T")) {
            return StatsView.EMPTY;
        }
        try {
            Instant time = DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(read, Instant::from);
            BigInteger nanos =
                    BigInteger.valueOf(time.getEpochSecond()).multiply(SECOND).add(BigInteger.valueOf(time.getNano()));
            return nanos.bitLength() < Long.SIZE ? nanos.longValue() : 0;
        } catch (DateTimeException e) {
            return 0;
        }
    }

    private static List<Container> list(byte[] payload) {
        List<Container> containers = new ArrayList<>();
        for (JsonNode entry : (ArrayNode) Objects.requireNonNull(json(payload))) {
            if (!string(entry.path("Id")).isEmpty()) {
                containers.add(container(entry));
            }
        }
        return containers;
    }

    private static Container container(JsonNode tree) {
        String name = string(tree.path("Name"));
        for (JsonNode candidate : tree.path("Names")) {
            if (name.isEmpty() && candidate.isTextual() && candidate.textValue().indexOf('/', 1) < 0) {
                name = candidate.textValue();
            }
        }
        JsonNode state = tree.path("State");
        boolean inspected = tree.path("Config").isObject();
        String image = string(tree.path("Image"));
        String imageId = string(tree.path("ImageID"));
        Map<String, String> labels = allStrings(tree.path("Labels"));
        labels.putAll(allStrings(tree.path("Config").path("Labels")));
        return new Container(
                string(tree.path("Id")),
                name.startsWith("/") ? name.substring(1) : name,
                inspected
                        ? string(tree.path("Config").path("Image"))
                        : imageId.startsWith(image) || imageId.startsWith("sha256:" + image) ? "" : image,
                inspected ? image : imageId,
                labels,
                state.isObject()
                        ? state.path("Running").asBoolean(false)
                                && state.path("Running").isBoolean()
                                && !(state.path("Restarting").isBoolean()
                                        && state.path("Restarting").booleanValue())
                        : List.of("running", "paused").contains(string(state)));
    }

    private static String string(JsonNode node) {
        return node.isTextual() ? node.textValue() : "";
    }

    private static BigInteger integer(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() ? node.bigIntegerValue() : BigInteger.ZERO;
    }

    private static Map<String, String> strings(JsonNode object) {
        Map<String, String> strings = new HashMap<>();
        object.properties().forEach(field -> {
            if (field.getValue().isTextual()) {
                strings.put(field.getKey(), field.getValue().textValue());
            }
        });
        return strings;
    }

    private static Map<String, String> allStrings(JsonNode object) {
        Map<String, String> strings = new HashMap<>();
        object.properties().forEach(field -> strings.put(field.getKey(), string(field.getValue())));
        return strings;
    }

    /** Each long string is read for its beginning only; where it is cut no character or escape is spoilt. */
    @Test
    void readsAnEventWhoseStringsAreVeryLong() {
        for (String unit : List.of("x", "é", "😀", "\\u00e9", "\\ud83d\\ude00", "\\\"", "\\\\")) {
            for (int shift = 0; shift < 12; shift++) {
                String text = "y".repeat(shift) + unit.repeat(200_000 / unit.length());
                EventView view = EventView.scan(("{\"status\":\"" + text + "\",\"Type\":\"container\",\"Action\":\""
                                + text + "\",\"Actor\":{\"ID\":\"i\",\"Attributes\":{\"" + text
                                + "\":\"v\",\"name\":\"web\"}},\"timeNano\":7}")
                        .getBytes(UTF_8));
                assertThat(view.time()).as(unit).isEqualTo(7);
                assertThat(view.attribute("name")).isEqualTo("web");
                assertThat(view.action()).startsWith("y".repeat(shift)).hasSizeLessThanOrEqualTo(128 * 1024);
            }
        }
    }

    /** The old form has the status, which holds the whole command line, before all else. */
    @Test
    void tellsWhatAMessageWasAboutOfWhichTheBeginningAloneIsThere() {
        for (String unit : List.of("x", "é", "😀", "\\u00e9", "\\ud83d\\ude00", "\\\"", "\\\\")) {
            String action = "exec_create: sh -c " + unit.repeat(100);
            String old = "{\"status\":\"" + action + "\",\"id\":\"i\",\"Type\":\"container\",\"Action\":\"" + action;
            String late =
                    "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"i\",\"Attributes\":{";
            for (String form : List.of(old, late)) {
                byte[] whole = form.getBytes(UTF_8);
                for (int length = 80; length <= whole.length; length++) {
                    EventView view = EventView.scanBeginning(Arrays.copyOf(whole, length));
                    assertThat(view.action()).as("%d bytes of %s", length, form).startsWith("exec_create: sh");
                }
                assertThat(EventView.scanBeginning(whole).type()).isEqualTo("container");
            }
            assertThat(EventView.scanBeginning(late.getBytes(UTF_8)).id()).isEqualTo("i");
        }
    }
}
