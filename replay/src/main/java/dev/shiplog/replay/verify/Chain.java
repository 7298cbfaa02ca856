package dev.shiplog.replay.verify;

import dev.shiplog.replay.verify.Finding.Lost;
import dev.shiplog.replay.verify.Finding.Place;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the archives of one journal are the ones that were written, all of them, in that order. Each archive
 * names the digest of the manifest of the one before it, so none can be left out, changed or exchanged without its
 * successor showing it. Pure, and linear in the number of archives but for sorting.
 *
 * <p>Archives that name each other without a break are a <em>run</em>. Runs are joined by their numbers to a <em>line</em>;
 * where they are joined, something is missing or was exchanged. A journal has several lines if it was archived to several
 * targets, or if a target lost its state.
 */
final class Chain {
    /**
     * What an archive says of its place.
     *
     * @param digest of its manifest
     * @param number its place in the chain, from 1
     * @param previous digest of the manifest of the archive before it; null if it is the first
     * @param first sequence of its first record
     * @param last sequence of its last one
     * @param received receipt of its first record, ns since the epoch
     */
    record Link(
            Path file,
            String digest,
            long number,
            @Nullable String previous,
            long first,
            long last,
            long received,
            Signature signature) {}

    /** An archive that does not say where it belongs; its name says which record is its first. */
    record Unread(Path file, long first) {
        private static final Pattern NAME = Pattern.compile(".*-(\\d{1,18})\\.tar");

        /** As the name of the file says, if it is one of ours. */
        static Unread of(Path file) {
            Matcher name = NAME.matcher(file.getFileName().toString());
            return new Unread(file, name.matches() ? Long.parseLong(name.group(1)) : 0);
        }
    }

    /**
     * What a target remembers of the archives that were written to it.
     *
     * @param file that holds it, beside the archives
     * @param journal its id, if all archives in the directory are to be checked; else null
     * @param number of the last archive
     * @param digests of its manifest, and of that of the last one now: one that may still grow is made anew
     * @param first sequence of the first record that was archived; 0 if not known
     * @param last sequence of the last one; 0 if not known
     * @param expired number of the last archive that was deleted to make room; 0 if none was
     */
    record Tip(
            Path file,
            @Nullable String journal,
            long number,
            Set<String> digests,
            long first,
            long last,
            long expired) {}

    private final List<Link> links;
    private final List<Unread> unread;
    private final List<Tip> tips;
    private final List<Finding> findings = new ArrayList<>();
    /** What is already named as changed or exchanged. */
    private final Set<Link> tampered = new HashSet<>();

    private Chain(List<Link> links, List<Unread> unread, List<Tip> tips) {
        this.links = links;
        this.unread = unread;
        this.tips = tips;
    }

    /**
     * Checks the archives of one journal, in any order.
     *
     * @param keyed whether signatures were checked, so that an archive for which none vouches is reported
     */
    static List<Finding> check(List<Link> links, List<Unread> unread, List<Tip> tips, boolean keyed) {
        Chain chain = new Chain(links, unread, tips);
        List<List<Link>> runs = chain.runs();
        List<List<List<Link>>> lines = chain.lines(runs);
        tips.forEach(tip -> chain.compare(lines, tip));
        if (keyed) {
            runs.forEach(chain::findUnsigned);
        }
        return chain.findings;
    }

    /** Follows the digests from each archive whose predecessor is not here. */
    private List<List<Link>> runs() {
        Map<String, Link> byDigest = new LinkedHashMap<>();
        links.stream().sorted(Comparator.comparingLong(Link::number)).forEach(link -> {
            Link same = byDigest.putIfAbsent(link.digest, link);
            if (same != null) {
                findings.add(Finding.of(Severity.NOTE, link.file, "the same archive as " + name(same)));
            }
        });
        Map<String, Link> successors = successors(byDigest.values());
        List<List<Link>> runs = new ArrayList<>();
        for (Link link : byDigest.values()) {
            Link before = link.previous == null ? null : byDigest.get(link.previous);
            checkNumber(link, before);
            if (before == null || !link.equals(successors.get(before.digest))) {
                runs.add(run(link, successors));
            }
        }
        runs.sort(Comparator.comparingLong((List<Link> run) -> first(run).number)
                .thenComparingLong(run -> first(run).first));
        return runs;
    }

