package dev.shiplog.journal.block;

/**
 * In which order the tracks of a block take turns: after a track most likely comes the one that came after it the last
 * time.
 *
 * <pre>
 * turn := 0            the track that came after this one the last time; track 0 if none did
 *       | track + 1    that track
 * </pre>
 */
final class TrackOrder {
    private final int[] next;
    private int newest;

    TrackOrder(int tracks) {
        next = new int[tracks];
    }

    /** The turn that says that {@code track} comes now. */
    int turn(int track) {
        int turn = next[newest] == track ? 0 : track + 1;
        advance(track);
        return turn;
    }

    /** The track that comes now; the number of tracks or more, or a negative number, if the turn makes no sense. */
    int track(long turn) {
        if (turn < 0 || turn > next.length) {
            return -1;
        }
        int track = turn == 0 ? next[newest] : (int) turn - 1;
        advance(track);
        return track;
    }

    private void advance(int track) {
        next[newest] = track;
        newest = track;
    }
}
