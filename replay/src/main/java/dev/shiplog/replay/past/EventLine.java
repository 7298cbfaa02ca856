package dev.shiplog.replay.past;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.timeline.json.JsonLine;
import dev.shiplog.timeline.payload.EventView;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Events as {@code docker events} prints them. Pure. */
public final class EventLine {
    private static final long SECOND = 1_000_000_000L;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX", Locale.ROOT);

    /** In the order of their bytes, as Go sorts texts. */
    private static final Comparator<Map.Entry<String, String>> BY_NAME = Map.Entry.comparingByKey(
            Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));

    private EventLine() {}

    /** For people, without a line end: {@code 2026-11-21T09:12:01.000000000Z container die 8e8f (exitCode=1, name=web)}. */
    public static String of(EventView event, ZoneId zone) {
        String attributes = attributes(event).stream()
                .map(attribute -> attribute.getKey() + "=" + attribute.getValue())
                .collect(Collectors.joining(", "));
        return (event.time() == 0 ? "" : time(event.time(), zone) + " ")
                + event.type() + " " + event.action()
                + (event.id().isEmpty() && event.type().equals(RecorderEvents.TYPE) ? "" : " " + event.id())
                + (attributes.isEmpty() ? "" : " (" + attributes + ")");
    }

    /** For programs, in one line without an end: the members of an event, as the engine has them. */
    public static void putJson(EventView event, Bytes out) {
        JsonLine line = new JsonLine(out).put("Type", event.type()).put("Action", event.action());
        line.name("Actor");
        JsonLine actor = new JsonLine(out).put("ID", event.id());
        actor.name("Attributes");
        JsonLine attributes = new JsonLine(out);
        attributes(event).forEach(attribute -> attributes.put(attribute.getKey(), attribute.getValue()));
        attributes.end();
        actor.end();
        line.put("scope", event.scope());
        line.put("time", Math.floorDiv(event.time(), SECOND)).put("timeNano", event.time());
        line.end();
    }

    private static List<Map.Entry<String, String>> attributes(EventView event) {
        return event.attributes().entrySet().stream().sorted(BY_NAME).toList();
    }

    private static String time(long nanos, ZoneId zone) {
        return TIME.format(Instant.ofEpochSecond(0, nanos).atZone(zone));
    }
}
