package dev.shiplog.replay.past;

import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.json.Json;

/**
 * A container as far as a range of time has it.
 *
 * @param container as it was at the end of the range or, if it was removed before that, last. Its description may be gone
 * @param command as {@code docker ps} has it, without quotes around it; empty if it is not known
 * @param ports as {@code docker ps} has them; empty while it does not run
 * @param end of its last run or, if it never ran, of its existence
 * @param removed when it was removed; {@link End#NONE} if it was not
 * @param ran whether it ran in the range, or may have
 */
public record Life(ContainerState container, String command, String ports, End end, End removed, boolean ran) {
    /**
     * When something ended. Times are ns since the epoch, 0 for one that is not known.
     *
     * @param at the moment; 0 if it is not known, or nothing ended
     * @param after if it is not known: it was then not over, as far as is known
     * @param before if it is not known: it was over then, as far as is known
     */
    public record End(long at, long after, long before) {
        /** Of what did not end. */
        public static final End NONE = new End(0, 0, 0);

        /** At a moment that is known. */
        static End at(long time) {
            return new End(time, 0, 0);
        }

        /** Between two moments. */
        static End between(long after, long before) {
            return new End(0, after, before);
        }

        /** Whether it is known that it ended. */
        public boolean isOver() {
            return at != 0 || before != 0;
        }

        /** The last moment at which it may have been; 0 if it is not known that it ended. */
        long latest() {
            return Math.max(at, before);
        }
    }

    /** A container at a moment, of which nothing but that is asked. */
    public static Life at(ContainerState container) {
        return of(container, End.NONE, End.NONE, true);
    }

    static Life of(ContainerState container, End end, End removed, boolean ran) {
        Json description = Json.parse(container.description());
        String ports = container.isAlive() ? DockerWords.ports(description) : "";
        return new Life(container, DockerWords.command(description), ports, end, removed, ran);
    }

    /** Whether its removal was recorded, found out, or follows from what was recorded later. */
    public boolean isRemoved() {
        return removed.isOver();
    }
}