    /** By the digest of each archive, the one after it: of several that claim to be, one that others follow in turn. */
    private Map<String, Link> successors(Collection<Link> distinct) {
        Map<String, Link> successors = new HashMap<>();
        for (Link link : distinct) {
            if (link.previous != null) {
                successors.putIfAbsent(link.previous, link);
            }
        }
        for (Link link : distinct) {
            String previous = link.previous;
            Link rival = previous == null ? null : successors.get(previous);
            if (previous == null || rival == null || link.equals(rival)) {
                continue;
            }
            boolean genuine = successors.containsKey(link.digest) && !successors.containsKey(rival.digest);
            Link kept = genuine ? link : rival;
            successors.put(previous, kept);
            tampered(
                    genuine ? rival : link,
                    "claims the place of " + name(kept) + ": both name the same archive before them");
        }
        return successors;
    }

    private void checkNumber(Link link, @Nullable Link before) {
        if ((link.previous == null) != (link.number == 1)) {
            String claim = link.previous == null ? ", but names none before it" : ", but names one before it";
            tampered(link, "says that it is archive " + link.number + claim);
        } else if (before != null && link.number != before.number + 1) {
            tampered(link, "says that it is archive " + link.number + ", but follows archive " + before.number);
        }
    }

    private static List<Link> run(Link beginning, Map<String, Link> successors) {
        List<Link> run = new ArrayList<>();
        for (Link link = beginning; link != null; link = successors.get(link.digest)) {
            run.add(link);
        }
        return run;
    }

    /** Joins the runs, which are sorted by their numbers, except those that do not even begin as they should. */
    private List<List<List<Link>>> lines(List<List<Link>> runs) {
        List<List<List<Link>>> lines = new ArrayList<>();
        for (List<Link> run : runs) {
            Link begin = first(run);
            if (tampered.contains(begin)) {
                continue;
            }
            List<List<Link>> line = begin.previous == null ? null : lineBefore(lines, begin);
            if (line == null) {
                line = new ArrayList<>();
                lines.add(line);
            }
            line.add(run);
        }
        lines.forEach(this::reportBeginning);
        lines.forEach(this::reportJoints);
        return lines;
    }

    /** The line that ends at the highest number below that of {@code begin}. */
    private static @Nullable List<List<Link>> lineBefore(List<List<List<Link>>> lines, Link begin) {
        return lines.stream()
                .filter(line -> end(line).number < begin.number)
                .max(Comparator.comparingLong(line -> end(line).number))
                .orElse(null);
    }

    private void reportBeginning(List<List<Link>> line) {
        Link begin = first(line.get(0));
        long unreadBefore = unread.stream()
                .filter(file -> file.first > 0 && file.first < begin.first)
                .count();
        if (unreadBefore >= begin.number - 1) {
            return;
        }
        Tip tip =
                tips.stream().filter(each -> remembers(each, line)).findFirst().orElse(null);
        long expired = Math.max(expired(begin.file), tip == null ? 0 : tip.expired);
        if (expired >= begin.number - 1) {
            String what = archives(1, begin.number - 1) + " before it: deleted by retention";
            findings.add(Finding.of(Severity.DELETED, begin.file, what));
        } else if (tip == null) {
            String what = "begins at archive " + begin.number + ", and none here is before it";
            findings.add(Finding.of(Severity.NOTE, begin.file, what));
        } else if (unreadBefore < begin.number - 1 - expired) {
            Lost lost = expired == 0 ? new Lost(tip.first, begin.first - 1) : Lost.NONE;
            String what = archives(expired + 1, begin.number - 1) + " before it, by " + tip.file.getFileName();
            findings.add(new Finding(Severity.MISSING, begin.file, new Place(-1, begin.received), lost, what));
        }
    }

    /** Whether a directory that was given is the target of this line, and of older archives than are here. */
    private static boolean remembers(Tip tip, List<List<Link>> line) {
        return tip.journal != null
                && tip.first > 0
                && tip.first < first(line.get(0)).first
                && line.stream()
                        .flatMap(List::stream)
                        .anyMatch(link -> isBeside(tip, link.file) || tip.digests.contains(link.digest));
    }

    private void reportJoints(List<List<Link>> line) {
        for (int i = 1; i < line.size(); i++) {
            Link before = last(line.get(i - 1));
            Link after = first(line.get(i));
            if (after.number > before.number + 1) {
                reportMissing(before, after);
            } else if (!tampered.contains(before) && !tampered.contains(after)) {
                boolean vouched = line.get(i).size() > 1 || isTip(after);
                boolean alone = line.get(i).size() == 1 && i + 1 < line.size();
                if (vouched) {
                    tampered(before, "is not the archive that " + name(after) + " names before it");
                } else if (alone) {
                    tampered(
                            after, "neither follows " + name(before) + " nor is what the next archive names before it");
                } else {
                    tampered(
                            after,
                            "does not follow " + name(before) + ": one of the two is not the one that was written");
                }
            }
        }
    }

