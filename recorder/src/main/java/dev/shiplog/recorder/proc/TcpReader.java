package dev.shiplog.recorder.proc;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Counts the TCP sockets of a network by state. Reading one table costs the kernel a walk over the sockets of the whole host,
 * some ms even if the network has none: so it is asked first how many there are, and a table with none is not read. For one
 * thread.
 */
public final class TcpReader {
    /** Of more the states are not counted: the kernel takes some 2 ms for a thousand. */
    private static final long MOST = 50_000;

    private final long most;
    private final TcpTable table;

    public TcpReader() {
        this(MOST);
    }

    TcpReader(long most) {
        this.most = most;
        table = new TcpTable(most);
    }

    /** Counts those of the network of a process. */
    public Reading<TcpCounts> read(Path process) throws IOException {
        SockStat stat = SockStat.read(process);
        if (stat.total() > most) {
            return tooMany();
        }
        TcpCounts counts = new TcpCounts();
        boolean whole = (stat.inUse() + stat.timeWait() == 0 || table.count(process.resolve("net/tcp"), counts))
                && (stat.inUse6() + stat.timeWait() == 0 || table.count(process.resolve("net/tcp6"), counts));
        return whole ? Reading.of(counts) : tooMany();
    }

    private Reading<TcpCounts> tooMany() {
        return Reading.skipped("more than " + most + " sockets");
    }
}
