package dev.shiplog.replay.ship;

import dev.shiplog.timeline.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts {@link IndexTemplates} into a cluster, and tells what is wrong with those that are there. Not thread safe. */
public final class TemplateSetup {
    private static final String COMPONENTS = "/_component_template/";
    private static final String TEMPLATES = "/_index_template/";

    /** In the words of all versions of both search engines. */
    private static final Pattern UNKNOWN_TYPE = Pattern.compile("(?:No handler for type|mapper type) \\[([a-z_]+)\\]");

    private final Asking asking;
    private final String prefix;
    private final String fields;

    /** A template as the cluster has it, or why it cannot be told. */
    private record Found(Cluster.Answer answer, @Nullable Json template) {
        boolean isMissing() {
            return answer.status() == 404;
        }

        /** What of the answer is null: it is no template of ours. */
        @Nullable
        Json meta() {
            Json meta = template == null ? null : template.get("_meta");
            return meta != null && meta.text("made_by").equals(IndexTemplates.MAKER) ? meta : null;
        }
    }

    /** As {@link IndexTemplates#of}. */
    public TemplateSetup(Asking asking, String prefix, String fields) {
        this.asking = asking;
        this.prefix = prefix;
        this.fields = fields;
    }

    /**
     * Installs the templates, in place of those that may be there.
     *
     * @param keep for how long an index is kept, as in {@code 90d}; null for ever
     * @return what was installed, in a line
     */
    public String install(@Nullable String keep) throws IOException {
        IndexTemplates ours = IndexTemplates.of(prefix, fields);
        String policy = keep == null ? null : Lifecycle.install(asking, ours, keep);
        IndexTemplates taken = putComponent(ours);
        require(taken.name(), put(TEMPLATES + taken.name(), taken.index(policy)));
        return "installed the component template " + taken.componentName() + " and the index template " + taken.name()
                + ", for indices made from now on";
    }

    /**
     * Installs the templates if they are missing, and says if those that are there are not the ones that they should be.
     *
     * @param mayInstall else a missing template is only told of
     * @throws IllegalArgumentException in a line, if they are for other fields
     */
    public void ensure(boolean mayInstall) throws IOException {
        IndexTemplates ours = IndexTemplates.of(prefix, fields);
        Found component = find(COMPONENTS + ours.componentName(), "component_template");
        Found index = find(TEMPLATES + ours.name(), "index_template");
        for (Found found : List.of(component, index)) {
            if (found.template == null && !found.isMissing()) {
                asking.say("cannot tell whether the index template " + ours.name() + " is there (" + found.answer.why()
                        + "); without it fields get types by what comes first in them");
                return;
            }
        }
        if (!component.isMissing() && !index.isMissing()) {
            compare(ours.componentName(), component);
            compare(ours.name(), index);
        } else if (mayInstall) {
            installMissing(component, index);
        } else {
            asking.say(
                    "the index template " + ours.name() + " is missing: fields get types by what comes first in them;"
                            + " replay ship --setup installs it");
        }
    }

    private void installMissing(Found component, Found index) throws IOException {
        IndexTemplates ours = IndexTemplates.of(prefix, fields);
        try {
            IndexTemplates taken = component.isMissing() ? putComponent(ours) : ours;
            if (index.isMissing()) {
                require(ours.name(), put(TEMPLATES + ours.name(), taken.index(null)));
            }
            asking.say("installed the index template " + ours.name() + ", which was missing");
        } catch (TemplateException e) {
            asking.say(e.getMessage() + "; without it fields get types by what comes first in them");
        }
    }

    /** The cluster does not take a template. */
    private static final class TemplateException extends IOException {
        private static final long serialVersionUID = 1L;

        TemplateException(String line) {
            super(line);
        }
    }

    private Found find(String path, String member) throws IOException {
        Cluster.Answer answer = asking.get(path);
        List<Json> list =
                answer.isFine() ? JsonParts.at(answer.json(), member + "s").children() : List.of();
        return new Found(answer, list.size() == 1 ? list.get(0).get(member) : null);
    }

    private void compare(String name, Found found) {
        Json meta = found.meta();
        if (found.template == null || meta == null) {
            asking.say("the template " + name + " is not one of replay's; --setup puts one in its place");
        } else if (!TemplateDigest.of(found.template).equals(meta.text("digest"))) {
            asking.say("the template " + name + " was changed by hand; --setup puts replay's in its place");
        } else if (!meta.text("fields").equals(fields)) {
            throw new IllegalArgumentException("--fields " + fields + ": the template " + name + " is for --fields "
                    + meta.text("fields")
                    + ", which no index takes beside these; choose another --index-prefix, or replace"
                    + " it by --setup");
        } else if (found.template.get("composed_of") == null && !isCurrent(found.template, meta)) {
            asking.say(
                    "the template " + name + " is of another version of replay; --setup puts this one's in its place");
        }
    }

    private boolean isCurrent(Json component, Json meta) {
        Json current = JsonParts.parse(IndexTemplates.like(prefix, meta).component());
        return TemplateDigest.of(component).equals(TemplateDigest.of(current));
    }

    /** Tries again without each type that the cluster does not know. */
    private IndexTemplates putComponent(IndexTemplates first) throws IOException {
        IndexTemplates templates = first;
        while (true) {
            Cluster.Answer answer = put(COMPONENTS + templates.componentName(), templates.component());
            Matcher unknown = UNKNOWN_TYPE.matcher(new String(answer.body(), StandardCharsets.UTF_8));
            IndexTemplates other =
                    answer.status() == 400 && unknown.find() ? templates.without(unknown.group(1)) : null;
            if (other == null) {
                require(templates.componentName(), answer);
                tell(templates.instead());
                return templates;
            }
            templates = other;
        }
    }

    private void tell(Map<String, String> instead) {
        instead.forEach((type, taken) -> {
            if (taken.equals("object") && type.equals("flattened")) {
                asking.say("this cluster has no type for objects of any members (flattened, flat_object): labels and"
                        + " attributes are kept, but cannot be searched");
            } else if (!taken.equals("object") && !taken.equals("flat_object")) {
                asking.say("this cluster has no type " + type + "; fields of it are " + taken);
            }
        });
    }

    private Cluster.Answer put(String path, String json) throws IOException {
        return asking.put(path, json.getBytes(StandardCharsets.UTF_8));
    }

    private void require(String name, Cluster.Answer answer) throws IOException {
        if (!answer.isFine()) {
            throw new TemplateException("the template " + name + " cannot be installed: " + answer.why());
        }
    }
}
