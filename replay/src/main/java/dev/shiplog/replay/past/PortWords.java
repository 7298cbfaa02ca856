package dev.shiplog.replay.past;

import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The PORTS of {@code docker ps}: what follows each other and is published under its own number is one range, and what is
 * published under another number comes last. IPv6 addresses have brackets, as in today's docker. Pure.
 */
final class PortWords {
    /**
     * One port.
     *
     * @param ip where it is published; empty if it is only exposed
     * @param outside the number there
     */
    private record Port(int inside, String protocol, String ip, int outside) {}

    /** Numbers that follow each other. */
    private record Range(int first, int last) {}

    private PortWords() {}

    /** The ports of the answer to an inspect. */
    static String of(@Nullable Json description) {
        Map<String, Range> open = new LinkedHashMap<>();
        List<String> words = new ArrayList<>();
        List<String> moved = new ArrayList<>();
        for (Port port : ports(description)) {
            if (!port.ip.isEmpty() && port.outside != port.inside) {
                moved.add(address(port.ip) + port.outside + "->" + port.inside + "/" + port.protocol);
                continue;
            }
            String key = port.ip + "/" + port.protocol;
            Range range = open.get(key);
            if (range != null && port.inside == range.last + 1) {
                open.put(key, new Range(range.first, port.inside));
            } else {
                if (range != null) {
                    words.add(text(key, range));
                }
                open.put(key, new Range(port.inside, port.inside));
            }
        }
        open.forEach((key, range) -> words.add(text(key, range)));
        words.addAll(moved);
        return String.join(", ", words);
    }

    private static List<Port> ports(@Nullable Json description) {
        Json network = description == null ? null : description.get("NetworkSettings");
        Json ports = network == null ? null : network.get("Ports");
        List<Port> all = new ArrayList<>();
        for (int i = 0; ports != null && i < ports.names().size(); i++) {
            String[] name = ports.names().get(i).split("/", 2);
            String protocol = name.length < 2 ? "tcp" : name[1];
            List<Json> bindings = ports.children().get(i).children();
            for (Json binding : bindings) {
                String ip = binding.text("HostIp");
                all.add(new Port(
                        number(name[0]), protocol, ip.isEmpty() ? "0.0.0.0" : ip, number(binding.text("HostPort"))));
            }
            if (bindings.isEmpty()) {
                all.add(new Port(number(name[0]), protocol, "", 0));
            }
        }
        all.sort(Comparator.comparingInt(Port::inside)
                .thenComparing(Port::ip)
                .thenComparingInt(Port::outside)
                .thenComparing(Port::protocol));
        return all;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static String text(String key, Range range) {
        String numbers = range.first == range.last ? "" + range.first : range.first + "-" + range.last;
        int slash = key.lastIndexOf('/');
        String ip = key.substring(0, slash);
        return (ip.isEmpty() ? "" : address(ip) + numbers + "->") + numbers + key.substring(slash);
    }

    private static String address(String ip) {
        return (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":";
    }
}
