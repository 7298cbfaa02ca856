package dev.shiplog.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What a JVM took so far, on Linux.
 *
 * @param cpuNanos of all its threads
 * @param resident bytes in memory, with the pages of files that it maps
 * @param anonymous those of them that belong to no file
 * @param live bytes of the heap that a full collection leaves
 */
record ProcessFigures(long cpuNanos, long resident, long anonymous, long live) {
    private static final long TICK_NANOS = 10_000_000L;

    /** Has it collect its garbage. */
    static ProcessFigures of(ProcessHandle process) throws IOException, InterruptedException {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        String stat = Files.readString(proc.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        long live = live(process.pid());
        String status = Files.readString(proc.resolve("status"));
        return new ProcessFigures(ticks * TICK_NANOS, kib(status, "VmRSS:"), kib(status, "RssAnon:"), live);
    }

    private static long kib(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    /** The last line of a class histogram: Total, objects, bytes. */
    private static long live(long pid) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(10, TimeUnit.SECONDS);
        return output.lines()
                .filter(line -> line.startsWith("Total"))
                .mapToLong(line -> Long.parseLong(line.split(" +", -1)[2]))
                .findFirst()
                .orElseThrow(() -> new IOException("jcmd says: " + output));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.1f MiB resident, %.1f of them anonymous, %.2f of the heap live",
                mib(resident),
                mib(anonymous),
                mib(live));
    }

    private static double mib(long bytes) {
        return bytes / 1024.0 / 1024.0;
    }
}