    private void reportMissing(Link before, Link after) {
        long from = before.number + 1;
        long to = after.number - 1;
        Lost lost = after.first > before.last + 1 ? new Lost(before.last + 1, after.first - 1) : Lost.NONE;
        Place place = new Place(-1, after.received);
        if (expired(after.file) >= to) {
            String what = archives(from, to) + " before it: deleted by retention";
            findings.add(new Finding(Severity.DELETED, after.file, place, lost, what));
            return;
        }
        long unreadBetween = unread.stream()
                .filter(file -> file.first > before.last && file.first < after.first)
                .count();
        if (unreadBetween < to - from + 1) {
            findings.add(new Finding(
                    Severity.MISSING, after.file, place, lost, archives(from, to) + " before it, of this chain"));
        }
    }

    /** Compares the end of the chain with what the target remembers of it. */
    private void compare(List<List<List<Link>>> lines, Tip tip) {
        if (links.stream().anyMatch(link -> tip.digests.contains(link.digest))) {
            return;
        }
        List<List<Link>> line = lines.stream()
                .filter(each -> each.stream().flatMap(List::stream).anyMatch(link -> isOf(tip, link)))
                .max(Comparator.comparingLong(each -> end(each).last))
                .orElse(null);
        if (line == null) {
            reportAllMissing(tip);
            return;
        }
        Link end = end(line);
        long unreadAfter = unread.stream().filter(file -> file.first > end.last).count();
        if (end.number < tip.number && unreadAfter < tip.number - end.number) {
            Lost lost = tip.last > end.last ? new Lost(end.last + 1, tip.last) : Lost.NONE;
            String what = archives(end.number + 1, tip.number) + " after it, by " + tip.file.getFileName();
            findings.add(new Finding(Severity.MISSING, end.file, Place.WHOLE, lost, what));
        } else if (end.number >= tip.number) {
            line.stream()
                    .flatMap(List::stream)
                    .filter(link -> link.number == tip.number && !tampered.contains(link))
                    .forEach(link -> tampered(link, "is not the archive that " + tip.file.getFileName() + " names"));
        }
    }

    /** No archive of the chain is here, though it does not end at one that expired. */
    private void reportAllMissing(Tip tip) {
        long here = links.stream().filter(link -> isBeside(tip, link.file)).count() + unread.size();
        if (tip.journal != null && here < tip.number - tip.expired) {
            Lost lost = tip.expired == 0 && tip.first > 0 ? new Lost(tip.first, tip.last) : Lost.NONE;
            String what = archives(tip.expired + 1, tip.number) + " of journal " + tip.journal + " should be here";
            findings.add(new Finding(Severity.MISSING, tip.file, Place.WHOLE, lost, what));
        }
    }

    /** Whether an archive belongs to the chain of a target: it is there, or where no target remembers another chain. */
    private boolean isOf(Tip tip, Link link) {
        return isBeside(tip, link.file) || tips.stream().noneMatch(other -> isBeside(other, link.file));
    }

    /** A signature vouches for the archives before it in the run as well: each names the digest of the one before. */
    private void findUnsigned(List<Link> run) {
        boolean vouched = false;
        for (int i = run.size() - 1; i >= 0; i--) {
            Link link = run.get(i);
            vouched |= link.signature == Signature.GOOD;
            boolean unsigned = link.signature == Signature.NONE || link.signature == Signature.LOST;
            if (unsigned && !vouched) {
                String what = link.signature == Signature.NONE ? "not signed" : "its signature cannot be read";
                findings.add(Finding.of(Severity.UNSIGNED, link.file, what + ", and no signed archive vouches for it"));
            }
        }
    }

    private void tampered(Link link, String what) {
        tampered.add(link);
        findings.add(new Finding(Severity.TAMPERED, link.file, new Place(-1, link.received), Lost.NONE, what));
    }

    private long expired(Path archive) {
        return tips.stream()
                .filter(tip -> isBeside(tip, archive))
                .mapToLong(Tip::expired)
                .max()
                .orElse(0);
    }

    private boolean isTip(Link link) {
        return tips.stream().anyMatch(tip -> tip.digests.contains(link.digest));
    }

    private static boolean isBeside(Tip tip, Path archive) {
        return Objects.equals(tip.file.getParent(), archive.getParent());
    }

    private static Link first(List<Link> run) {
        return run.get(0);
    }

    private static Link last(List<Link> run) {
        return run.get(run.size() - 1);
    }

    private static Link end(List<List<Link>> line) {
        return last(line.get(line.size() - 1));
    }

    private static String name(Link link) {
        return link.file.getFileName().toString();
    }

    private static String archives(long from, long to) {
        return from == to ? "archive " + from : "archives " + from + " to " + to;
    }
}
