package dev.shiplog.replay.past;

import dev.shiplog.timeline.ContainerRule;
import dev.shiplog.timeline.payload.Container;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Chooses images: of several filters with one key any must hold, of both keys each.
 *
 * <pre>
 * image=GLOB|ID       its name, or the beginning of its id, as in {@link ContainerRule}
 * digest=GLOB|DIGEST  one of its digests, or the beginning of one, with or without {@code sha256:}
 * </pre>
 *
 * With {@code !=} for {@code =} a filter takes out what it names: of these all must hold.
 */
public final class ImageFilter {
    private static final String ALGORITHM = "sha256:";

    private ImageFilter() {}

    /** @throws IllegalArgumentException naming what cannot be read, and what can */
    public static Predicate<ImageRow> of(List<String> filters) {
        Predicate<ImageRow> all = row -> true;
        for (String key : List.of("image", "digest")) {
            List<String> chosen =
                    filters.stream().filter(each -> each.startsWith(key + "=")).toList();
            if (!chosen.isEmpty()) {
                all = all.and(chosen.stream().map(ImageFilter::rule).reduce(row -> false, Predicate::or));
            }
        }
        for (String filter : filters) {
            if (filter.startsWith("image!=") || filter.startsWith("digest!=")) {
                all = all.and(rule(filter.replaceFirst("!=", "=")).negate());
            } else if (!filter.startsWith("image=") && !filter.startsWith("digest=")) {
                throw new IllegalArgumentException(
                        "--filter '" + filter + "': write KEY=VALUE or KEY!=VALUE with a key of image, digest");
            }
        }
        return all;
    }

    private static Predicate<ImageRow> rule(String filter) {
        String value = filter.substring(filter.indexOf('=') + 1);
        if (value.isEmpty()) {
            throw new IllegalArgumentException("--filter '" + filter + "': no value behind the =; * stands for any");
        }
        if (filter.startsWith("image=")) {
            Predicate<Container> holds = ContainerRule.parse(filter).holds();
            return row -> holds.test(container(row));
        }
        Predicate<String> fits = ContainerRule.fitting(value);
        return row -> row.digests().stream()
                .anyMatch(digest ->
                        fits.test(digest) || digest.startsWith(value) || digest.startsWith(ALGORITHM + value));
    }

    /** One that was made from it. */
    private static Container container(ImageRow row) {
        String tag = row.tag();
        String name = row.repository() + (tag == null || tag.isEmpty() ? "" : ":" + tag);
        String id = row.imageId();
        return new Container("", "", name, id == null ? "" : id, Map.of(), false);
    }
}
