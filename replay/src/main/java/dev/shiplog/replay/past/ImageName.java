package dev.shiplog.replay.past;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The name of an image, taken apart as {@code docker images} does: {@code busybox} is {@code busybox}, {@code latest}.
 *
 * @param repository empty if the image was named by its id
 * @param tag empty if it was named by id or digest alone
 * @param digest as {@code sha256:…}; empty if none was given
 */
record ImageName(String repository, String tag, String digest) {
    private static final Pattern HEX = Pattern.compile("(sha256:)?[0-9a-f]{4,64}");
    /** What docker leaves out, and some clients write. */
    private static final List<String> USUAL = List.of("index.docker.io/library/", "docker.io/library/", "docker.io/");

    static final ImageName NONE = new ImageName("", "", "");

    /**
     * Takes a name apart.
     *
     * @param text as a user or an event has it
     * @param imageId the id of the image, to know a name from the beginning of an id; empty if it is not known
     */
    static ImageName of(String text, String imageId) {
        if (text.isEmpty() || text.startsWith("sha256:") || isId(text, imageId)) {
            return NONE;
        }
        String name = text;
        for (String usual : USUAL) {
            name = name.startsWith(usual) ? name.substring(usual.length()) : name;
        }
        int at = name.indexOf('@');
        String digest = at < 0 ? "" : name.substring(at + 1);
        String plain = at < 0 ? name : name.substring(0, at);
        int colon = plain.lastIndexOf(':');
        boolean hasTag = colon > plain.lastIndexOf('/');
        String tag = hasTag ? plain.substring(colon + 1) : at < 0 ? "latest" : "";
        return new ImageName(hasTag ? plain.substring(0, colon) : plain, tag, digest);
    }

    private static boolean isId(String text, String imageId) {
        return HEX.matcher(text).matches() && imageId.startsWith("sha256:" + text);
    }

    /** Whether it can be moved to another image. */
    boolean isTag() {
        return !tag.isEmpty();
    }

    /** The repository and tag alone. */
    ImageName withoutDigest() {
        return new ImageName(repository, tag, "");
    }

    /** As one would type it; empty without a repository. */
    String text() {
        return repository + (tag.isEmpty() ? "" : ":" + tag) + (digest.isEmpty() ? "" : "@" + digest);
    }
}
