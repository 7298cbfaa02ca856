package dev.shiplog.replay.explain;

import dev.shiplog.journal.record.Mark;
import org.jspecify.annotations.Nullable;

/** Whether somebody listens to the engine, as the marks tell. Not thread safe. */
final class Listening {
    /** When it ended; 0 while somebody listens. */
    private long silentSince;

    private boolean ofEngine;
    private Mark.@Nullable Unsettled question;

    private String boot = "";
    /** The boot in which somebody listened last. */
    private String bootHeard = "";

    void boot(String now) {
        boot = now.isEmpty() ? boot : now;
    }

    void stopped(long time, boolean byEngine) {
        if (silentSince == 0) {
            silentSince = time;
            ofEngine = byEngine;
        }
    }

    /** It comes out after a start when the run before had ended. */
    void hadStopped(long time) {
        if (silentSince == 0 || time < silentSince) {
            silentSince = time;
            ofEngine = false;
        }
    }

    /** The engine speaks; gives the silence that ends with that, or null. */
    @Nullable
    Silence heard(long received) {
        boolean rebooted = !bootHeard.isEmpty() && !boot.equals(bootHeard);
        Silence over =
                silentSince == 0 ? null : new Silence(silentSince, Math.max(silentSince, received), ofEngine, rebooted);
        bootHeard = boot;
        silentSince = 0;
        return over;
    }

    /** It is not known yet whether events are missing. */
    void asked(Mark.Unsettled unsettled) {
        question = unsettled;
    }

    void settled() {
        question = null;
    }

    /** Whether what is recorded up to now is all that happened up to now. */
    boolean isWhole() {
        return silentSince == 0 && question == null;
    }

    /** What is not known at the end of what was read; null if all is. */
    @Nullable
    Hole open() {
        if (question != null) {
            long to = question.to() == 0 ? Long.MAX_VALUE : question.to();
            return new Hole(question.from(), to, question.reason());
        }
        return silentSince == 0 ? null : new Hole(silentSince, Long.MAX_VALUE, "nobody listened any more");
    }
}
