package dev.shiplog.timeline;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.shiplog.timeline.payload.Container;
import java.util.function.Predicate;

/**
 * One condition on a container, in the same words wherever containers are chosen.
 *
 * <pre>
 * name=GLOB                its name
 * container=GLOB|ID        its name, or the beginning of its id
 * image=GLOB|ID            the image it was made from, with or without tag and digest, or its id where that is known
 * label=KEY[=GLOB]         a label
 * </pre>
 *
 * With {@code !=} for the first {@code =} it holds for all other containers. An image named without tag and digest is
 * {@code :latest}; of an image's id, without {@code sha256:} before it, at least 4 characters are needed. In a glob
 * {@code *} stands for any text and {@code ?} for any one character; it must fit whole. For a glob may stand {@code ~} and
 * a regular expression (RE2's), which must fit somewhere. A name may have the engine's slash before it.
 *
 * @param text as it was given
 * @param key what stands before the first equals sign
 * @param negated whether it was written with {@code !=}
 * @param holds whether a container meets it, negated or not
 */
public record ContainerRule(String text, String key, boolean negated, Predicate<Container> holds) {
    /** How one is written, for messages and help. */
    public static final String FORM = "name=GLOB, container=NAME-OR-ID, image=GLOB, label=KEY or label=KEY=GLOB"
            + ", with ~REGEX for GLOB and != for = as in name!=~^ci-";

    private static final String ALGORITHM = "sha256:";
    private static final Pattern ID_PREFIX = Pattern.compile("[0-9a-f]{1,64}");
    /** Shorter ones would be met by chance, and names of images are often hexadecimal digits: {@code db}. */
    private static final int SHORTEST_IMAGE_ID = 4;

    /**
     * Reads a condition.
     *
     * @throws IllegalArgumentException in one clear line
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
     * What fits a glob, or behind {@code ~} a regular expression; in time that grows with the text alone.
     *
     * @throws IllegalArgumentException in one clear line
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
     * Tries only the last star again with more text: what an earlier one could take besides, the last one can take as
     * well. So whoever writes the text cannot make this slow, as would be with a regular expression.
     */
    private static boolean fits(int[] glob, int[] text) {
        int g = 0;
        int t = 0;
        int star = -1;
        int taken = 0; // by the star: the text before this
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
