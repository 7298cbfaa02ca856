package dev.shiplog.replay.run;

import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Adds the ports that are published or exposed; numbers that follow each other in one option. Not thread safe. */
final class PortOptions {
    private static final int NONE = -1;

    /**
     * Ports that follow each other.
     *
     * @param place of the binding among those of its port
     * @param last number inside
     * @param outside where the first is published; empty for any, or not a number
     */
    private record Range(int place, String ip, String protocol, int first, int last, String outside) {
        boolean isFollowedBy(Range next) {
            int number = number(outside);
            int length = last - first + 1;
            boolean alike = place == next.place && ip.equals(next.ip) && protocol.equals(next.protocol);
            boolean outsideToo = number == NONE
                    ? outside.isEmpty() && next.outside.isEmpty()
                    : next.outside.equals(Integer.toString(number + length));
            return alike && next.first == last + 1 && outsideToo;
        }

        Range with(Range next) {
            return new Range(place, ip, protocol, first, next.last, outside);
        }

        String inside() {
            return numbers(first) + (protocol.equals("tcp") ? "" : "/" + protocol);
        }

        String published() {
            int number = number(outside);
            String host = number == NONE ? outside : numbers(number);
            String address = ip.isEmpty() ? "" : (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":";
            return address + (address.isEmpty() && host.isEmpty() ? "" : host + ":") + inside();
        }

        private String numbers(int from) {
            return first == last ? "" + from : from + "-" + (from + last - first);
        }
    }

    private final Draft draft;

    PortOptions(Draft draft) {
        this.draft = draft;
    }

    void add() {
        Json bindings = draft.member("HostConfig.PortBindings");
        List<Range> published = new ArrayList<>();
        for (int i = 0; bindings != null && i < bindings.names().size(); i++) {
            List<Json> places = bindings.children().get(i).children();
            for (int place = 0; place < places.size(); place++) {
                Json binding = places.get(place);
                published.add(range(bindings.names().get(i), place, binding.text("HostIp"), binding.text("HostPort")));
            }
        }
        joined(published).forEach(range -> draft.add("--publish", range.published()));
        Json ports = draft.member("Config.ExposedPorts");
        List<Range> exposed = new ArrayList<>();
        for (String port : ports == null ? List.<String>of() : ports.names()) {
            if (bindings == null || bindings.get(port) == null) {
                exposed.add(range(port, 0, "", ""));
            }
        }
        joined(exposed).forEach(range -> draft.add("--expose", range.inside()));
    }

    private static Range range(String port, int place, String ip, String outside) {
        String[] parts = port.split("/", 2);
        int inside = Math.max(0, number(parts[0]));
        return new Range(place, ip, parts.length < 2 ? "tcp" : parts[1], inside, inside, outside);
    }

    private static List<Range> joined(List<Range> ranges) {
        ranges.sort(Comparator.comparingInt(Range::place)
                .thenComparing(Range::ip)
                .thenComparing(Range::protocol)
                .thenComparingInt(Range::first));
        List<Range> joined = new ArrayList<>();
        for (Range range : ranges) {
            int last = joined.size() - 1;
            if (last >= 0 && joined.get(last).isFollowedBy(range)) {
                joined.set(last, joined.get(last).with(range));
            } else {
                joined.add(range);
            }
        }
        return joined;
    }

    private static int number(String text) {
        return text.matches("\\d{1,5}") ? Integer.parseInt(text) : NONE;
    }
}
