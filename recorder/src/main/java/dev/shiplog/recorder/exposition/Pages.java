package dev.shiplog.recorder.exposition;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.recorder.control.Status;
import dev.shiplog.recorder.live.Inventory;
import dev.shiplog.recorder.live.LiveState;
import dev.shiplog.timeline.metric.LiveMetrics;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** What is served, made anew each time that somebody asks. Thread safe. */
final class Pages {
    private static final ExpositionFormatWriter TEXT = PrometheusTextFormatWriter.create();
    private static final ExpositionFormatWriter OPEN_METRICS = OpenMetricsTextFormatWriter.create();

    private static final byte[] NO_PAGE = {};

    private final LabelRules rules;
    private final Freshness freshness;
    private final LiveState live;
    private final Supplier<Status> status;
    private final Build build = Build.read();
    private final AtomicLong unreadable = new AtomicLong();

    /** Metrics in one of the formats that there are. */
    interface Written {
        String contentType();

        void to(OutputStream out) throws IOException;
    }

    /** @param freshness how old what is served may be */
    Pages(LabelRules rules, Freshness freshness, LiveState live, Supplier<Status> status) {
        this.rules = rules;
        this.freshness = freshness;
        this.live = live;
        this.status = status;
    }

    /**
     * All metrics.
     *
     * @param accept the header of the request, or empty
     */
    Written metrics(String accept) {
        long began = System.nanoTime();
        Status now = status.get();
        Families families = new Families();
        ContainerSeries containers = new ContainerSeries(rules, freshness, now.now(), now.engine(), families);
        if (now.containers() != Status.NO_CONTAINERS) {
            containers.put(live);
        }
        new OwnSeries(rules.common(), families).put(now, live.events(), cpu(), build);
        errors("samples", unreadable.addAndGet(containers.unreadable()), families);
        LiveMetrics.INVENTORY.forEach((sort, metric) -> {
            Inventory.Count count = live.inventory().of(sort);
            families.put(metric, rules.common(), count.number());
            errors(sort, count.failures(), families);
        });
        families.put(LiveMetrics.SCRAPE, rules.common(), System.nanoTime() - began);
        MetricSnapshots snapshots = families.snapshots();
        ExpositionFormatWriter writer = Accept.prefersOpenMetrics(accept) ? OPEN_METRICS : TEXT;
        return new Written() {
            @Override
            public String contentType() {
                return writer.getContentType();
            }

            @Override
            public void to(OutputStream out) throws IOException {
                writer.write(out, snapshots);
            }
        };
    }

    private void errors(String collector, long count, Families families) {
        families.put(LiveMetrics.SCRAPE_ERRORS, rules.common().add("collector", collector), count);
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** The engine's own page as it was recorded last; empty if there is none, or if it is of an engine that is away. */
    byte[] engine() {
        return status.get().engine().up() ? live.enginePage() : NO_PAGE;
    }

    /** Why this recorder does not record all that it should; empty if it does. */
    List<String> problems() {
        return status.get().problems();
    }

    /** What {@code /ready} answers. */
    static String ready(List<String> problems) {
        Bytes out = new Bytes(256);
        out.putAscii("{\"ready\":" + problems.isEmpty() + ",\"problems\":[");
        for (int i = 0; i < problems.size(); i++) {
            out.putAscii(i == 0 ? "" : ",");
            JsonString.put(problems.get(i), out);
        }
        out.putAscii("]}\n");
        return new String(out.toArray(), UTF_8);
    }

    /** What {@code /version} answers. */
    String version() {
        Bytes out = new Bytes(256);
        out.putAscii("{\"version\":");
        JsonString.put(status.get().version(), out);
        out.putAscii(",\"commit\":");
        JsonString.put(build.commit(), out);
        out.putAscii(",\"build_date\":");
        JsonString.put(build.date(), out);
        out.putAscii(",\"java_version\":");
        JsonString.put(Runtime.version().toString(), out);
        out.putAscii("}\n");
        return new String(out.toArray(), UTF_8);
    }

    /** One line about what went wrong. */
    static String error(String what) {
        Bytes out = new Bytes(64);
        out.putAscii("{\"error\":");
        JsonString.put(what, out);
        out.putAscii("}\n");
        return new String(out.toArray(), UTF_8);
    }
}
