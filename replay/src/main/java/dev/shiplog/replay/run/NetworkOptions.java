package dev.shiplog.replay.run;

import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Adds the networks of a container: options for the first, a command for each other. Not thread safe. */
final class NetworkOptions {
    private static final int ID_LENGTH = 12;

    private final Draft draft;
    private final UnaryOperator<String> names;
    private final String mode;
    private final List<String> networkNames;
    private final List<Json> networks;

    /** @param names the name of the container with an id; the id itself if it is not known */
    NetworkOptions(Draft draft, UnaryOperator<String> names) {
        this.draft = draft;
        this.names = names;
        this.mode = draft.text("HostConfig.NetworkMode");
        Json all = draft.member("NetworkSettings.Networks");
        this.networkNames = all == null ? List.of() : all.names();
        this.networks = all == null ? List.of() : all.children();
    }

    /** @param host name of the engine's host, which a container in its network has by itself; empty if not known */
    void add(String host) {
        String hostname = draft.text("Config.Hostname");
        boolean given = !hostname.isEmpty() && !isId(hostname);
        boolean shared = mode.startsWith("container:")
                || draft.text("HostConfig.UTSMode").equals("host");
        if (given && !shared && !(mode.equals("host") && hostname.equals(host))) {
            draft.add("--hostname", hostname);
        }
        Json first = first();
        List<String> fields = new ArrayList<>();
        if (first != null) {
            pairs(first.get("DriverOpts")).forEach(pair -> fields.add("driver-opt=" + pair));
            if (!Members.isEmpty(first.get("GwPriority"))) {
                fields.add("gw-priority=" + Members.text(first, "GwPriority"));
            }
        }
        if (!fields.isEmpty()) {
            fields.add(0, "name=" + (mode.equals("default") ? "bridge" : mode));
            draft.add("--network", Members.csv(fields));
        } else if (!mode.isEmpty() && !mode.equals("default")) {
            draft.add("--network", HostOptions.named(mode, names));
        }
        for (String link : draft.texts("HostConfig.Links")) {
            draft.add("--link", link(link));
        }
        if (first != null) {
            endpoint(first, "--network-alias").forEach(option -> draft.add(option.name, option.value));
        }
    }

    /** {@code TARGET:ALIAS} of {@code /TARGET:/NAME/ALIAS}. */
    private static String link(String link) {
        int colon = link.indexOf(':');
        String target = link.substring(link.startsWith("/") ? 1 : 0, Math.max(0, colon));
        return colon < 0 ? link : target + ":" + link.substring(Math.max(colon, link.lastIndexOf('/')) + 1);
    }

    /** Whether this is the beginning of the id, as the engine takes it for a name. */
    private boolean isId(String name) {
        return name.length() == ID_LENGTH && draft.text("Id").startsWith(name);
    }

    private boolean isFirst(int i) {
        String name = networkNames.get(i);
        return name.equals(mode)
                || mode.equals("default") && (name.equals("bridge") || name.equals("nat"))
                || networks.get(i).text("NetworkID").equals(mode);
    }

    private @Nullable Json first() {
        for (int i = 0; i < networkNames.size(); i++) {
            if (isFirst(i)) {
                return networks.get(i);
            }
        }
        return null;
    }

    /** The commands that connect the container to its other networks, and take it from one that it has left. */
    List<String> others(String container) {
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < networkNames.size(); i++) {
            if (!isFirst(i)) {
                StringBuilder command = new StringBuilder("docker network connect");
                Json network = networks.get(i);
                List<Option> options = new ArrayList<>(endpoint(network, "--alias"));
                pairs(network.get("DriverOpts")).forEach(pair -> options.add(new Option("--driver-opt", pair)));
                if (!Members.isEmpty(network.get("GwPriority"))) {
                    options.add(new Option("--gw-priority", Members.text(network, "GwPriority")));
                }
                for (Option option : options) {
                    command.append(' ').append(option.name).append(' ').append(draft.word(option.value, option.name));
                }
                String name = networkNames.get(i);
                commands.add(command + " " + draft.word(name, "a network") + " " + container);
            }
        }
        if (!commands.isEmpty() && first() == null && !mode.isEmpty()) {
            String left = mode.equals("default") ? "bridge" : mode;
            commands.add("docker network disconnect " + draft.word(left, "a network") + " " + container);
        }
        return commands;
    }

    /** An option and its value. */
    private record Option(String name, String value) {}

    private List<Option> endpoint(Json network, String alias) {
        List<Option> options = new ArrayList<>();
        Json addresses = network.get("IPAMConfig");
        if (addresses != null) {
            if (!addresses.text("IPv4Address").isEmpty()) {
                options.add(new Option("--ip", addresses.text("IPv4Address")));
            }
            if (!addresses.text("IPv6Address").isEmpty()) {
                options.add(new Option("--ip6", addresses.text("IPv6Address")));
            }
            list(addresses.get("LinkLocalIPs")).forEach(ip -> options.add(new Option("--link-local-ip", ip)));
        }
        list(network.get("Links")).forEach(link -> options.add(new Option("--link", link)));
        aliases(network).forEach(name -> options.add(new Option(alias, name)));
        return options;
    }

    /** The aliases that were asked for: the engine adds the beginning of the id and, after it, a host name. */
    private List<String> aliases(Json network) {
        List<String> all = list(network.get("Aliases"));
        String hostname = draft.text("Config.Hostname");
        List<String> asked = new ArrayList<>();
        boolean added = false;
        for (String name : all) {
            if (isId(name)) {
                added = true;
            } else if (!added || !name.equals(hostname)) {
                asked.add(name);
            }
        }
        return asked;
    }

    private static List<String> list(@Nullable Json list) {
        return list == null ? List.of() : Draft.texts(list);
    }

    private static List<String> pairs(@Nullable Json object) {
        return object == null ? List.of() : OptionTable.pairs(object);
    }
}
