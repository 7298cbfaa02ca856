package dev.shiplog.recorder.proc;

import dev.shiplog.journal.bytes.Bytes;

/** How many sockets there are in each state. Not thread safe. */
public final class TcpCounts {
    private final long[] counts = new long[TcpState.UNKNOWN.ordinal() + 1];
    private long total;

    void add(TcpState state) {
        counts[state.ordinal()]++;
        total++;
    }

    long of(TcpState state) {
        return counts[state.ordinal()];
    }

    /** Of all states. */
    long total() {
        return total;
    }

    /** All states with their counts, 0 too; those that the kernel has no name for only if there are some. */
    void putJson(Bytes out) {
        String before = "{\"";
        for (TcpState state : TcpState.values()) {
            if (state != TcpState.UNKNOWN || of(state) > 0) {
                out.putAscii(before + state.label() + "\":" + of(state));
                before = ",\"";
            }
        }
        out.put('}');
    }
}
