package dev.shiplog.replay.past;

import dev.shiplog.replay.query.Times;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many samples and events came before a moment, to guess how many are missing after it. Times are receipts, ns since
 * the epoch; no payload is read. Not thread safe.
 */
final class Rates {
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final long HOUR_NANOS = 3_600_000_000_000L;
    /** More than an hour, so that what comes after a gap leaves what came before it. */
    private static final int MINUTES = 240;
    /** A container that gave no sample for so many intervals did not run, or there is a gap. */
    private static final int MISSED = 3;

    /** Far more containers than give samples at a time; of more, those that gave the oldest are forgotten. */
    private static final int MOST = 4096;

    @SuppressWarnings("serial")
    private final Map<String, Track> tracks = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Track> eldest) {
            return size() > MOST;
        }
    };
    /** The interval seen last, of any container; 0 if there is none yet. */
    private long interval;

    /** How many events each minute has that has some, by its number since the epoch. */
    private final TreeMap<Long, Integer> events = new TreeMap<>();

    private long first;

    /** The samples of one container. */
    private static final class Track {
        private long last;
        /** The last sample before the newest break. */
        private long beforeBreak;

        private long interval;

        private void take(long received) {
            long since = Times.between(last, received);
            if (last == 0 || since <= 0) {
                // Nothing to learn from the first, or from a clock that went back.
            } else if (interval == 0 || since < interval / 2) {
                interval = since; // the two samples before it may have had a gap between them
            } else if (since / MISSED > interval) {
                beforeBreak = last;
            } else {
                interval += (since - interval) / 4;
            }
            last = received;
        }

        private boolean ranAt(long time) {
            return interval != 0 && (isNear(last, time) || isNear(beforeBreak, time));
        }

        private boolean isNear(long sample, long time) {
            return Times.between(Math.min(sample, time), Math.max(sample, time)) / MISSED <= interval;
        }
    }

    void sample(String container, long received) {
        begin(received);
        Track track = tracks.computeIfAbsent(container, id -> new Track());
        track.take(received);
        interval = track.interval == 0 ? interval : track.interval;
    }

    void event(long received) {
        begin(received);
        events.merge(Math.floorDiv(received, MINUTE_NANOS), 1, Integer::sum);
        if (events.size() > MINUTES) {
            events.pollFirstEntry();
        }
    }

    private void begin(long received) {
        first = first == 0 ? received : first;
    }

    /** The last sample of a container; 0 if there is none. */
    long lastSample(String container) {
        Track track = tracks.get(container);
        return track == null ? 0 : track.last;
    }

    /** The time between two samples of any container; 0 if it is not known. */
    long interval() {
        return interval;
    }

    /** The time between two samples of a container, or else of any; 0 if it is not known. */
    long interval(String container) {
        Track track = tracks.get(container);
        return track == null || track.interval == 0 ? interval : track.interval;
    }

    /** The same of each container that gave samples at a moment. */
    Map<String, Long> intervalsAt(long time) {
        Map<String, Long> intervals = new HashMap<>();
        tracks.forEach((id, track) -> {
            if (track.ranAt(time)) {
                intervals.put(id, track.interval);
            }
        });
        return intervals;
    }

    /** How many events would have come between two moments, at the rate of the hour before. */
    double events(long from, long to) {
        long since = Math.max(first, Times.plus(from, -HOUR_NANOS));
        if (first == 0 || Times.between(since, from) < MINUTE_NANOS) {
            return -1;
        }
        long before = events
                .subMap(Math.floorDiv(since, MINUTE_NANOS), true, Math.floorDiv(from, MINUTE_NANOS), true)
                .values()
                .stream()
                .mapToLong(Integer::longValue)
                .sum();
        return (double) before * Times.between(from, to) / (from - since);
    }
}
