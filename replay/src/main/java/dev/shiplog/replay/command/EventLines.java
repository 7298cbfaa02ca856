package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.export.LineFormat;
import dev.shiplog.replay.past.EventLine;
import dev.shiplog.replay.past.EventOrder;
import dev.shiplog.replay.past.RecorderEvents;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.timeline.ExecCommands;
import dev.shiplog.timeline.Gap;
import dev.shiplog.timeline.payload.EventView;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/** Turns what one reading finds into the lines of {@code replay events}, each with its time. Not thread safe. */
final class EventLines {
    /**
     * How lines are written.
     *
     * @param isJson whether as JSON, else as {@code docker events} prints them
     * @param engineOnly whether without what the recorder says
     * @param zone of the times for people
     * @param namesHost whether lines for people begin with the host's name
     */
    record Style(boolean isJson, boolean engineOnly, ZoneId zone, boolean namesHost) {}

    /**
     * A line.
     *
     * @param text UTF-8, without a line end
     * @param time ns since the epoch
     */
    record Line(byte[] text, long time) {}

    private final Reading reading;
    private final Report report;
    private final Style style;
    private final EventOrder<Line> order = new EventOrder<>();
    private final Queue<Line> ready = new ArrayDeque<>();
    private final ExecCommands commands = new ExecCommands();
    private final LineFormat raw = LineFormat.raw();
    private final Bytes line = new Bytes(1024);
    private String journal = "";

    EventLines(Reading reading, Report report, Style style) {
        this.reading = reading;
        this.report = report;
        this.style = style;
    }

    /** The lines that nothing can come before any more, in their order; to be taken out. */
    Queue<Line> ready() {
        return ready;
    }

    /** Takes the step that the reading has just made. */
    void take(Reading.Step step) {
        if (step instanceof Reading.Notice notice) {
            notice(notice);
        }
        RecordView last = reading.last();
        if (last != null && !(step instanceof Reading.Missing)) {
            record(last, step instanceof Reading.Found);
        }
        if (step instanceof Reading.Waiting waiting) {
            waiting.notices().forEach(this::notice);
            report.flush();
            ready.addAll(order.all());
        } else if (step instanceof Reading.End end) {
            end.notices().forEach(this::notice);
            ready.addAll(order.all());
        }
    }

    private void record(RecordView record, boolean isWanted) {
        if (!reading.origin().place().journal().equals(journal)) {
            journal = reading.origin().place().journal();
            ready.addAll(order.all());
        }
        boolean joins = !style.isJson && !style.engineOnly && record.isOfKnownKind() && record.kind() == Kind.EVENT;
        if (isWanted || joins) {
            EventView event = EventView.scan(record.payload().toArray());
            EventView told = joins ? withCommand(event) : event;
            if (isWanted) {
                order.addEvent(new Line(style.isJson ? bytesOf(record) : text(told), record.time()), record.time());
            }
        } else if (!style.engineOnly && record.kind() == Kind.MARK && !record.restated()) {
            mark(record.toRecord());
        }
        ready.addAll(style.engineOnly ? order.all() : order.ready(reading.coverage()));
    }

    /** The end of a command in a container, with the command: the engine says it where that begins. */
    private EventView withCommand(EventView event) {
        String command = commands.take(event);
        if (ExecCommands.Step.of(event) != ExecCommands.Step.DIED || command.isEmpty()) {
            return event;
        }
        Map<String, String> attributes = new HashMap<>(event.attributes());
        attributes.put("command", command);
        return new EventView(event.type(), event.action(), event.scope(), event.id(), attributes, event.time());
    }

    private void mark(Record mark) {
        EventView event = RecorderEvents.of(mark);
        EventView change = event == null ? null : RecorderEvents.change(mark);
        if (event == null
                || !reading.query().range().contains(event.time())
                || event.action().equals(MarkType.EXECS.label())
                        && !reading.query().filter().wantsSubject(mark.subject(), reading.containers())
                || change != null && !reading.query().filter().wantsEvent(change, reading.containers())) {
            return;
        }
        if (event.action().equals(MarkType.CLOCK_STEP.label())) {
            ready.addAll(order.all()); // times before and after it do not compare
        }
        if (change != null || !reading.query().filter().asksForEvents() || tellsOfMissing(event)) {
            addMark(event, event.time());
        }
    }

    /** Of the recorder's own life, whoever asks for some events is told only what may have cost some. */
    private static boolean tellsOfMissing(EventView mark) {
        return mark.action().equals(MarkType.UNCLEAN_STOP.label())
                || mark.action().equals(MarkType.DAMAGE.label());
    }

    private void notice(Reading.Notice notice) {
        if (style.engineOnly) {
            report.add(notice);
        } else if (notice instanceof Reading.Missing missing && missing.gap().type() != Gap.Type.UNKNOWN) {
            report.countGap();
            addMark(RecorderEvents.of(missing.gap()), missing.gap().from());
        } else {
            report.add(notice);
            if (notice instanceof Reading.Damaged damaged) {
                EventView loss = RecorderEvents.of(damaged.loss());
                addMark(loss, loss.time());
            }
        }
    }

    private void addMark(EventView event, long time) {
        order.addMark(new Line(text(event), time), time);
    }

    private byte[] bytesOf(RecordView record) {
        line.clear();
        raw.write(record, line);
        return line.toArray();
    }

    private byte[] text(EventView event) {
        line.clear();
        if (style.isJson) {
            EventLine.putJson(event, line);
        } else {
            String host = style.namesHost ? reading.origin().place().host() + " " : "";
            line.putUtf8(Console.printable(host + EventLine.of(event, style.zone)));
        }
        return line.toArray();
    }
}
