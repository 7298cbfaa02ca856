package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.timeline.payload.Container;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the records of one host in a range of time take.
 *
 * @param host the host's name; empty if it is not known
 * @param shares one for each kind of each subject
 * @param filesBytes what files take beside records: indexes, headers
 * @param isShared whether records of an archive are among them, which share the bytes of a block
 * @param nanos from the first record to the last
 */
public record Sizes(String host, List<Share> shares, double filesBytes, boolean isShared, long nanos) {
    /**
     * Records of one kind and one subject.
     *
     * @param container null if they are not about a container
     * @param payloadBytes as the engine sent them
     * @param storedBytes what they take in files
     */
    public record Share(
            Kind kind, @Nullable Container container, long records, long payloadBytes, double storedBytes) {}
}
