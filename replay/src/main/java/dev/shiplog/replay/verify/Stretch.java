package dev.shiplog.replay.verify;

import dev.shiplog.journal.segment.Loss;
import dev.shiplog.replay.verify.Finding.Lost;
import dev.shiplog.replay.verify.Finding.Place;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A loss in a file, and those after it that only build on it. Not thread safe. */
final class Stretch {
    private final Path file;
    private final Severity severity;
    private final Loss loss;
    /** The highest record that was read before. */
    private final long before;

    private final List<Loss> built = new ArrayList<>();

    Stretch(Path file, Severity severity, Loss loss, long before) {
        this.file = file;
        this.severity = severity;
        this.loss = loss;
        this.before = before;
    }

    Path file() {
        return file;
    }

    /** Takes the next loss in the same file, if it builds on this one. */
    boolean takes(Loss next) {
        return next.cause() == Loss.Cause.UNDECODABLE && next.records() > 0 && built.add(next);
    }

    /** Says what it cost, and takes that away from what is missing: what another file holds is not lost. */
    Finding explain(Holes holes) {
        Loss.Sequences sequences = loss.sequences();
        long from = sequences.from() == 0 ? before + 1 : sequences.from();
        long to = sequences.to() == 0 ? holes.end(from) : sequences.to();
        boolean open = to == 0 && !holes.isHeldWithin(from);
        List<Holes.Hole> missing = holes.take(from, to);
        long records = count(missing);
        Lost lost = records == 0
                ? Lost.NONE
                : new Lost(
                        missing.get(0).from(), missing.get(missing.size() - 1).to());
        boolean isUnknown = severity == Severity.REFUSED || severity == Severity.UNREADABLE;
        if (isUnknown) {
            String unchecked = records > 0 ? "; " + lost + " may be in it" : "";
            return Finding.of(severity, file, loss.reason() + unchecked);
        }
        String cost = records > 0
                ? lost + (records == 1 ? " is lost" : " are lost")
                : open ? "how many records are lost is not known" : "no record is lost";
        long more = built.stream()
                .mapToLong(each -> count(
                        holes.take(each.sequences().from(), each.sequences().to())))
                .sum();
        String also = more == 0
                ? ""
                : more == 1
                        ? ", and 1 record that builds on what is lost"
                        : ", and " + more + " records that build on what is lost, up to "
                                + built.get(built.size() - 1).sequences().to();
        Loss.Received received = loss.received();
        Loss.Place bytes = loss.place();
        // What an archive tells of its segment is at a place in the segment's file.
        boolean elsewhere = !bytes.segment().equals(file.getFileName().toString());
        String where = elsewhere && bytes.to() > 0 ? "in " + bytes + ": " : "";
        Place place = new Place(
                elsewhere || bytes.to() == 0 ? -1 : bytes.from(),
                received.after() == 0 ? received.before() : received.after());
        return new Finding(severity, file, place, lost, where + loss.reason() + "; " + cost + also);
    }

    private static long count(List<Holes.Hole> holes) {
        return holes.stream().mapToLong(hole -> hole.to() - hole.from() + 1).sum();
    }
}
