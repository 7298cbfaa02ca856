package dev.shiplog.replay.explain;

import org.jspecify.annotations.Nullable;

/**
 * What surrounds a life.
 *
 * @param knownUntil up to when the records that follow are known
 * @param previousEnd when the life of this container before ended; 0 if there is none
 * @param nextStart when it was started again; 0 if it was not
 * @param restartsAfter how often the policy had started it, by the description after {@code nextStart}; -1 if there is none
 * @param destroyed when it was removed; 0 if it was not
 * @param recreated whether another container of its name was started after that
 * @param shutdown null if neither the engine nor the recorder ended then
 * @param liveRestore whether the engine lets containers live while it is away
 * @param previousImage id of the image of the life before, of a container with the same name, made from the same
 *     reference; empty if there is none
 * @param previousLimit of memory, before it was changed while it ran; -1 if it was not
 * @param companions how many other containers of its compose project ran on over its end and {@link LifeReader#SETTLING}
 * @param startToldLater whether only a description after the end tells of the start, so that what came before the end
 *     may have been missed
 * @param earlier the newest description of the container before it began; null if there is none
 */
public record Context(
        long knownUntil,
        long previousEnd,
        long nextStart,
        int restartsAfter,
        long destroyed,
        boolean recreated,
        @Nullable Shutdown shutdown,
        boolean liveRestore,
        String previousImage,
        long previousLimit,
        int companions,
        boolean startToldLater,
        @Nullable Described earlier) {
    /** Of a life of which nothing more is known. */
    static final Context NONE = new Context(Long.MAX_VALUE, 0, 0, -1, 0, false, null, false, "", -1, 0, false, null);

    /** The same of a life that runs, as it is known at an earlier moment. */
    Context upTo(long moment) {
        return new Context(moment, previousEnd, 0, -1, 0, false, null, false, "", previousLimit, 0, false, earlier);
    }
}
