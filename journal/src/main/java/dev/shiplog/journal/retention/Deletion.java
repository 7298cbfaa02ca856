package dev.shiplog.journal.retention;

/** One segment that is to be deleted, and why. */
public record Deletion(StoredSegment segment, Reason reason) {
    /** Why a segment is deleted; of several reasons the first. */
    public enum Reason {
        AGE("older than --keep-for"),
        BYTES("more than --keep-bytes"),
        SPACE("less than --min-free is free");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** The reason in one clause. */
        public String text() {
            return text;
        }
    }
}
