package dev.shiplog.recorder.source;

import dev.shiplog.recorder.live.LiveContainer;
import dev.shiplog.recorder.proc.HostProc;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.payload.ProcessView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Finds the processes of containers in the host's {@code /proc}, and which networks these have. For one thread. */
final class RunningProcesses {
    private final HostProc proc;
    private final Supplier<Collection<LiveContainer>> containers;
    /** When each was read last, by the number of the round. */
    private final Map<String, Long> reads = new HashMap<>();

    /** A container that runs. */
    record Running(String id, ProcessView process) {}

    /**
     * Those that were found.
     *
     * @param networks those of each network, by what tells networks apart; who was not read for longest comes first
     * @param missing how many run, but were not found
     */
    record Found(Map<Long, List<Running>> networks, int missing) {
        boolean isNone() {
            return networks.isEmpty() && missing > 0;
        }
    }

    RunningProcesses(HostProc proc, Supplier<Collection<LiveContainer>> containers) {
        this.proc = proc;
        this.containers = containers;
    }

    Found find() {
        List<Running> running = running();
        reads.keySet().retainAll(running.stream().map(Running::id).collect(Collectors.toSet()));
        running.sort(Comparator.comparingLong(container -> reads.getOrDefault(container.id, 0L)));
        Map<Long, List<Running>> networks = new LinkedHashMap<>();
        int missing = 0;
        for (Running container : running) {
            try {
                long pid = container.process.pid();
                if (proc.isOf(pid, container.id)) {
                    networks.computeIfAbsent(proc.networkOf(pid), network -> new ArrayList<>())
                            .add(container);
                } else {
                    missing++;
                }
            } catch (IOException e) {
                missing++; // it ends just now
            }
        }
        return new Found(networks, missing);
    }

    /** It was read in this round. */
    void read(Running container, long round) {
        reads.put(container.id, round);
    }

    private List<Running> running() {
        List<Running> running = new ArrayList<>();
        for (LiveContainer container : containers.get()) {
            ContainerState known = container.state();
            if (known != null && known.isAlive() && known.process().pid() != 0) {
                running.add(new Running(container.id(), known.process()));
            }
        }
        return running;
    }
}
