package dev.shiplog.replay.verify;

import java.nio.file.Path;

/**
 * One thing that whoever relies on the files should know.
 *
 * @param file the file that it is about, or next to which something is missing
 * @param place where in the file
 * @param lost which records cannot be read for it
 * @param what it is, as a clause
 */
public record Finding(Severity severity, Path file, Place place, Lost lost, String what) {
    /**
     * A place in a file.
     *
     * @param offset in bytes; -1 for the file as a whole
     * @param time receipt of the last good record before it, or of the next, ns since the epoch; 0 if not known
     */
    public record Place(long offset, long time) {
        static final Place WHOLE = new Place(-1, 0);
    }

    /**
     * Sequences of records that are lost.
     *
     * @param from of the first, 0 if none is lost or none is known
     * @param to of the last, 0 likewise
     */
    public record Lost(long from, long to) {
        static final Lost NONE = new Lost(0, 0);

        /** As a phrase. */
        @Override
        public String toString() {
            return from == to ? "record " + from : "records " + from + " to " + to;
        }
    }

    /** About a file as a whole. */
    static Finding of(Severity severity, Path file, String what) {
        return new Finding(severity, file, Place.WHOLE, Lost.NONE, what);
    }
}
