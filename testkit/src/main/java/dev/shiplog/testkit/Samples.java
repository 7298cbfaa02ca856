package dev.shiplog.testkit;

import com.github.luben.zstd.ZstdInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What real engines said, kept as they said it: Docker 20.10 and 28.5 on cgroup v1. */
public final class Samples {
    /** 8,054 stats samples of 61 containers, some two minutes at 1 s, in the order in which they arrived. */
    public static final String STATS = "stats-61-containers.ndjson";

    /** The page of the engine's own metrics. */
    public static final String METRICS = "engine-20.10-metrics.txt";

    /** All but that page, by name; JSON a line ({@code .ndjson}) or one document ({@code .json}). */
    public static final List<String> NAMES = List.of(
            STATS,
            "engine-20.10-containers.json",
            "engine-20.10-events.ndjson",
            "engine-20.10-info.json",
            "engine-20.10-inspect.json",
            "engine-20.10-stats-stream.ndjson",
            "engine-20.10-system-df.json",
            "engine-20.10-version.json",
            "engine-28.5-containers.json",
            "engine-28.5-events.ndjson",
            "engine-28.5-info.json",
            "engine-28.5-inspect.json",
            "engine-28.5-stats-stream.ndjson",
            "engine-28.5-system-df.json",
            "engine-28.5-version.json");

    private Samples() {}

    /** The payloads of one of {@link #NAMES}, without the line ends between them. */
    public static List<byte[]> payloads(String name) {
        byte[] all = bytes(name);
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= all.length; i++) {
            if (i == all.length || all[i] == '\n') {
                if (i > from) {
                    lines.add(Arrays.copyOfRange(all, from, i));
                }
                from = i + 1;
            }
        }
        return lines;
    }

    /** What {@link #METRICS} names. */
    public static byte[] metrics() {
        return bytes(METRICS);
    }

    private static byte[] bytes(String name) {
        try (InputStream resource = Samples.class.getResourceAsStream("samples/" + name + ".zst")) {
            if (resource == null) {
                throw new FileNotFoundException("no sample " + name);
            }
            return new ZstdInputStream(resource).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
