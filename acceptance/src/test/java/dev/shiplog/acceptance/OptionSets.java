package dev.shiplog.acceptance;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random options of {@code docker create} and {@code docker run}, and commands, that an engine of version 20.10 accepts
 * together. A function of the random numbers alone.
 */
final class OptionSets {
    /** What a shell, CSV, JSON, a template or a terminal might take for something else. */
    private static final List<String> PIECES = List.of(
            "'",
            "\"",
            "$HOME",
            "`id`",
            "$(id)",
            "\\",
            "\\n",
            "\n",
            " ",
            "  ",
            "\t",
            "é",
            "漢字",
            "🚢",
            "*",
            "~",
            "#",
            "!",
            ";",
            "&&",
            "|",
            "%s",
            "{{.}}",
            "<b>",
            "\u001b[31m",
            "\u200d",
            "\u007f",
            "=",
            ",",
            ":",
            "--",
            "a",
            "Z9",
            "\r");

    private final Random random;
    private final String prefix;
    private final List<String> words = new ArrayList<>();
    private boolean sharesNetwork;
    private boolean hasHostname;

    private OptionSets(Random random, String prefix) {
        this.random = random;
        this.prefix = prefix;
    }

    /**
     * The options of a container.
     *
     * @param prefix of the names of what there is beside it: a volume {@code PREFIX-vol}, a network {@code PREFIX-net} of
     *     10.77.0.0/16, another one {@code PREFIX-more}, a container {@code PREFIX-helper}
     * @param starts whether the container is started: then options are left out that let a start fail somewhere
     * @param place a number of its own, below 250
     */
    static List<String> options(Random random, String prefix, boolean starts, int place) {
        OptionSets set = new OptionSets(random, prefix);
        set.network(starts, place);
        set.identity(starts);
        set.storage(starts ? "rprivate" : "rslave");
        set.limits(starts);
        set.health(starts);
        if (!starts) {
            set.ports(place);
            set.host();
            set.security();
        }
        return set.words;
    }

    /** The image, and the words after it, of a container that does not start; entrypoint included, if any. */
    static List<String> command(Random random) {
        OptionSets set = new OptionSets(random, "");
        boolean entrypoint = set.maybe();
        if (entrypoint) {
            set.add("--entrypoint", set.text() + "e");
        } else if (set.maybe()) {
            set.add("--entrypoint", "");
            set.words.addAll(List.of("busybox", "id"));
            return set.words;
        }
        set.words.add("busybox");
        for (int i = random.nextInt(4); i > 0; i--) {
            set.words.add(set.text());
        }
        return set.words;
    }

    private void network(boolean starts, int place) {
        String net = prefix + "-net";
        switch (random.nextInt(starts ? 4 : 8)) {
            case 0 -> add("--network", "none");
            case 1, 2 -> {
                add("--network", net);
                maybe("--network-alias", "db-" + place, "é", "x.y");
                maybe("--link", prefix + "-helper:other");
                if (maybe()) {
                    add("--ip", "10.77.1." + (place + 2));
                }
            }
            case 3 -> maybe("--link", prefix + "-helper:other", prefix + "-helper");
            case 4 -> add("--network", "host");
            case 5 -> {
                add("--network", "container:" + prefix + "-helper");
                sharesNetwork = true;
            }
            default -> {
                add("--network", "bridge");
                maybe("--mac-address", "02:42:0a:63:00:77");
            }
        }
        if (!sharesNetwork) {
            hasHostname = maybe("--hostname", "h" + place, "a.b-c");
            maybe("--dns", "10.0.0.1", "2001:db8::1");
            maybe("--dns-search", "example.org", "a.b");
            maybe("--dns-option", "ndots:2", "rotate");
            maybe("--add-host", "db:10.0.0.7", "six:2001:db8::7");
        }
    }

    private void identity(boolean starts) {
        for (int i = random.nextInt(4); i > 0; i--) {
            add("--env", "V" + i + "=" + text());
            add("--label", "l." + i + "=" + text());
        }
        maybe("--env", "EMPTY=", "a.b-c=1", "WITH SPACE=x");
        maybe("--label", "flag", "empty=");
        maybe("--domainname", "example.org");
        maybe("--user", "1000:1000", "7", "0");
        maybe("--workdir", "/w", "/a b", "/é'\"$x");
        maybe("--stop-signal", "SIGINT", "9");
        maybe("--stop-timeout", "0", "77");
        if (!maybe("--restart", "always", "unless-stopped", "on-failure", "on-failure:3") && !starts) {
            flag("--rm");
        }
        maybeFlag("--init", "--init=false");
        if (!starts) {
            flag("--tty");
            flag("--interactive");
            flag("--attach=stdout");
            flag("--attach=stderr");
            maybe("--runtime", "runc", "io.containerd.runc.v2");
            maybe("--isolation", "default");
        }
    }

    private void storage(String propagation) {
        maybe(
                "--volume",
                prefix + "-vol:/v1",
                prefix + "-vol:/v1:ro",
                prefix + "-vol:/v1:nocopy",
                "/usr/share:/v1:ro," + propagation);
        maybe("--volume", "/var/tmp:/v 2", "/usr/lib:/v2:rprivate", "/v2", "/é$x");
        maybe(
                "--mount",
                "type=volume,target=/m1",
                "type=volume,source=" + prefix + "-vol,target=/m1,readonly,volume-nocopy",
                "type=volume,source=" + prefix + "-vol2,target=/m1,volume-label=a=b,volume-driver=local",
                "type=volume,target=/m1,volume-opt=type=tmpfs,volume-opt=device=tmpfs,\"volume-opt=o=size=1m,mode=700\"");
        maybe(
                "--mount",
                "type=tmpfs,target=/m2,tmpfs-size=1048576,tmpfs-mode=1770",
                "type=tmpfs,\"target=/m,2\"",
                "type=bind,source=/usr/share,target=/m2,bind-propagation=" + propagation,
                "type=bind,source=/usr/share,target=/m2,readonly,bind-nonrecursive=true");
        maybe("--tmpfs", "/t1", "/t1:size=2m,noexec", "/t é:ro");
        maybe("--volumes-from", prefix + "-helper", prefix + "-helper:ro");
        maybe("--volume-driver", "local");
    }

