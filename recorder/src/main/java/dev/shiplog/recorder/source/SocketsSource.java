package dev.shiplog.recorder.source;

import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.recorder.live.LiveContainer;
import dev.shiplog.recorder.proc.HostProc;
import dev.shiplog.recorder.proc.Reading;
import dev.shiplog.recorder.proc.SharedMemory;
import dev.shiplog.recorder.proc.ShmReader;
import dev.shiplog.recorder.proc.SocketsPayload;
import dev.shiplog.recorder.proc.TcpCounts;
import dev.shiplog.recorder.proc.TcpReader;
import dev.shiplog.recorder.source.RunningProcesses.Found;
import dev.shiplog.recorder.source.RunningProcesses.Running;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Records every so often how many TCP sockets each running container has in each state, and what is in use of its shared
 * memory, from the host's {@code /proc}. A network that several containers share is read once, and each gets its numbers.
 *
 * <p>Whatever it reads, it rests nine times as long afterwards, so that it never takes more than a tenth of a CPU. Containers
 * for which an interval is too short come first in the next.
 */
public final class SocketsSource implements Closeable {
    private static final System.Logger LOG = System.getLogger(SocketsSource.class.getName());

    /** By then most containers are described. */
    private static final Duration FIRST = Duration.ofSeconds(3);
    /** How often it looks whether it is time: a clock may be set, and a host may sleep. */
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** An engine tells of an end some time after it. */
    private static final Duration DOUBT = Duration.ofSeconds(5);

    private static final int RESTS = 9;
    private static final long SHORTEST_REST = TimeUnit.MILLISECONDS.toNanos(1);

    private final HostProc proc;
    private final long everyNanos;
    private final Clock clock;
    private final RecordQueue queue;
    private final RunningProcesses processes;
    private final Duration doubt;
    private final TcpReader tcp = new TcpReader();
    private final ShmReader shm = new ShmReader();
    private final OpenGap gap;
    private final Thread thread = new Thread(this::run, "shiplog-sockets");

    private long round;
    private long restNanos;
    private boolean refusalTold;
    private volatile SocketsState state;

    /**
     * @param every how often each container is read
     * @param containers those that there are now
     */
    public SocketsSource(
            HostProc proc,
            Duration every,
            Clock clock,
            RecordQueue queue,
            Supplier<Collection<LiveContainer>> containers) {
        this(proc, every, clock, queue, containers, DOUBT);
    }

    /** @param doubt where no process is found, it looks again so much later before it says so */
    SocketsSource(
            HostProc proc,
            Duration every,
            Clock clock,
            RecordQueue queue,
            Supplier<Collection<LiveContainer>> containers,
            Duration doubt) {
        this.proc = proc;
        this.everyNanos = every.toNanos();
        this.clock = clock;
        this.queue = queue;
        this.processes = new RunningProcesses(proc, containers);
        this.doubt = doubt;
        state = SocketsState.at(proc.root().toString());
        gap = new OpenGap(clock, queue, Kind.SOCKETS, "TCP states and shared memory");
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** How it goes; any thread may ask. */
    public SocketsState state() {
        return state;
    }

    private void run() {
        try {
            long due = clock.now().monotonic() + FIRST.toNanos();
            while (true) {
                while (clock.now().monotonic() - due < 0) {
                    TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
                }
                due += everyNanos * (1 + (clock.now().monotonic() - due) / everyNanos);
                beginRound(due);
            }
        } catch (InterruptedException e) {
            gap.state(); // we stop
        }
    }

    /** @param end when the next one begins, by the monotonic clock */
    private void beginRound(long end) throws InterruptedException {
        round++;
        String problem = proc.problem();
        if (!problem.isEmpty()) {
            fail(problem);
            return;
        }
        Found found = find();
        if (found.isNone()) {
            TimeUnit.NANOSECONDS.sleep(doubt.toNanos());
            found = find();
        }
        if (found.isNone()) {
            fail("the processes of " + found.missing() + " containers are not in " + proc.root()
                    + "; is it the /proc of the engine's host?");
        } else {
            gap.ended();
            read(found, end);
        }
    }

    private Found find() throws InterruptedException {
        long began = System.nanoTime();
        Found found = processes.find();
        restAfter(began);
        return found;
    }

    private void fail(String problem) {
        gap.missing(problem);
        state = state.failed(problem);
    }

    private void read(Found found, long end) throws InterruptedException {
        long hostNetwork = hostNetwork();
        String hostShm = proc.hostShm();
        int read = 0;
        int late = 0;
        int refused = 0;
        for (Map.Entry<Long, List<Running>> network : found.networks().entrySet()) {
            List<Running> members = network.getValue();
            if (clock.now().monotonic() - end >= 0) {
                late += members.size();
                continue;
            }
            long began = System.nanoTime();
            boolean isHosts = network.getKey() == hostNetwork
                    || members.stream().anyMatch(member -> member.process().hostNetwork());
            Reading<TcpCounts> counts = isHosts ? Reading.skipped("it is the host's network") : count(members);
            for (Running member : members) {
                Reading<SharedMemory> memory = measure(member, hostShm);
                if (isThere(member)) {
                    queue.put(clock.stamp(Kind.SOCKETS, member.id(), 0, SocketsPayload.of(counts, memory)));
                    processes.read(member, round);
                    read++;
                    refused += memory.skipped().equals(SharedMemory.REFUSED) ? 1 : 0;
                }
            }
            restAfter(began);
        }
        tellOfRefusal(refused);
        state = new SocketsState(state.directory(), read, found.missing(), late, refused, "");
    }

    private long hostNetwork() {
        try {
            return proc.hostNetwork();
        } catch (IOException e) {
            return -1;
        }
    }

    /** By the first that did not end meanwhile. */
    private Reading<TcpCounts> count(List<Running> members) {
        Reading<TcpCounts> counts = Reading.skipped("");
        for (Running member : members) {
            try {
                return tcp.read(path(member));
            } catch (IOException e) {
                counts = Reading.skipped(FileErrors.line(e));
            }
        }
        return counts;
    }

    private Reading<SharedMemory> measure(Running member, String hostShm) throws InterruptedException {
        try {
            return shm.read(member.id(), path(member), member.process().hostIpc(), hostShm);
        } catch (IOException e) {
            return Reading.skipped(FileErrors.line(e));
        }
    }

    private Path path(Running member) {
        return proc.process(member.process().pid());
    }

    /** What was read may be another's if it ended meanwhile. */
    private boolean isThere(Running member) {
        try {
            return proc.isOf(member.process().pid(), member.id());
        } catch (IOException e) {
            return false;
        }
    }

    private void tellOfRefusal(int refused) {
        if (refused > 0 && !refusalTold) {
            refusalTold = true;
            LOG.log(
                    Level.WARNING,
                    "the shared memory of {0} containers is not recorded: the kernel does not let this process look into"
                            + " them; run it with --cap-add SYS_PTRACE, and with --security-opt apparmor=unconfined where"
                            + " AppArmor forbids it. TCP states are recorded all the same",
                    refused);
        }
    }

    private void restAfter(long began) throws InterruptedException {
        restNanos += (System.nanoTime() - began) * RESTS;
        if (restNanos >= SHORTEST_REST) {
            TimeUnit.NANOSECONDS.sleep(restNanos);
            restNanos = 0;
        }
    }

    /** Idempotent. */
    @Override
    public void close() {
        thread.interrupt();
        shm.close();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
