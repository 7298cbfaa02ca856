package dev.shiplog.timeline.redact;

/** What the next word of a command line is, because of the word before it. */
enum NextWord {
    ORDINARY,
    SECRET,
    /** The same, but a word such as {@code Bearer} may come before it. */
    CREDENTIALS,
    /** {@code user:password}. */
    USER,
    /** {@code KEY=value}, where the value is a secret. */
    VARIABLE,
    /** {@code Name: value}; a colon separates as {@code =} does. */
    HEADER,
    /** A user's name, and then a secret. */
    BEFORE_SECRET,
    /** A secret if it is in single quotes, as in SQL. */
    QUOTED,
    /** A secret, except for some words of SQL. */
    PASSWORD,
    /** {@code user%password}. */
    PERCENT,
    /** {@code user,password}. */
    COMMA,
    /** A file, then a user's name, and then a secret. */
    BEFORE_USER,
    /** The value of a JSON member: the members of an object have names of their own, a list goes on to its end. */
    MEMBER,
    /** The rest of such a list. */
    LIST;

    /** The character between the user's name, or the key, and the secret. */
    char separator() {
        return switch (this) {
            case USER -> ':';
            case PERCENT -> '%';
            case COMMA -> ',';
            default -> '=';
        };
    }
}
