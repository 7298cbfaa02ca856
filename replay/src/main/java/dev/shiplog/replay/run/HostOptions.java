package dev.shiplog.replay.run;

import dev.shiplog.timeline.json.Json;
import java.util.List;
import java.util.function.UnaryOperator;

/** Adds the options that follow from several members of {@code HostConfig}. Not thread safe. */
final class HostOptions {
    private final Draft draft;
    private final UnaryOperator<String> names;

    /** @param names the name of the container with an id; the id itself if it is not known */
    HostOptions(Draft draft, UnaryOperator<String> names) {
        this.draft = draft;
        this.names = names;
    }

    void add() {
        addMode("--ipc", "HostConfig.IpcMode", "private");
        addMode("--pid", "HostConfig.PidMode", "");
        addMode("--cgroupns", "HostConfig.CgroupnsMode", usualCgroupns());
        addSecurity();
        addSwap();
        addLog();
    }

    private void addMode(String option, String member, String usual) {
        String mode = draft.text(member);
        if (!mode.isEmpty() && !mode.equals(usual)) {
            draft.add(option, named(mode, names));
        }
    }

    /** {@code container:ID} with the name instead of the id. */
    static String named(String mode, UnaryOperator<String> names) {
        String prefix = "container:";
        return mode.startsWith(prefix) ? prefix + names.apply(mode.substring(prefix.length())) : mode;
    }

    /** Engines on cgroup v2 have no {@code OomKillDisable}, and give containers a namespace of their own. */
    private String usualCgroupns() {
        boolean second = draft.member("HostConfig.OomKillDisable") == null;
        return second && !draft.isTrue("HostConfig.Privileged") ? "private" : "host";
    }

    private void addSecurity() {
        List<String> options = draft.texts("HostConfig.SecurityOpt");
        boolean open = draft.isTrue("HostConfig.Privileged")
                || draft.text("HostConfig.IpcMode").equals("host")
                || draft.text("HostConfig.PidMode").equals("host");
        if (!open || !options.equals(List.of("label=disable"))) { // the engine adds this one by itself
            for (String option : options) {
                if (option.startsWith("seccomp={") || option.startsWith("seccomp:{")) {
                    draft.note(
                            "HostConfig.SecurityOpt: the seccomp profile, which docker reads from a file: --security-opt"
                                    + " seccomp=FILE");
                } else {
                    draft.add("--security-opt", option);
                }
            }
        }
        Json masked = draft.member("HostConfig.MaskedPaths");
        Json readOnly = draft.member("HostConfig.ReadonlyPaths");
        if (masked != null && readOnly != null) {
            if (masked.children().isEmpty() && readOnly.children().isEmpty()) {
                draft.add("--security-opt", "systempaths=unconfined");
            } else if (!Draft.texts(masked).contains("/proc/kcore")
                    || !Draft.texts(readOnly).contains("/proc/sys")) {
                draft.note("HostConfig.MaskedPaths, ReadonlyPaths: not those of docker");
            }
        }
    }

    /** The engine takes twice the memory by itself. */
    private void addSwap() {
        long swap = Members.number(draft.member("HostConfig.MemorySwap"));
        if (swap != 0 && swap != 2 * Members.number(draft.member("HostConfig.Memory"))) {
            draft.add("--memory-swap", Long.toString(swap));
        }
    }

    private void addLog() {
        String driver = draft.text("HostConfig.LogConfig.Type");
        if (!driver.isEmpty() && !driver.equals("json-file")) {
            draft.add("--log-driver", driver);
        }
        Json options = draft.member("HostConfig.LogConfig.Config");
        if (options != null) {
            OptionTable.pairs(options).forEach(pair -> draft.add("--log-opt", pair));
        }
    }
}
