package dev.shiplog.replay.ship;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A cluster, and how this program proves who it is. Its text shows no secret.
 *
 * @param uri where the cluster answers, without a slash at its end
 * @param authorization the value of that header; null if the cluster asks for none
 * @param tls whom to trust, and the certificate of this program; null for what Java trusts
 */
public record Target(
        URI uri, @Nullable String authorization, @Nullable SSLContext tls) {
    /**
     * The address that {@code text} names.
     *
     * @throws IllegalArgumentException if it is none, in a line that shows no password
     */
    public static URI address(String text) {
        URI uri;
        try {
            uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "--to: that is no address; write it as in https://search.example.org:9200", e);
        }
        if (uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException("--to: a name and a password do not belong into an address, where every"
                    + " user of this host can read them; see --user and --password-file");
        }
        boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!http || uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "--to: that is not the address of a cluster; write it as in http://localhost:9200");
        }
        return uri;
    }

    /** By what this program proves who it is, in words. */
    String proof() {
        String scheme = authorization == null ? "" : authorization.substring(0, authorization.indexOf(' '));
        return switch (scheme) {
            case "Basic" -> "the password of --user";
            case "ApiKey" -> "the API key";
            case "Bearer" -> "the token";
            default -> "";
        };
    }

    /** What proves that somebody knows a password. */
    public static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