    private void limits(boolean starts) {
        if (maybe()) {
            add("--memory", random.nextInt(16, 64) + "m");
            maybe("--memory-swap", "-1", "128m", "1g");
            maybe("--memory-reservation", "8m");
        }
        if (maybe()) {
            maybe("--cpus", "0.5", "1.25", "2");
        } else {
            maybe("--cpu-period", "50000");
            maybe("--cpu-quota", "20000");
        }
        maybe("--cpu-shares", "512");
        maybe("--cpuset-cpus", "0", "0-1");
        maybe("--cpuset-mems", "0");
        maybe("--pids-limit", "100", "-1", "0");
        maybe("--shm-size", "1m", "64m", "128m");
        maybe("--ulimit", "nofile=1024:2048", "core=0", "sigpending=1000:2000");
        maybe("--oom-score-adj", "500", starts ? "0" : "-5");
        maybe("--device", "/dev/null", "/dev/zero:/dev/z", "/dev/zero:/dev/zero:r");
        maybe("--cap-add", "NET_ADMIN", starts ? "CHOWN" : "ALL", "cap_sys_time");
        maybe("--cap-drop", "MKNOD", "net_raw");
        flag("--read-only");
        maybe("--group-add", "100", "20");
        if (!starts) {
            flag("--oom-kill-disable");
            maybe("--memory-swappiness", "0", "60");
            maybe("--device-read-bps", "/dev/null:1mb");
            maybe("--device-write-bps", "/dev/null:512");
            maybe("--device-read-iops", "/dev/null:100");
            maybe("--device-write-iops", "/dev/zero:100");
            maybe("--device-cgroup-rule", "c 1:3 rwm", "a *:* r");
            maybe("--gpus", "all", "2", "\"device=0,1\",capabilities=utility", "driver=nvidia,count=1");
        }
        maybe("--log-driver", "none", "local", starts ? "json-file" : "syslog");
        if (!words.contains("--log-driver")) {
            maybe("--log-opt", "max-size=1m", "labels=a,b", "tag={{.ID}}");
        }
    }

    private void health(boolean starts) {
        if (maybe()) {
            maybe("--health-cmd", "true", "test -e '/a b' && echo \"$HOME\"\nexit 0", "é");
            maybe("--health-interval", "1m30s", "2h", starts ? "40s" : "1500ms");
            maybe("--health-timeout", "10s");
            maybe("--health-start-period", "1ms");
            maybe("--health-retries", "5");
        } else {
            flag("--no-healthcheck");
        }
    }

    private void ports(int place) {
        if (sharesNetwork) {
            return;
        }
        int port = 20000 + 10 * place;
        maybe(
                "--publish",
                port + "-" + (port + 2) + ":80-82",
                "127.0.0.1::90/udp",
                "70",
                port + ":53/udp",
                "[::1]:" + port + ":9");
        maybe(
                "--publish",
                port + 5 + "-" + (port + 7) + ":100",
                "127.0.0.1:" + (port + 8) + ":80",
                "1000-1003",
                "5/sctp");
        maybe("--expose", "1000-1002", "7/udp", "99");
        flag("--publish-all");
    }

    private void host() {
        maybe("--ipc", "none", "shareable", "host", "container:" + prefix + "-helper");
        maybe("--pid", "host", "container:" + prefix + "-helper");
        maybe("--cgroupns", "private", "host");
        maybe("--userns", "host");
        if (!hasHostname) {
            maybe("--uts", "host");
        }
        maybe("--cgroup-parent", "/some-parent");
        maybe("--sysctl", "kernel.msgmax=65536", "net.core.somaxconn=512");
    }

    private void security() {
        flag("--privileged");
        maybe("--security-opt", "no-new-privileges", "seccomp=unconfined", "systempaths=unconfined");
        maybe("--security-opt", "label=disable", "apparmor=unconfined", "label=type:x");
    }

    /** A text of several pieces; may be empty. */
    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    private boolean maybe() {
        return random.nextInt(4) == 0;
    }

    private void flag(String flag) {
        maybeFlag(flag);
    }

    private void maybeFlag(String... flags) {
        if (random.nextInt(7) == 0) {
            words.add(flags[random.nextInt(flags.length)]);
        }
    }

    /** Adds the option with one of these values or, sometimes, two; or not. */
    private boolean maybe(String option, String... values) {
        if (random.nextInt(6) > 0) {
            return false;
        }
        int first = random.nextInt(values.length);
        add(option, values[first]);
        boolean list = List.of(
                        "--env",
                        "--label",
                        "--dns",
                        "--dns-search",
                        "--dns-option",
                        "--add-host",
                        "--publish",
                        "--expose",
                        "--device",
                        "--cap-add",
                        "--group-add",
                        "--ulimit",
                        "--network-alias",
                        "--log-opt")
                .contains(option);
        if (list && maybe()) {
            int second = random.nextInt(values.length);
            if (second != first) {
                add(option, values[second]);
            }
        }
        return true;
    }

    private void add(String option, String value) {
        words.add(option);
        words.add(value);
    }
}
