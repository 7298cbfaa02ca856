package dev.shiplog.replay.past;

import org.jspecify.annotations.Nullable;

/**
 * One thing of a host that is not the same at two moments.
 *
 * @param container the container's name at the later moment, or at the earlier if it is gone; empty if this is about the host
 * @param idBefore its id at the earlier moment; empty if it was not there
 * @param idAfter its id at the later moment; empty if it was not there
 * @param what {@code come}, {@code gone}, {@code re-created}, {@code renamed}, {@code unknown}, or the name of what changed,
 *     such as {@code memory} or {@code env}
 * @param key which of several: a variable, a label, the target of a mount; empty if there is only one
 * @param before how it was; null if it was not there
 * @param after how it is then; null if it is not there
 * @param isKnown whether it is known that it changed; else it may have
 */
public record Change(
        String container,
        String idBefore,
        String idAfter,
        String what,
        String key,
        @Nullable Told before,
        @Nullable Told after,
        boolean isKnown) {
    /** That an id is now another. */
    public static final String RECREATED = "re-created";

    /** That the image that a container was made from is another. */
    public static final String IMAGE_ID = "image id";

    /**
     * A value.
     *
     * @param value for programs, as the engine has it; null if it is not known
     * @param shown for people
     */
    public record Told(@Nullable String value, String shown) {
        static final Told NOT_KNOWN = new Told(null, "not known");

        static Told of(String value) {
            return new Told(value, value);
        }

        static Told id(String id) {
            return new Told(id, DockerWords.shortId(id));
        }
    }

    /** The same, of which nobody knows. */
    Change notKnown() {
        return new Change(container, idBefore, idAfter, what, key, before, after, false);
    }

    /** Whether its values are ids, of which people get the beginning. */
    public boolean isOfIds() {
        return what.equals(RECREATED) || what.equals(IMAGE_ID);
    }
}
