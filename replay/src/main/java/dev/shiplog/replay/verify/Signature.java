package dev.shiplog.replay.verify;

/** What is known of an archive's signature. */
public enum Signature {
    /** It has none. */
    NONE,
    /** Not known: the file ends before the place where one may have been, or something else is there. */
    LOST,
    /** It has one, but no key was given to check it with. */
    UNCHECKED,
    /** It was made with the key that was given. */
    GOOD,
    /** It was not, or for another manifest. */
    BAD
}
