package dev.shiplog.replay.ship;

import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.json.Json;
import java.io.IOException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What can be known to fail before the first document is sent. Whatever a cluster does not tell, for lack of permission or
 * because it has no such thing, is passed over: it fails where it fails. Not thread safe.
 */
public final class Preflight {
    private static final Map<String, Set<String>> KNOWN =
            Map.of("elasticsearch", Set.of("7", "8", "9"), "opensearch", Set.of("1", "2", "3"));

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu.MM.dd", Locale.ROOT);
    private static final long FLOOD_STAGE = 95;

    private final Asking asking;
    private final Cluster cluster;

    public Preflight(Asking asking) {
        this.asking = asking;
        this.cluster = asking.cluster();
    }

    /**
     * Asks the cluster who it is.
     *
     * @throws IOException in a line, if it is no cluster, or does not let this program in
     */
    public void greet() throws IOException {
        Cluster.Answer answer = asking.get("/");
        Json json = answer.json();
        String at = cluster.uri() + ": ";
        if (answer.status() == 401) {
            throw new IOException(at
                    + (cluster.proof().isEmpty()
                            ? "asks who you are: see --user, --api-key-file and --token-file"
                            : "does not accept " + cluster.proof() + " (" + answer.why() + ")"));
        }
        if (answer.status() == 403) {
            throw new IOException(at
                    + (cluster.proof().isEmpty()
                            ? "lets nobody in without a name"
                            : cluster.proof() + " does not permit to ask GET / (the privilege monitor of the cluster)")
                    + ": " + answer.why());
        }
        if (json == null || json.type() != Json.Type.OBJECT) {
            throw new IOException(at + "is that a cluster? It answers " + answer.status() + " with " + answer.type());
        }
        Json version = json.get("version");
        if (answer.status() == 404) {
            throw new IOException(
                    at + "is that a cluster? It answers 404; a serverless collection of OpenSearch does, which"
                            + " takes no ids of documents, so that records cannot be there exactly once");
        }
        if (!answer.isFine()) {
            throw new IOException(at + "answers " + answer.why());
        }
        if (version == null || version.text("number").isEmpty()) {
            throw new IOException(at + "is that a cluster? Its JSON names no version");
        }
        String distribution = version.text("distribution").isEmpty() ? "elasticsearch" : version.text("distribution");
        String number = version.text("number");
        String major = number.split("\\.", 2)[0];
        if (!KNOWN.getOrDefault(distribution, Set.of()).contains(major)) {
            asking.say(at + "is " + distribution + " " + number + ", which this version of replay was not made for;"
                    + " going on");
        }
    }

    /**
     * Refuses targets that do not take documents of ours, or forget them.
     *
     * @param prefix of the names of indices
     * @param range of the records that are to be shipped
     * @param resumes whether some of these were shipped before: then a closed index may be one that nothing goes to
     * @throws IllegalArgumentException in a line, if an index of that name is none of this kind
     * @throws IOException in a line, if it takes no documents
     */
    public void check(String prefix, TimeRange range, boolean resumes) throws IOException {
        List<String> untold = new ArrayList<>();
        refuseStreams(prefix, untold);
        refuseClosed(prefix, range, resumes, untold);
        Json settings = ask("/_cluster/settings?flat_settings=true", "the cluster's settings", untold);
        refuseClosed(settings);
        tellOfDisks(settings);
        if (!untold.isEmpty()) {
            asking.say("not looked at beforehand, for lack of permission: " + String.join(", ", untold));
        }
    }

    private @Nullable Json ask(String path, String what, List<String> untold) throws IOException {
        Cluster.Answer answer = asking.get(path);
        if (answer.status() == 401 || answer.status() == 403) {
            untold.add(what);
        }
        return answer.isFine() ? answer.json() : null;
    }

