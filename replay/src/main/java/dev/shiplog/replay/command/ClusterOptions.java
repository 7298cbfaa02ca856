package dev.shiplog.replay.command;

import dev.shiplog.replay.ship.Target;
import dev.shiplog.replay.ship.Tls;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that name a cluster and say who asks, shared by the verbs that talk to one. Secrets come from files or the environment. */
final class ClusterOptions {
    private static final String PASSWORD = "SHIPLOG_PASSWORD";
    private static final String API_KEY = "SHIPLOG_API_KEY";
    private static final String TOKEN = "SHIPLOG_TOKEN";

    @Option(
            names = "--to",
            paramLabel = "URL",
            description = "The cluster of Elasticsearch or OpenSearch, as in https://search.example.org:9200.")
    private @Nullable String to;

    @Option(names = "--user", paramLabel = "USER", description = "Who asks; the password is in --password-file.")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "Its first line is the password of --user; or else " + PASSWORD + " in the environment is.")
    private @Nullable String passwordFile;

    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            description = "Its first line is an API key in base64, as Elasticsearch gives it; or " + API_KEY + ".")
    private @Nullable String apiKeyFile;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Its first line is a bearer token; or " + TOKEN + ".")
    private @Nullable String tokenFile;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "Trust these certificates (PEM) in place of those that Java trusts.")
    private @Nullable String caFile;

    @Option(
            names = "--cert-file",
            paramLabel = "FILE",
            description = "Show this certificate (PEM), and those in the file that signed it; needs --key-file.")
    private @Nullable String certFile;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = "The private key of --cert-file, in PKCS #8 (PEM), without a passphrase.")
    private @Nullable String keyFile;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec verb = CommandSpec.create();

    /** Whether a cluster is named. */
    boolean isGiven() {
        return to != null;
    }

    /**
     * The cluster that the options name.
     *
     * @throws picocli.CommandLine.ParameterException if they make no sense
     * @throws IOException if a file cannot be used
     */
    Target target(Console console) throws IOException {
        URI uri = Usage.of(verb, this::address);
        Usage.check(verb, (certFile == null) == (keyFile == null), "--cert-file and --key-file need each other");
        return new Target(uri, authorization(console), tls(console));
    }

    private URI address() {
        if (to == null) {
            throw new IllegalArgumentException("--to is missing: the address of the cluster");
        }
        return Target.address(to);
    }

    private @Nullable String authorization(Console console) throws IOException {
        List<String> ways = new ArrayList<>();
        String key = secret(console, "--api-key-file", apiKeyFile, API_KEY);
        if (key != null) {
            ways.add("ApiKey " + key);
        }
        String token = secret(console, "--token-file", tokenFile, TOKEN);
        if (token != null) {
            ways.add("Bearer " + token);
        }
        if (user != null) {
            String password = secret(console, "--password-file", passwordFile, PASSWORD);
            Usage.check(
                    verb,
                    password != null,
                    "--user " + user + " needs a password: --password-file FILE, or " + PASSWORD
                            + " in the environment");
            ways.add(Target.basic(user, String.valueOf(password)));
        }
        Usage.check(verb, user != null || passwordFile == null, "--password-file needs --user");
        Usage.check(
                verb,
                ways.size() <= 1,
                "there are several ways to say who asks (a password, an API key, a token)"
                        + " in the options and the environment; leave all but one");
        return ways.isEmpty() ? null : ways.get(0);
    }

    private @Nullable String secret(Console console, String option, @Nullable String file, String variable)
            throws IOException {
        if (file == null) {
            String value = console.environment().apply(variable);
            return value == null || value.isEmpty() ? null : checked(value, variable);
        }
        Path path = Usage.of(verb, () -> console.path(file));
        String text = Files.readString(path, StandardCharsets.ISO_8859_1);
        String first = text.lines().findFirst().orElse("").strip();
        if (first.isEmpty()) {
            throw new IOException(option + " " + path + ": its first line is empty");
        }
        return checked(new String(first.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8), option);
    }

    /** A header takes no line ends; what does not fit into one must not be shown in an error of the client. */
    private String checked(String secret, String where) {
        Usage.check(
                verb,
                secret.chars().noneMatch(c -> c < ' ' || c == 0x7f),
                where + ": the secret has control characters in it");
        return secret;
    }

    private @Nullable SSLContext tls(Console console) throws IOException {
        if (caFile == null && certFile == null) {
            return null;
        }
        return Tls.context(path(console, caFile), path(console, certFile), path(console, keyFile));
    }

    private @Nullable Path path(Console console, @Nullable String file) {
        return file == null ? null : Usage.of(verb, () -> console.path(file));
    }
}
