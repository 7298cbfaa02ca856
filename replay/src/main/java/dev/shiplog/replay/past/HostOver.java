package dev.shiplog.replay.past;

import java.util.List;

/**
 * A host over a range of time.
 *
 * @param end the host at the end of the range
 * @param first when its journal begins, if that is within the range, ns since the epoch; else 0
 * @param containers those that existed in the range, the newest first
 */
public record HostOver(HostAt end, long first, List<Life> containers) {}