    private void refuseStreams(String prefix, List<String> untold) throws IOException {
        Json json = ask("/_data_stream/" + prefix + "-*", "data streams", untold);
        for (Json stream : JsonParts.at(json, "data_streams").children()) {
            if (IndexTemplates.of(prefix, "").isFor(stream.text("name"))) {
                throw new IllegalArgumentException(refusal("there is a data stream " + stream.text("name")));
            }
        }
        Json templates = ask(
                "/_index_template?filter_path=index_templates.name,index_templates.index_template.index_patterns,"
                        + "index_templates.index_template.priority,index_templates.index_template.data_stream",
                "index templates",
                untold);
        Rival rival = templates == null ? null : Rival.of(IndexTemplates.of(prefix, ""), templates);
        if (rival != null && rival.makesStreams()) {
            throw new IllegalArgumentException(
                    refusal("the index template " + rival.name() + " makes data streams of " + rival.pattern()));
        }
        if (rival != null) {
            asking.say("the index template " + rival.name() + ", of priority " + rival.priority() + ", comes before "
                    + prefix + ": it decides the types of fields in " + rival.pattern());
        }
    }

    private static String refusal(String what) {
        return "--index-prefix: " + what + ", which takes a record twice after it has rolled over (a time series takes"
                + " but new ones); replay ships into an index for each day: choose another prefix";
    }

    private void refuseClosed(String prefix, TimeRange range, boolean resumes, List<String> untold) throws IOException {
        Json indices = JsonParts.at(
                ask("/" + prefix + "-*/_settings/index.blocks.*?flat_settings=true", "blocks of indices", untold));
        for (String name : indices.names()) {
            Json settings = JsonParts.at(indices, name, "settings");
            if (IndexTemplates.of(prefix, "").isFor(name) && holdsAny(name, range)) {
                for (String block : List.of("write", "read_only", "read_only_allow_delete")) {
                    if (settings.text("index.blocks." + block).equals("true")) {
                        closed(
                                "the index " + name + " takes no documents: index.blocks." + block
                                        + (block.endsWith("delete")
                                                ? ", which the cluster sets when its disk is full"
                                                : ""),
                                resumes);
                    }
                }
            }
        }
    }

    private void closed(String line, boolean resumes) throws IOException {
        if (!resumes) {
            throw new IOException(cluster.uri() + ": " + line);
        }
        asking.say(line);
    }

    /** Whether an index of that name may get records of the range. */
    private static boolean holdsAny(String index, TimeRange range) {
        try {
            LocalDate day = LocalDate.parse(index.substring(index.lastIndexOf('-') + 1), DAY);
            long from = TimeUnit.DAYS.toNanos(day.toEpochDay());
            return range.overlaps(from, from + TimeUnit.DAYS.toNanos(1) - 1);
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private void refuseClosed(@Nullable Json settings) throws IOException {
        for (String block : List.of("read_only", "read_only_allow_delete", "create_index")) {
            if ("true".equals(setting(settings, "cluster.blocks." + block))) {
                throw new IOException(cluster.uri() + ": the cluster takes no documents: cluster.blocks." + block);
            }
        }
    }

    private static @Nullable String setting(@Nullable Json settings, String name) {
        for (String part : List.of("transient", "persistent")) {
            Json value = JsonParts.at(settings, part).get(name);
            if (value != null) {
                return value.text();
            }
        }
        return null;
    }

    private void tellOfDisks(@Nullable Json settings) throws IOException {
        String disk = "cluster.routing.allocation.disk.";
        if ("false".equals(setting(settings, disk + "threshold_enabled"))) {
            return;
        }
        String mark = setting(settings, disk + "watermark.flood_stage");
        long most = mark != null && mark.matches("\\d{1,3}%") ? Long.parseLong(mark.replace("%", "")) : FLOOD_STAGE;
        Json nodes = ask("/_cat/allocation?format=json&h=node,disk.percent", "disks", new ArrayList<>());
        for (Json node : JsonParts.at(nodes).children()) {
            String percent = node.text("disk.percent");
            if (percent.matches("\\d{1,3}") && Long.parseLong(percent) >= most) {
                asking.say("the disk of the cluster's node " + node.text("node") + " is " + percent + " % full: at "
                        + most + " % indices take no more documents");
            }
        }
    }
}
