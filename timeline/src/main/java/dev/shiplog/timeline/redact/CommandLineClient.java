package dev.shiplog.timeline.redact;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * A program with options for a password whose names mean something else in other programs. Holds the table of all such
 * programs. A pure value.
 *
 * @param separate options, and what the word after each is
 * @param attached what a word begins with, and what the rest of that word is
 */
record CommandLineClient(Map<String, NextWord> separate, Map<String, NextWord> attached) {
    static final CommandLineClient NONE = new CommandLineClient(Map.of(), Map.of());
    private static final CommandLineClient MYSQL =
            new CommandLineClient(Map.of("password", NextWord.SECRET), Map.of("-p", NextWord.SECRET));
    private static final CommandLineClient REDIS = new CommandLineClient(
            Map.of(
                    "-a",
                    NextWord.SECRET,
                    "auth",
                    NextWord.SECRET,
                    "AUTH",
                    NextWord.SECRET,
                    "requirepass",
                    NextWord.SECRET,
                    "masterauth",
                    NextWord.SECRET),
            Map.of());
    private static final CommandLineClient CURL = new CommandLineClient(
            Map.of("-u", NextWord.USER, "--user", NextWord.USER, "-U", NextWord.USER, "--proxy-user", NextWord.USER),
            Map.of("-u", NextWord.USER, "--user=", NextWord.USER));
    private static final CommandLineClient SMALL_P =
            new CommandLineClient(Map.of("-p", NextWord.SECRET), Map.of("-p", NextWord.SECRET));
    private static final CommandLineClient LARGE_P =
            new CommandLineClient(Map.of("-P", NextWord.SECRET), Map.of("-P", NextWord.SECRET));
    private static final CommandLineClient LDAP =
            new CommandLineClient(Map.of("-w", NextWord.SECRET), Map.of("-w", NextWord.SECRET));
    private static final CommandLineClient RABBIT = new CommandLineClient(
            Map.of(
                    "add_user", NextWord.BEFORE_SECRET,
                    "change_password", NextWord.BEFORE_SECRET,
                    "authenticate_user", NextWord.BEFORE_SECRET),
            Map.of());
    /** With {@code -b} a file, a user and a password follow; with {@code -n} as well, no file. */
    private static final CommandLineClient HTPASSWD =
            new CommandLineClient(Map.of("-b", NextWord.BEFORE_USER, "-n", NextWord.BEFORE_SECRET), Map.of());

    private static final CommandLineClient SMB = new CommandLineClient(
            Map.of("-U", NextWord.PERCENT, "--user", NextWord.PERCENT),
            Map.of("-U", NextWord.PERCENT, "--user=", NextWord.PERCENT));
    private static final CommandLineClient LFTP = new CommandLineClient(
            Map.of("-u", NextWord.COMMA, "--user", NextWord.COMMA),
            Map.of("-u", NextWord.COMMA, "--user=", NextWord.COMMA));
    private static final CommandLineClient VAULT = new CommandLineClient(Map.of("login", NextWord.SECRET), Map.of());
    private static final CommandLineClient HTTPIE = new CommandLineClient(Map.of("-a", NextWord.USER), Map.of());
    /** Their {@code -p} is a port, except with the verb {@code login}, which makes them {@link #SMALL_P}. */
    private static final CommandLineClient CONTAINERS = new CommandLineClient(
            Map.of("-e", NextWord.VARIABLE, "--env", NextWord.VARIABLE), Map.of("--env=", NextWord.VARIABLE));

    private static final Map<String, CommandLineClient> BY_NAME = Map.ofEntries(
            Map.entry("mycli", MYSQL),
            Map.entry("mydumper", SMALL_P),
            Map.entry("xtrabackup", MYSQL),
            Map.entry("mariabackup", MYSQL),
            Map.entry("innobackupex", MYSQL),
            Map.entry("redis-cli", REDIS),
            Map.entry("redis-benchmark", REDIS),
            Map.entry("valkey-cli", REDIS),
            Map.entry("valkey-benchmark", REDIS),
            Map.entry("keydb-cli", REDIS),
            Map.entry("curl", CURL),
            Map.entry("http", HTTPIE),
            Map.entry("https", HTTPIE),
            Map.entry("mongo", SMALL_P),
            Map.entry("mongosh", SMALL_P),
            Map.entry("mongodump", SMALL_P),
            Map.entry("mongorestore", SMALL_P),
            Map.entry("mongoexport", SMALL_P),
            Map.entry("mongoimport", SMALL_P),
            Map.entry("mongostat", SMALL_P),
            Map.entry("cypher-shell", SMALL_P),
            Map.entry("sshpass", SMALL_P),
            Map.entry("sqlcmd", LARGE_P),
            Map.entry("bcp", LARGE_P),
            Map.entry("tsql", LARGE_P),
            Map.entry("mosquitto_pub", LARGE_P),
            Map.entry("mosquitto_sub", LARGE_P),
            Map.entry("unzip", LARGE_P),
            Map.entry("zip", LARGE_P),
            Map.entry("ipmitool", LARGE_P),
            Map.entry("ldapsearch", LDAP),
            Map.entry("ldapadd", LDAP),
            Map.entry("ldapmodify", LDAP),
            Map.entry("ldapdelete", LDAP),
            Map.entry("ldapwhoami", LDAP),
            Map.entry("rabbitmqctl", RABBIT),
            Map.entry("vault", VAULT),
            Map.entry("htpasswd", HTPASSWD),
            Map.entry("smbclient", SMB),
            Map.entry("smbget", SMB),
            Map.entry("rpcclient", SMB),
            Map.entry("lftp", LFTP),
            Map.entry("docker", CONTAINERS),
            Map.entry("podman", CONTAINERS),
            Map.entry("nerdctl", CONTAINERS),
            Map.entry("buildah", CONTAINERS),
            Map.entry("skopeo", CONTAINERS),
            Map.entry("helm", CONTAINERS),
            Map.entry("crane", CONTAINERS),
            Map.entry("oras", CONTAINERS),
            Map.entry("az", CONTAINERS));

    /** Options of curl without a value, and then {@code -u}. */
    private static final Pattern AND_USER = Pattern.compile("-[fsSkLgiIvqN#]+u");

    private static final Pattern AND_PASSWORD = Pattern.compile("-[A-Za-z]*b[A-Za-z]*");

    /** The program of this name, which may be a verb of this program; else this one. */
    CommandLineClient named(String name) {
        if (name.equals("login") && equals(CONTAINERS)) {
            return SMALL_P;
        }
        return name.startsWith("mysql") || name.startsWith("mariadb") ? MYSQL : BY_NAME.getOrDefault(name, this);
    }

    /** What comes after several options in one word, of which the last takes a value. */
    NextWord afterJoined(String options) {
        if (equals(CURL) && AND_USER.matcher(options).matches()) {
            return NextWord.USER;
        }
        if (equals(HTPASSWD) && AND_PASSWORD.matcher(options).matches()) {
            return options.contains("n") ? NextWord.BEFORE_SECRET : NextWord.BEFORE_USER;
        }
        return NextWord.ORDINARY;
    }
}
