package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.past.Life.End;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.HostState;
import dev.shiplog.timeline.payload.EventView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lists the containers that existed in a range of time, in one pass over the records of one host. It reads as {@link
 * MomentReader} does for the end of the range, but begins with the segment that holds the beginning. What it keeps grows
 * with the containers that it lists, not with what they did. Not thread safe.
 */
public final class LivesReader {
    private final TimeRange range;
    /** The last moment of the range. */
    private final long moment;

    private final MomentReader end;
    private final Doubt doubt = new Doubt();
    /** Those that were removed, by id. */
    private final Map<String, Life> gone = new LinkedHashMap<>();
    /** By the ids of containers that exist, in which stretch a change was found that no event told of. */
    private final Map<String, End> found = new HashMap<>();
    /** By the ids of containers that exist, when the last end that an event told of was. */
    private final Map<String, Long> died = new HashMap<>();
    /** Containers that were there before records were lost, as they were last, and were not met since. */
    private final Map<String, Lost> lost = new LinkedHashMap<>();

    private long first;
    /** Whether what is being taken was found, and not told by an event. */
    private boolean isFound;

    /** When the container that is being removed went, if that follows from later records only; else null. */
    private @Nullable End vanished;

    /** A container that may have gone, and when. */
    private record Lost(HostState in, End when) {}

    /**
     * @param range what is asked for; it is over at {@code now} at the latest
     * @param now ns since the epoch; {@link Long#MAX_VALUE} if the range ends with the journal
     */
    public LivesReader(TimeRange range, long now) {
        this.range = range;
        moment = Math.min(range.until(), now) - 1;
        end = new MomentReader(moment, Branch.none(), new MomentReader.Departures() {
            @Override
            public void gone(ContainerState container) {
                remove(container);
            }

            @Override
            public void renewed(HostState old, long since, long now) {
                lose(old, since, now);
            }
        });
    }

    /** What a {@link Reading} must find for a range. */
    public static Query query(TimeRange range) {
        RecordFilter filter = new RecordFilter(MomentReader.KINDS, List.of());
        return new Query(range, filter, true, false, Long.MAX_VALUE, false);
    }

    /** Takes the step that {@code reading} has just made. */
    public void step(Reading.Step step, Reading reading) {
        RecordView record = reading.last();
        if (record != null) {
            first = first == 0 ? record.received() : first;
            doubt.apply(record);
            isFound = Marks.type(record) == MarkType.SYNTHETIC;
            if (isFound) {
                find(record);
            } else if (record.kind() == Kind.EVENT && record.time() <= moment) {
                happened(EventView.scan(record.payload().toArray()), record.time());
            }
            if (!lost.isEmpty()) {
                lost.remove(record.subject());
            }
        } else if (step instanceof Reading.Damaged damaged && damaged.loss().records() != 0) {
            doubt.lose(damaged.loss().received().after());
        }
        end.step(step, reading);
    }

    private void find(RecordView record) {
        End between = doubt.until(record.time());
        if (record.time() <= moment) {
            found.put(record.subject(), between);
        } else {
            found.putIfAbsent(record.subject(), between); // it may be of a later outage
        }
    }

    private void happened(EventView event, long time) {
        if (event.ofContainer() && event.action().equals("die")) {
            died.put(event.id(), time);
        }
    }

    private void remove(ContainerState container) {
        End known = found.remove(container.container().id());
        End between = vanished != null
                ? vanished
                : from(container, isFound && known != null ? known : doubt.until(container.removed()));
        End removed = vanished != null || isFound ? between : End.at(container.removed());
        if (removed.latest() >= range.since()) {
            gone.put(container.container().id(), life(container, removed, between));
            container.forgetDescription();
        }
        died.remove(container.container().id());
    }

    private void lose(HostState old, long since, long now) {
        for (ContainerState container : List.copyOf(old.containers())) {
            lost.put(container.container().id(), new Lost(old, from(container, End.between(since, now))));
        }
        found.clear();
    }

    /** What a container began is later than what is known of the host. */
    private static End from(ContainerState container, End between) {
        long begun = Math.max(container.created(), container.started());
        return begun > between.after() && begun <= between.before() ? End.between(begun, between.before()) : between;
    }

    /** @param between when it ended, if no event told of that */
    private Life life(ContainerState container, End removed, @Nullable End between) {
        long finished = container.isAlive() ? 0 : finished(container);
        boolean began = container.started() != 0 || container.isAlive() || container.finished() != 0;
        End last;
        if (container.isAlive()) {
            last = End.NONE;
        } else if (finished != 0) {
            last = End.at(finished);
        } else if (!began) {
            last = removed;
        } else {
            last = between == null ? End.NONE : between;
        }
        boolean ran = began && (!last.isOver() || last.latest() >= range.since());
        return Life.of(container, last, removed, ran);
    }

    /**
     * When the last life ended; 0 if nothing tells. The engine reads the clock for the start after the process began: of one
     * that ended at once it describes an end before the start. Then the event counts, which came after both.
     */
    private long finished(ContainerState container) {
        long finished = container.finished();
        if (finished < container.started()) {
            finished = died.getOrDefault(container.container().id(), 0L);
        }
        return finished < container.started() ? 0 : finished;
    }

    /**
     * The containers, once the reading has ended.
     *
     * @param newest receipt of the last record that was read, ns since the epoch; 0 if there is none
     * @param isRecorded as for {@link MomentReader#result}
     */
    public HostOver result(long newest, boolean isRecorded) {
        for (Map.Entry<String, Lost> entry : lost.entrySet()) {
            vanished = entry.getValue().when();
            entry.getValue().in().vanish(entry.getKey(), vanished.before());
        }
        boolean toTheEnd = moment == Long.MAX_VALUE - 1;
        HostAt last = end.result(newest, isRecorded || toTheEnd);
        long shown = toTheEnd ? newest : moment + 1;
        HostAt host = new HostAt(last.host(), shown, last.state(), last.unknown(), last.cameBefore());
        List<Life> lives = new ArrayList<>(gone.values());
        for (ContainerState container : host.state().containers()) {
            End between = found.get(container.container().id());
            lives.add(life(container, End.NONE, between == null ? null : from(container, between)));
            container.forgetDescription();
        }
        lives.sort(Comparator.comparingLong((Life life) -> life.container().created())
                .reversed());
        return new HostOver(host, first > range.since() ? first : 0, lives);
    }
}
