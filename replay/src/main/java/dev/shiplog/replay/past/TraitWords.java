package dev.shiplog.replay.past;

import dev.shiplog.replay.past.Change.Told;
import dev.shiplog.timeline.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The members of a description in words; null, or a map without the key, for a default. Pure. */
final class TraitWords {
    private TraitWords() {}

    static @Nullable Told text(Json member) {
        return member.text().isEmpty() ? null : Told.of(member.text());
    }

    static @Nullable Told id(Json member) {
        return member.text().isEmpty() ? null : Told.id(member.text());
    }

    static @Nullable Told flag(Json member) {
        return member.type() == Json.Type.TRUE ? Told.of("true") : null;
    }

    static @Nullable Told number(Json member) {
        long number = integer(member);
        return number == 0 ? null : Told.of(String.valueOf(number));
    }

    /** Where -1 stands for no limit. */
    static @Nullable Told positive(Json member) {
        return integer(member) > 0 ? number(member) : null;
    }

    static @Nullable Told bytes(Json member) {
        long number = integer(member);
        return number == 0
                ? null
                : new Told(String.valueOf(number), number < 0 ? "unlimited" : DockerWords.binarySize((double) number));
    }

    static @Nullable Told cpus(Json member) {
        long number = integer(member);
        return number <= 0 ? null : new Told(String.valueOf(number), plain(number));
    }

    /** Words in their order, as one would type them. */
    static @Nullable Told command(Json member) {
        return member.children().isEmpty()
                ? null
                : Told.of(member.children().stream()
                        .map(word -> quoted(word.text()))
                        .collect(Collectors.joining(" ")));
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** Texts whose order says nothing. */
    static @Nullable Told sorted(Json member) {
        return member.children().isEmpty()
                ? null
                : Told.of(member.children().stream().map(Json::text).sorted().collect(Collectors.joining(", ")));
    }

    static @Nullable Told restartPolicy(Json member) {
        String name = member.text("Name");
        long most = integer(member.get("MaximumRetryCount"));
        return name.isEmpty() || name.equals("no") ? null : Told.of(most == 0 ? name : name + ":" + most);
    }

    static @Nullable Told healthCheck(Json member) {
        Json test = member.get("Test");
        if (test == null || test.children().isEmpty()) {
            return null;
        }
        List<String> words = new ArrayList<>();
        test.children().forEach(word -> words.add(word.text()));
        for (String length : List.of("Interval", "Timeout", "StartPeriod", "StartInterval")) {
            long nanos = integer(member.get(length));
            if (nanos > 0) {
                words.add(length + "=" + plain(nanos) + "s");
            }
        }
        long retries = integer(member.get("Retries"));
        if (retries > 0) {
            words.add("Retries=" + retries);
        }
        return Told.of(String.join(" ", words));
    }

    /** The members of an object whose values are texts. */
    static Map<String, Told> members(Json object) {
        Map<String, Told> members = new HashMap<>();
        for (int i = 0; i < object.names().size(); i++) {
            members.putIfAbsent(
                    object.names().get(i), Told.of(object.children().get(i).text()));
        }
        return members;
    }

    /** {@code NAME=value}, or {@code NAME}. */
    static Map<String, Told> variables(Json list) {
        Map<String, Told> variables = new HashMap<>();
        for (Json each : list.children()) {
            String[] nameAndValue = each.text().split("=", 2);
            variables.put(nameAndValue[0], Told.of(nameAndValue.length < 2 ? "" : nameAndValue[1]));
        }
        return variables;
    }

    static Map<String, Told> ulimits(Json list) {
        Map<String, Told> limits = new HashMap<>();
        for (Json each : list.children()) {
            limits.put(each.text("Name"), Told.of(integer(each.get("Soft")) + ":" + integer(each.get("Hard"))));
        }
        return limits;
    }

    static Map<String, Told> devices(Json list) {
        Map<String, Told> devices = new HashMap<>();
        for (Json each : list.children()) {
            devices.put(
                    each.text("PathInContainer"),
                    Told.of(each.text("PathOnHost") + ":" + each.text("CgroupPermissions")));
        }
        return devices;
    }

    /** By their target: {@code volume data}, {@code bind /srv/data ro}. */
    static Map<String, Told> mounts(Json list) {
        Map<String, Told> mounts = new HashMap<>();
        for (Json each : list.children()) {
            String name = each.text("Name");
            Json writable = each.get("RW");
            String readOnly = writable != null && writable.type() == Json.Type.FALSE ? " ro" : "";
            String type = each.text("Type");
            String what = name.isEmpty() ? each.text("Source") : name;
            boolean isNamed = !name.isEmpty() && !name.matches("[0-9a-f]{64}");
            String shown = name.isEmpty() || isNamed ? what : DockerWords.shortId(name);
            mounts.put(
                    each.text("Destination"),
                    new Told((type + " " + what).strip() + readOnly, (type + " " + shown).strip() + readOnly));
        }
        return mounts;
    }

    /** By the port inside: the addresses and ports that were asked for. */
    static Map<String, Told> ports(Json object) {
        Map<String, Told> published = new HashMap<>();
        for (int i = 0; i < object.names().size(); i++) {
            String outside = object.children().get(i).children().stream()
                    .map(TraitWords::binding)
                    .distinct()
                    .sorted()
                    .collect(Collectors.joining(", "));
            published.put(object.names().get(i), Told.of(outside));
        }
        return published;
    }

    /** An address for all of them is left out: the engine has several ways to say it. */
    private static String binding(Json binding) {
        String ip = binding.text("HostIp");
        boolean isAny = ip.isEmpty() || ip.equals("0.0.0.0") || ip.equals("::");
        String port = binding.text("HostPort").isEmpty() ? "any" : binding.text("HostPort");
        return isAny ? port : (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + port;
    }

    /** By name: the addresses that were asked for; those that the engine chose change with each start. */
    static Map<String, Told> networks(Json object) {
        Map<String, Told> networks = new HashMap<>();
        for (int i = 0; i < object.names().size(); i++) {
            Json wanted = object.children().get(i).get("IPAMConfig");
            String address = wanted == null ? "" : (wanted.text("IPv4Address") + " " + wanted.text("IPv6Address"));
            networks.put(object.names().get(i), Told.of(("connected " + address).strip()));
        }
        return networks;
    }

    /** Billionths as whole ones: {@code 0.5}. */
    private static String plain(long billionths) {
        return BigDecimal.valueOf(billionths, 9).stripTrailingZeros().toPlainString();
    }

    /** 0 for what is no integer. */
    private static long integer(@Nullable Json member) {
        try {
            return member == null ? 0 : Long.parseLong(member.text());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
