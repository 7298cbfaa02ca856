package dev.shiplog.recorder.proc;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;

/** What was read of a container as the payload of a record: each part, or why it is not there. */
public final class SocketsPayload {
    private SocketsPayload() {}

    public static byte[] of(Reading<TcpCounts> tcp, Reading<SharedMemory> shm) {
        Bytes out = new Bytes(256);
        out.putAscii("{\"tcp");
        TcpCounts counts = tcp.value();
        if (counts == null) {
            skip(tcp.skipped(), out);
        } else {
            out.putAscii("\":");
            counts.putJson(out);
        }
        out.putAscii(",\"shm");
        SharedMemory memory = shm.value();
        if (memory == null) {
            skip(shm.skipped(), out);
        } else {
            out.putAscii("\":");
            memory.putJson(out);
        }
        out.put('}');
        return out.toArray();
    }

    private static void skip(String why, Bytes out) {
        out.putAscii("_skipped\":");
        JsonString.put(why, out);
    }
}
