package dev.shiplog.recorder.proc;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The kernel's own counts of TCP sockets of one network, which cost next to nothing to read.
 *
 * @param inUse of IPv4, in any state but TIME_WAIT
 * @param inUse6 of IPv6, likewise; 0 on a host without
 * @param timeWait of both, in TIME_WAIT; of all networks before Linux 4.1
 */
record SockStat(long inUse, long inUse6, long timeWait) {
    static SockStat read(Path process) throws IOException {
        String tcp = line(process.resolve("net/sockstat"), "TCP:");
        return new SockStat(value(tcp, "inuse"), value(lineOfIpv6(process), "inuse"), value(tcp, "tw"));
    }

    private static String lineOfIpv6(Path process) throws IOException {
        try {
            return line(process.resolve("net/sockstat6"), "TCP6:");
        } catch (NoSuchFileException e) {
            return "TCP6: inuse 0";
        }
    }

    private static String line(Path file, String name) throws IOException {
        return ProcFiles.lines(file).stream()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .orElseThrow(() -> new IOException(file + ": there is no line " + name));
    }

    private static long value(String line, String name) throws IOException {
        String[] words = line.split(" ");
        for (int i = 0; i + 1 < words.length; i++) {
            if (words[i].equals(name) && words[i + 1].matches("\\d{1,18}")) {
                return Long.parseLong(words[i + 1]);
            }
        }
        throw new IOException("sockstat: there is no " + name + " in \"" + line + "\"");
    }

    long total() {
        return inUse + inUse6 + timeWait;
    }
}
