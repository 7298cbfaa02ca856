package dev.shiplog.timeline;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.shiplog.timeline.payload.Container;
import java.util.function.Predicate;

/**
 * One condition on a container, in the same words wherever containers are chosen: by the recorder and by replay.
 *
 * <pre>
 * name=GLOB                its name
 * container=GLOB|ID        its name, or the beginning of its id
 * image=GLOB|ID            the image it was made from, with or without tag and digest, or the image's id if it is known
 * label=KEY[=GLOB]         a label
 * </pre>
 *
 * With {@code !=} in place of the first {@code =} it holds for all other containers. An image without tag and digest is
 * {@code :latest}. An image's id takes at least 4 characters, unless {@code sha256:} comes before it. A glob must match the
 * whole text: {@code *} matches any text, {@code ?} any one character. In place of a glob, {@code ~} and a regular
 * expression (RE2's) must match some part of it. A name may have the engine's slash before it.
 *
 * @param text as the user wrote it
 * @param key the part before the first equals sign
 * @param negated whether it was written with {@code !=}
 * @param holds whether a container meets the condition, negated or not
 */
public record ContainerRule(String text, String key, boolean negated, Predicate<Container> holds) {
    /** How a condition is written, for messages and help. */
    public static final String FORM = "name=GLOB, container=NAME-OR-ID, image=GLOB, label=KEY or label=KEY=GLOB"
            + ", with ~REGEX for GLOB and != for = as in name!=~^ci-";

    private static final String ALGORITHM = "sha256:";
    private static final Pattern ID_PREFIX = Pattern.compile("[0-9a-f]{1,64}");
    /** Shorter ids would match by chance: names of images, such as {@code db}, may be hexadecimal digits. */
    private static final int SHORTEST_IMAGE_ID = 4;

    /**
     * Reads a condition.
     *
     * @throws IllegalArgumentException if it is malformed, with one line for the user
     */
    public static ContainerRule parse(String text) {
        int equals = text.indexOf('=');
        boolean negated = equals > 0 && text.charAt(equals - 1) == '!';
        String key = equals < 0 ? "" : text.substring(0, negated ? equals - 1 : equals);
        String value = text.substring(equals + 1);
        Predicate<Container> holds = switch (value.isEmpty() ? "" : key) {
            case "name" -> named(value);
            case "container" -> named(value).or(container -> begins(container.id(), value));
            case "image" -> ofImage(value);
            case "label" -> labelled(value, text);
            default -> throw malformed(text);
        };
        return new ContainerRule(text, key, negated, negated ? holds.negate() : holds);
    }

    /**
     * Reads a glob or, after {@code ~}, a regular expression. Matching takes time in proportion to the text.
     *
     * @throws IllegalArgumentException if it is malformed, with one line for the user
     */
    public static Predicate<String> fitting(String value) {
        if (!value.startsWith("~")) {
            return glob(value);
        }
        try {
            Pattern regex = Pattern.compile(value.substring(1));
            return text -> regex.matcher(text).find();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "\"" + value.substring(1) + "\" is not a regular expression: " + e.getDescription(), e);
        }
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("\"" + text + "\" is not a filter; write it as " + FORM);
    }

    private static Predicate<Container> named(String value) {
        Predicate<String> glob = fitting(value.startsWith("/") ? value.substring(1) : value);
        return container -> glob.test(container.name());
    }

    private static Predicate<Container> ofImage(String value) {
        Predicate<String> glob = fitting(value);
        String id = hex(value);
        boolean mayBeId = !id.equals(value) || id.length() >= SHORTEST_IMAGE_ID;
        return container -> {
            String image = container.image();
            String plain = withoutDigest(image);
            String untagged = withoutTag(plain);
            return glob.test(image)
                    || glob.test(plain)
                    || glob.test(untagged)
                    || untagged.equals(image) && !image.isEmpty() && glob.test(image + ":latest")
                    || glob.test(container.imageId())
                    || mayBeId && begins(hex(container.imageId()), id);
        };
    }

    private static Predicate<Container> labelled(String value, String text) {
        int equals = value.indexOf('=');
        if (equals == 0) {
            throw malformed(text);
        }
        String label = equals < 0 ? value : value.substring(0, equals);
        Predicate<String> glob = equals < 0 ? any -> true : fitting(value.substring(equals + 1));
        return container -> {
            String found = container.labels().get(label);
            return found != null && glob.test(found);
        };
    }

    private static boolean begins(String id, String value) {
        return id.startsWith(value) && ID_PREFIX.matcher(value).matches();
    }

    /** {@code sha256:506c} without {@code sha256:}. */
    private static String hex(String imageId) {
        return imageId.startsWith(ALGORITHM) ? imageId.substring(ALGORITHM.length()) : imageId;
    }

    /** {@code registry:5000/app:1.2@sha256:506c} without {@code @sha256:506c}. */
    private static String withoutDigest(String image) {
        int digest = image.indexOf('@');
        return digest < 0 ? image : image.substring(0, digest);
    }

    /** {@code registry:5000/app:1.2} without {@code :1.2}. */
    private static String withoutTag(String image) {
        int colon = image.lastIndexOf(':');
        return colon > image.lastIndexOf('/') ? image.substring(0, colon) : image;
    }

    private static Predicate<String> glob(String glob) {
        int[] pattern = glob.codePoints().toArray();
        return text -> fits(pattern, text.codePoints().toArray());
    }

    /**
     * On a mismatch, retries only the last star with more text: text that an earlier star could take, the last one can take
     * as well. So nobody can make this slow by what they write into a name, as they could with backtracking.
     */
    private static boolean fits(int[] glob, int[] text) {
        int g = 0;
        int t = 0;
        int star = -1;
        int taken = 0; // the end of the text that the star takes
        while (t < text.length) {
            if (g < glob.length && glob[g] == '*') {
                star = g++;
                taken = t;
            } else if (g < glob.length && (glob[g] == '?' || glob[g] == text[t])) {
                g++;
                t++;
            } else if (star >= 0) {
                g = star + 1;
                t = ++taken;
            } else {
                return false;
            }
        }
        while (g < glob.length && glob[g] == '*') {
            g++;
        }
        return g == glob.length;
    }
}
