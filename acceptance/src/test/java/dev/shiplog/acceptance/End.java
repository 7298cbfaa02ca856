package dev.shiplog.acceptance;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How one life of a container ended, as the script knows that brought it about.
 *
 * @param container its name; the ends of a name are in the order of time
 * @param causes the words that are right
 * @param mayBeUnknown that nothing which was recorded can tell
 * @param exitCode null if the script cannot know it
 * @param restarted null if it was not
 * @param factors that must be named
 * @param allowed factors that may be named
 * @param mover the first mover of the cascade; null for none, {@link #ANY} where no answer is wrong
 * @param followers who must be named as its followers
 * @param heard whether somebody who listened all the time heard its {@code die}
 */
record End(
        String container,
        Set<String> causes,
        boolean mayBeUnknown,
        @Nullable Integer exitCode,
        @Nullable String restarted,
        Set<String> factors,
        Set<String> allowed,
        @Nullable String mover,
        Set<String> followers,
        boolean heard) {
    static final String ANY = "*";

    static End of(String container, String... causes) {
        return new End(container, Set.of(causes), false, null, null, Set.of(), Set.of(), null, Set.of(), true);
    }

    End code(int code) {
        return new End(container, causes, mayBeUnknown, code, restarted, factors, allowed, mover, followers, heard);
    }

    End unknownIf(boolean unknown) {
        return new End(container, causes, unknown, exitCode, restarted, factors, allowed, mover, followers, heard);
    }

    End again(String how) {
        return new End(container, causes, mayBeUnknown, exitCode, how, factors, allowed, mover, followers, heard);
    }

    End with(String... more) {
        return new End(
                container,
                causes,
                mayBeUnknown,
                exitCode,
                restarted,
                plus(factors, more),
                allowed,
                mover,
                followers,
                heard);
    }

    End perhaps(String... more) {
        return new End(
                container,
                causes,
                mayBeUnknown,
                exitCode,
                restarted,
                factors,
                plus(allowed, more),
                mover,
                followers,
                heard);
    }

    End movedBy(String first) {
        return new End(
                container,
                causes,
                mayBeUnknown,
                exitCode,
                restarted,
                factors,
                plus(allowed, "cascade"),
                first,
                followers,
                heard);
    }

    End followedBy(String... others) {
        return new End(
                container,
                causes,
                mayBeUnknown,
                exitCode,
                restarted,
                factors,
                plus(allowed, "cascade"),
                mover,
                Set.of(others),
                heard);
    }

    End unheard() {
        return new End(container, causes, mayBeUnknown, exitCode, restarted, factors, allowed, mover, followers, false);
    }

    private static Set<String> plus(Set<String> words, String... more) {
        Set<String> all = new HashSet<>(words);
        all.addAll(Set.of(more));
        return Set.copyOf(all);
    }
}
