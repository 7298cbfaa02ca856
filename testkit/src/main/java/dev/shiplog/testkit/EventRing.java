package dev.shiplog.testkit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** The engine's memory of its last 256 events, and who is told of new ones. Thread safe. */
final class EventRing {
    /** As in dockerd, where no option changes it. */
    static final int SIZE = 256;

    /** One event as sent, and the time by which {@code since} and {@code until} choose. */
    static final class Event {
        private final long timeNano;
        private final byte[] json;

        Event(long timeNano, byte[] json) {
            this.timeNano = timeNano;
            this.json = json;
        }

        long timeNano() {
            return timeNano;
        }

        byte[] json() {
            return json;
        }
    }

    private final ArrayDeque<Event> ring = new ArrayDeque<>();
    private final Set<BlockingQueue<Event>> subscribers = ConcurrentHashMap.newKeySet();

    synchronized void keep(Event event) {
        ring.addLast(event);
        if (ring.size() > SIZE) {
            ring.removeFirst();
        }
    }

    void publish(Event event) {
        subscribers.forEach(queue -> queue.add(event));
    }

    /** Kept and published at once, so that no subscriber gets it twice or never. */
    synchronized void add(Event event) {
        keep(event);
        publish(event);
    }

    /** What was kept since then, and after it all that is published. Dockerd walks back to the first older one. */
    synchronized BlockingQueue<Event> subscribe(long since) {
        List<Event> replay = new ArrayList<>();
        for (Iterator<Event> back = ring.descendingIterator(); back.hasNext(); ) {
            Event event = back.next();
            if (event.timeNano() < since) {
                break;
            }
            replay.add(0, event);
        }
        BlockingQueue<Event> queue = new LinkedBlockingQueue<>(replay);
        subscribers.add(queue);
        return queue;
    }

    void unsubscribe(BlockingQueue<Event> queue) {
        subscribers.removeIf(subscriber -> subscriber == queue);
    }

    int subscribers() {
        return subscribers.size();
    }

    /** The newest so many, oldest first. */
    synchronized List<Event> newest(int count) {
        List<Event> all = new ArrayList<>(ring);
        return List.copyOf(all.subList(Math.max(0, all.size() - count), all.size()));
    }

    synchronized void forgetNewest(int count) {
        for (int i = 0; i < count && !ring.isEmpty(); i++) {
            ring.removeLast();
        }
    }

    synchronized void clear() {
        ring.clear();
    }
}
