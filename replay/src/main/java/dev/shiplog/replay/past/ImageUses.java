package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.HostState;
import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which containers ran, from which images, of one host. Either asked of a {@link HostAt}, or a fold of the records of a range
 * of time, whose memory grows by the containers that ran in it. Times are ns since the epoch. Not thread safe.
 */
public final class ImageUses {
    private static final Comparator<@Nullable String> UNKNOWN_LAST = Comparator.nullsLast(Comparator.naturalOrder());

    private final ImageBook book;
    private final Map<String, Use> uses = new LinkedHashMap<>();
    private final HostState host = new HostState(this::ended);
    private final long since;
    private boolean begun;

    /** What one container was made from, and when it ran. */
    private static final class Use {
        private String name = "";
        private ImageBook.Made made = new ImageBook.Made(ImageName.NONE, "");
        /** The one that tells so; empty without one, or if the container is gone. */
        private byte[] description = {};

        private long since;
        private long until;
        private boolean runs;
    }

    /**
     * @param since the beginning of the range
     * @param book takes each record before this does
     */
    public ImageUses(long since, ImageBook book) {
        this.since = since;
        this.book = book;
    }

    /** The images at a moment, by name. */
    public static List<ImageRow> at(HostAt host, ImageBook book, boolean all) {
        ImageUses uses = new ImageUses(host.moment(), book);
        for (ContainerState container : host.state().containers()) {
            book.learn(Json.parse(container.description())); // some are found only after the moment
            if (all || runs(container)) {
                uses.use(container, runs(container) ? container.started() : 0).runs = runs(container);
            }
        }
        return uses.rows(all);
    }

    /** What a {@link Reading} must find for a range. */
    public static Query query(TimeRange range) {
        RecordFilter filter = new RecordFilter(List.of("event", "inspect", "image", "mark"), List.of());
        return new Query(range, filter, true, false, Long.MAX_VALUE, false);
    }

    /** Takes the next record of the journal, before the end of the range. */
    public void apply(RecordView record) {
        if (!begun && !record.restated() && record.time() >= since) {
            begin();
        }
        host.apply(record);
        ContainerState container = record.subject().isEmpty() ? null : host.get(record.subject());
        Use use = uses.get(record.subject());
        if (container != null && begun) {
            turn(container);
        } else if (use != null && use.made.imageId().isEmpty() && record.kind() == Kind.INSPECT) {
            use.made = made(record.payload().toArray(), use.made); // the answer came after its end
        }
    }

    private void begin() {
        begun = true;
        host.containers().forEach(this::turn);
    }

    private void turn(ContainerState container) {
        Use use = uses.get(container.container().id());
        if (runs(container)) {
            use(container, container.started()).runs = true;
        } else if (use != null) {
            use(container, use.since).runs = false;
            use.until = container.isListed() ? 0 : container.finished();
        }
    }

    private void ended(ContainerState container) {
        Use use = uses.get(container.container().id());
        if (use != null) {
            use.until = use.runs && container.isListed() ? 0 : Math.max(use.until, container.finished());
            use.runs = false;
            use.description = new byte[0];
        }
    }

    private Use use(ContainerState container, long started) {
        Use use = uses.computeIfAbsent(container.container().id(), id -> new Use());
        use.name = container.container().name();
        if (use.description != container.description() || use.made.name().equals(ImageName.NONE)) {
            use.description = container.description();
            use.made = made(
                    use.description,
                    new ImageBook.Made(ImageName.of(container.container().image(), ""), ""));
        }
        use.since = use.since == 0 ? started : Math.min(use.since, started);
        return use;
    }

    /** As {@code docker ps} shows it. */
    private static boolean runs(ContainerState container) {
        return container.isAlive() || container.status() == ContainerState.Status.RESTARTING;
    }

    /**
     * The images, by name.
     *
     * @param all also those of which no container ran, but of which events tell
     */
    public List<ImageRow> rows(boolean all) {
        if (!begun) {
            begin();
        }
        Map<ImageBook.Made, List<Use>> byImage = new LinkedHashMap<>();
        for (Use use : uses.values()) {
            byImage.computeIfAbsent(use.made, made -> new ArrayList<>()).add(use);
        }
        List<ImageRow> rows = new ArrayList<>();
        byImage.forEach((made, containers) -> rows.add(row(made, containers)));
        if (all) {
            book.tags().forEach((tag, tagging) -> {
                if (!byImage.containsKey(new ImageBook.Made(tag, tagging.imageId()))) {
                    rows.add(row(tag, tagging));
                }
            });
        }
        rows.sort(Comparator.comparing(ImageRow::repository)
                .thenComparing(ImageRow::tag, UNKNOWN_LAST)
                .thenComparing(ImageRow::imageId, UNKNOWN_LAST));
        return rows;
    }

    private static ImageBook.Made made(byte[] description, ImageBook.Made otherwise) {
        Json json = Json.parse(description);
        return json == null ? otherwise : ImageBook.made(json);
    }

    private ImageRow row(ImageBook.Made made, List<Use> uses) {
        Set<String> names = new LinkedHashSet<>();
        uses.stream().map(use -> use.name).sorted().forEach(names::add);
        long from = uses.stream()
                .mapToLong(use -> use.since)
                .filter(time -> time != 0)
                .min()
                .orElse(0);
        int running = (int) uses.stream().filter(use -> use.runs).count();
        boolean isKnown = running == 0 && uses.stream().allMatch(use -> use.until != 0);
        long to = isKnown ? uses.stream().mapToLong(use -> use.until).max().orElse(0) : 0;
        Set<String> digests = new TreeSet<>(book.digests(made.imageId()));
        if (!made.name().digest().isEmpty()) {
            digests.add(made.name().digest());
        }
        ImageBook.Tagging tagging = book.tags().get(made.name().withoutDigest());
        long tagged = tagging != null && tagging.imageId().equals(made.imageId()) ? tagging.since() : 0;
        return new ImageRow(
                made.name().repository(),
                made.name().tag(),
                unlessEmpty(made.imageId()),
                List.copyOf(digests),
                List.copyOf(names),
                from,
                to,
                running,
                tagged,
                book.movedAt(made.name(), made.imageId()),
                book.deletedAt(made.imageId()));
    }

    private ImageRow row(ImageName tag, ImageBook.Tagging tagging) {
        return new ImageRow(
                tag.repository(),
                tagging.isCertain() ? tag.tag() : null,
                unlessEmpty(tagging.imageId()),
                List.copyOf(book.digests(tagging.imageId())),
                List.of(),
                0,
                0,
                0,
                tagging.since(),
                0,
                0);
    }

    private static @Nullable String unlessEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
