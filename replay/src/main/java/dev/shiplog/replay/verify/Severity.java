package dev.shiplog.replay.verify;

/** What a {@link Finding} means for whoever relies on the files. */
public enum Severity {
    /** An archive is not the one that was written: its signature, or its place in the chain, shows it. */
    TAMPERED("tampered"),
    /** An archive, or a part of it, does not match its manifest. */
    MISMATCH("damaged"),
    /** A part of a segment cannot be read. */
    DAMAGED("damaged"),
    /** A segment or an archive is not there, though its neighbours are. */
    MISSING("missing"),
    /** No signature vouches for an archive, though a key was given. */
    UNSIGNED("unsigned"),
    /** This user may not read a file. */
    REFUSED("refused"),
    /** A file cannot be read here: the program lacks something, the file may be intact. */
    UNREADABLE("unreadable"),
    /** The recorder knows that it missed something. */
    GAP("gap"),
    /** Records were deleted on purpose. */
    DELETED("deleted"),
    /** Nothing is wrong, but a person may want to know. */
    NOTE("note");

    private final String word;

    Severity(String word) {
        this.word = word;
    }

    /** The first word of a finding. */
    public String word() {
        return word;
    }
}
