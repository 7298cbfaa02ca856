package dev.shiplog.recorder.source;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Remembers which containers were destroyed last. The engine uses no id twice, so whatever comes later about one of
 * them comes late: an answer to a question from before, or an event out of order. Thread safe.
 */
public final class DestroyedContainers {
    /** Late news comes within moments, in which far fewer containers are destroyed. */
    private static final int REMEMBERED = 4_096;

    private final Set<String> ids = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    synchronized void add(String id) {
        ids.add(id);
    }

    public synchronized boolean contains(String id) {
        return ids.contains(id);
    }
}
