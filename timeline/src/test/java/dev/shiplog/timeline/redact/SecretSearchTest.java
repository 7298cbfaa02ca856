package dev.shiplog.timeline.redact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.testkit.Mutation;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In each text the secrets are called 5ecret, and nothing else is. */
class SecretSearchTest {
    private static String redacted(String payload) {
        return new String(
                Redaction.SECRETS.redactMessage(payload.getBytes(UTF_8)).payload(), UTF_8);
    }

    private static String event(String action) throws IOException {
        String text = Mutation.JSON.writeValueAsString(action);
        return "{\"status\":" + text + ",\"id\":\"c1\",\"Type\":\"container\",\"Action\":" + text
                + ",\"Actor\":{\"ID\":\"c1\",\"Attributes\":{\"image\":\"app\",\"name\":\"web\"}},\"timeNano\":1}";
    }

    @Test
    void findsTheSecretsWhereverAMessageIsCut() {
        String message =
                "{\"Path\":\"redis-cli\",\"Args\":[\"-a\",\"5ecret\",\"\",\"--password\",\"5ecret 5ecret\",\"PASSWORD\","
                        + "\"5ecret\",\"{\\\"token\\\":\",\"5ecret\",\"\\u0022\",\"http://u:5ecret@h/\"]}";
        for (int end = 0; end <= message.length(); end++) {
            assertThat(redacted(message.substring(0, end)))
                    .as("cut after %d characters", end)
                    .doesNotContain("5ec");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec_create: mariadb-admin ping -uroot -p5ecret",
                "exec_start: /usr/bin/mysqldump -u root -p'5ecret 5ecret' --all-databases",
                "exec_create: mysqladmin -uroot password 5ecret",
                "exec_create: mysql --password=5ecret -e 'select 1'",
                "exec_create: /bin/sh -c MYSQL_PWD=5ecret mysql -e 'select 1'",
                "exec_create: mysql -e \"ALTER USER root IDENTIFIED BY '5ecret'\"",
                "exec_create: psql -c \"ALTER ROLE app PASSWORD '5ecret 5ecret'\"",
                "exec_create: sh -c \"login --password=5ecret\"",
                "exec_create: sh -c \"login --password \\\"5ecret 5ecret\\\" --port 80\"",
                "exec_create: PGPASSWORD='5ecret' psql -h db",
                "exec_create: env PGPASSWORD=5ecret;psql -h db",
                "exec_create: redis-server --requirepass 5ecret",
                "exec_create: redis-server --requirepass=5ecret --masterauth 5ecret",
                "exec_create: timeout 5 redis-cli -h db -a 5ecret ping",
                "exec_create: sh -c test $(redis-cli -a 5ecret ping) = PONG",
                "exec_create: redis-cli AUTH 5ecret",
                "exec_create: redis-cli CONFIG SET requirepass 5ecret",
                "exec_create: valkey-cli -a 5ecret ping",
                "exec_create: curl -u user:5ecret http://web/",
                "exec_create: curl -fsSu user:5ecret http://web/",
                "exec_create: curl --user 'user:5ecret 5ecret' http://web/",
                "exec_create: curl -H \"Authorization: Bearer 5ecret\" http://web/",
                "exec_create: curl -H Authorization: Bearer 5ecret http://web/",
                "exec_create: curl -H 'Authorization:Basic 5ecret' http://web/",
                "exec_create: curl -H X-Api-Key:5ecret http://web/",
                "exec_create: curl -H 'Private-Token: 5ecret' http://web/",
                "exec_create: wget --header=\"Authorization: Basic 5ecret\" http://web/",
                "exec_create: git clone https://user:5ecret@git.example/x.git",
                "exec_create: git clone https://5ecret:x-oauth-basic@git.example/x.git",
                "exec_create: app --dsn postgres://u:5ecret@h/db?sslmode=disable",
                "exec_create: app amqp://u:5ecret@h:5672/%2f redis://:5ecret@h:6379/0",
                "exec_create: app mongodb://u:5ec/ret5ecret@h/db",
                "exec_create: java -jar app.jar jdbc:mysql://h/db?user=u&password=5ecret&ssl=1",
                "exec_create: java -Dspring.datasource.password=5ecret -jar app.jar",
                "exec_create: sqlcmd -S h -U sa -P 5ecret",
                "exec_create: mosquitto_sub -u u -P 5ecret -t x",
                "exec_create: ldapsearch -x -D cn=a -w 5ecret",
                "exec_create: mongosh -u u -p 5ecret --authenticationDatabase admin",
                "exec_create: rabbitmqctl add_user bob 5ecret",
                "exec_create: kubectl create secret generic s --from-literal=password=5ecret",
                "exec_create: docker login -u u -p 5ecret registry.example",
                "exec_create: podman run -e A=5ecret --env=B=5ecret app",
                "exec_create: AWS_SECRET_ACCESS_KEY=5ecret aws s3 ls",
                "exec_create: aws configure set aws_secret_access_key=5ecret",
                "exec_create: openssl rsa -passin pass:5ecret -in key.pem",
                "exec_create: app Server=h;Pwd=5ecret;Uid=u",
                "exec_create: mount -o username=u,password=5ecret,vers=3.0 //h/s /mnt",
                "exec_create: echo {\"auths\":{\"r\":{\"auth\":\"5ecret\"}},\"password\": \"5ecret 5ecret\"}",
                "exec_create: app --config \"password: 5ecret\"",
                "exec_create: http_proxy=u:5ecret@proxy:3128 wget x",
                "exec_create: curl https://h/x?X-Amz-Signature=5ecret&x=1",
                "exec_create: app --api-key 5ecret --db.pwd=5ecret --registry-auth 5ecret",
                "exec_create: it's odd --password 5ecret",
                "exec_create: htpasswd -b f u 5ecret",
                "exec_create: htpasswd -cbB /etc/f u 5ecret",
                "exec_create: htpasswd -b -c f u 5ecret; ls",
                "exec_create: htpasswd -nb u 5ecret",
                "exec_create: htpasswd -n -b u 5ecret",
                "exec_create: htpasswd -B -b -n u 5ecret",
                "exec_create: smbclient -U u%5ecret //h/s",
                "exec_create: smbclient //h/s --user=D/u%5ecret -c ls",
                "exec_create: lftp -u u,5ecret ftp://h",
                "exec_create: psql -c ALTER ROLE app PASSWORD 5ecret",
                "exec_create: psql -c \"ALTER ROLE app PASSWORD '5ecret';\"",
            })
    void removesSecretsFromCommandLines(String action) throws IOException {
        String redacted = redacted(event(action));
        assertThat(redacted).doesNotContain("5ec").contains("<redacted>");
        String text = Mutation.JSON.readTree(redacted).get("Action").textValue();
        assertThat(Mutation.JSON.readTree(redacted).get("status").textValue()).isEqualTo(text);
        assertThat(redacted(redacted)).as("what is left is left").isEqualTo(redacted);
        // Cut off at each byte, and without what makes it JSON, it holds no more than that.
        byte[] payload = event(action).getBytes(UTF_8);
        for (int length = 0; length < payload.length; length++) {
            byte[] head = Arrays.copyOf(payload, length);
            assertThat(new String(Redaction.SECRETS.redactMessage(head).payload(), UTF_8))
                    .as("the first %d bytes", length)
                    .doesNotContain("5ecr");
        }
        assertThat(redacted(action)).doesNotContain("5ecr");
        assertThat(redacted("{\"Action\":}," + event(action))).doesNotContain("5ecr");
        assertThat(redacted(event(action).replace("{\"status\"", "{status"))).doesNotContain("5ecr");
    }

    /** What stands behind a secret says what happened next. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysqladmin -p5ecret; mysql",
                "redis-cli -a 5ecret| grep x",
                "curl -u user:5ecret& wait",
                "echo $(redis-cli -a 5ecret)",
                "echo {\"password\": \"5ecret\"} {\"a\":[{\"password\": \"5ecret\"}]}",
                "mysql -e \"ALTER USER x IDENTIFIED BY '5ecret'; SELECT 1\"",
                "lftp -u u,5ecret; redis-cli -a 5ecret; ls -a all",
            })
    void cutsTheSecretOnly(String command) throws IOException {
        String payload = event("exec_create: " + command);
        String expected = payload.replace("\\\"5ecret\\\"", "5ecret").replace("'5ecret'", "5ecret");
        assertThat(redacted(payload)).isEqualTo(expected.replace("5ecret", "<redacted>"));
        assertThat(redacted(redacted(payload))).isEqualTo(redacted(payload));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec_create: mysql -e ALTER USER x PASSWORD EXPIRE",
                "exec_create: htpasswd -c f u",
                "exec_create: smbclient -U u //h/s",
                "exec_create: ls --author me --keyboard=de --tokenizer bert",
                "exec_create: cat /home/keyboard/author.txt",
                "exec_create: curl -f http://localhost:8080/health?user=a@b.example",
                "exec_create: wget http://registry:4873/@scope/pkg",
                "reload: http-proxy=http://xxxxx:xxxxx@proxy:3128, https-proxy=http://bob:xxxxx@proxy:3128",
                "exec_create: mail -s hello someone@example.com",
                "exec_create: docker pull name@sha256:4a5b registry:5000/my-token:1.2@sha256:4a5b",
                "exec_create: docker run -p 80:80 -a stdout web",
                "exec_create: tar -p -a -u -x",
                "exec_create: mysql -p -P 3306 -h db",
                "exec_create: docker login --password-stdin registry.example",
                "exec_create: PWD=/srv make bypass=1 --no-auth x",
                "exec_create: ssh git@host",
                "exec_create: mongod --auth --bind_ip_all",
                "exec_create: psql --password --host db",
                "exec_create: http://[::1]:80/@x",
            })
    void leavesWhatIsNoSecret(String action) throws IOException {
        assertThat(redacted(event(action))).isEqualTo(event(action));
    }

    @Test
    void removesSecretsFromAttributes() {
        String event = "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"c1\",\"Attributes\":{"
                + "\"app.db-password\":\"5ecret\",\"author\":\"me\",\"registry.auth\":\"5ecret\",\"db.pwd\":\"5ecret\","
                + "\"passw\\u006frd\":\"5ecret\",\"traefik.http.middlewares.x.basicauth.users\":\"bob:$apr1$5ecret\","
                + "\"image\":\"secret-service:1\",\"environment\":\"{\\\"DB_PASSWORD\\\":\\\"5ecret\\\",\\\"A\\\":\\\"b\\\"}\","
                + "\"db\":\"postgres://u:5ecret@h/x\",\"o\":\"user=u,password\\u003d5ecret,vers=3\"}},\"time\":1}";
        Redaction.Redacted result = Redaction.SECRETS.redactMessage(event.getBytes(UTF_8));
        assertThat(new String(result.payload(), UTF_8))
                .isEqualTo(event.replace("bob:$apr1$5ecret", "5ecret")
                        .replace("\\\"5ecret\\\"", "5ecret")
                        .replace("5ecret", "<redacted>"));
        assertThat(result.removed())
                .containsExactly(
                        "Actor.Attributes.app.db-password",
                        "Actor.Attributes.registry.auth",
                        "Actor.Attributes.db.pwd",
                        "Actor.Attributes.password",
                        "Actor.Attributes.traefik.http.middlewares.x.basicauth.users",
                        "Actor.Attributes.environment",
                        "Actor.Attributes.db",
                        "Actor.Attributes.o");
    }

    @Test
    void removesSecretsFromDescriptions() throws IOException {
        String description =
                "{\"Path\":\"redis-cli\",\"Args\":[\"-a\",\"5ecret\",\"--port\",\"80\"],\"State\":{\"Health\":"
                        + "{\"Log\":[{\"Output\":\"http://u:5ecret@h refused\\n\"}]}},\"Config\":{"
                        + "\"Cmd\":[\"app\",\"--password=5ecret 5ecret's\",\"-a\",\"all\"],\"Entrypoint\":[\"mysql\",\"-p5ecret 5ecret\"],"
                        + "\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"redis-cli -a 5ecret ping || exit 1\"]},"
                        + "\"CreateCommand\":[\"podman\",\"run\",\"-e\",\"A=5ecret\",\"-p\",\"80:80\",\"redis\"],"
                        + "\"Secrets\":[\"5ecret\"],\"Image\":\"token:latest\"}}";
        String redacted =
                new String(Redaction.SECRETS.redact(description.getBytes(UTF_8)).payload(), UTF_8);
        assertThat(redacted)
                .isEqualTo(description
                        .replace("5ecret 5ecret's", "5ecret")
                        .replace("5ecret 5ecret", "5ecret")
                        .replace("5ecret", "<redacted>"));
    }

    @Test
    void removesSecretsFromFactsAboutTheHost() {
        String info =
                "{\"ID\":\"X\",\"HttpProxy\":\"http://bob:5ecret@proxy:3128\",\"HttpsProxy\":\"bob:5ecret@proxy:3128\","
                        + "\"host\":{\"http_proxy\":\"socks5://bob:5ecret@proxy\"},\"NoProxy\":\"localhost,a@b\","
                        + "\"Labels\":[\"my.token=5ecret\",\"zone=a\"],\"NCPU\":2}";
        assertThat(redacted(info)).isEqualTo(info.replace("5ecret", "<redacted>"));
    }

    @Test
    void isNotHinderedByDepthOrLength() {
        String deep = "[".repeat(20_000);
        String name = "n".repeat(60_000);
        String payload = "{\"" + name + "\":" + "9".repeat(1_200) + ",\"x\":" + deep + "]".repeat(20_000)
                + ",\"y\":{\"password\":\"5ecret\"},\"Action\":\"exec_create: " + "'a\\\"b ".repeat(200_000)
                + " --password 5ecret\"}";
        assertThat(redacted(payload)).doesNotContain("5ecret").contains("\"password\":\"<redacted>\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec_create: app --config '{\"auth\": {\"user\": \"u\", \"token\": \"5ecret\"}}'",
                "exec_create: app --config {\"auth\":{\"token\": \"5ecret\"},\"passwords\": [\"5ecret\", \"5ecret\"]}",
                "exec_create: app --config {\"passwords\":[\"5ecret\", \"5ecret\", \"5ecret\"], \"port\": 80}"
            })
    void removesSecretsFromJsonWithinText(String action) throws IOException {
        assertThat(redacted(event(action))).doesNotContain("5ecret").matches(SecretSearchTest::isJson);
    }

    @Test
    void removesTheValueFromAnArgumentThatHoldsAnOptionToo() {
        String info = "{\"Labels\":[\"--requirepass 5ecret, 5ecret\",\"--port 80\"],"
                + "\"Args\":[\"mysql\",\"-uroot -p5ecret\",\"-e TOKEN\"]}";
        assertThat(redacted(info))
                .isEqualTo("{\"Labels\":[\"--requirepass <redacted>\",\"--port 80\"],"
                        + "\"Args\":[\"mysql\",\"-uroot -p<redacted>\",\"-e TOKEN\"]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://user:5ecret@host/path",
                "redis://:5ecret@h:6379/0",
                "git clone https://5ecret:x-oauth-basic@github.com/x",
                "https_proxy=u:5ecret@p:3128",
                "jdbc:oracle:thin:scott/x:5ecret@host:1521:x",
                "mysqladmin -p5ecret ping",
                "openssl enc -pass pass:5ecret"
            })
    void staysJsonWhereEveryCharacterIsEscaped(String text) {
        String redacted = redacted("{\"Action\":\"" + escaped(text) + "\"}");
        assertThat(redacted).matches(SecretSearchTest::isJson).contains("<redacted>");
        assertThat(redacted).doesNotContain(escaped("5ecret").substring(2));
        assertThat(redacted(redacted)).isEqualTo(redacted);
    }

    private static String escaped(String text) {
        return text.chars().mapToObj(c -> String.format("\\u%04x", c)).collect(Collectors.joining());
    }

    @ParameterizedTest
    @Timeout(60) // hours, if each of them were looked for up to the end
    @ValueSource(strings = {"://x:y", "http_proxy=", "x_proxy=a:b/", "jdbc:oracle:thin:", "://x:y@z ", "x:y@"})
    void takesNoLongerForManyUrls(String part) {
        String many = part.repeat((1 << 21) / part.length());
        for (String end : List.of("\"}", "@h token=5ecret\"}", "")) {
            assertThat(redacted("{\"Action\":\"" + many + end)).doesNotContain("5ecret");
        }
    }

    @Test
    void boundsWhatManySecretsTake() {
        String list = "{\"list\":[" + "{\"token\":\"5ecret\"},".repeat(50_000) + "{}]}";
        for (String many : List.of(list, "{\"Action\":\"" + "token=5 ".repeat(50_000) + "\"}")) {
            Redaction.Redacted redacted = Redaction.SECRETS.redactMessage(many.getBytes(UTF_8));
            assertThat(redacted.payload().length).isLessThan(many.length() + 100_000);
            assertThat(new String(redacted.payload(), UTF_8))
                    .doesNotContain("5")
                    .matches(SecretSearchTest::isJson);
            assertThat(redacted.removed()).hasSizeLessThanOrEqualTo(1001);
        }
    }

    @Test
    void staysJsonWhateverItHolds() {
        for (int seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            StringBuilder odd = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                odd.append(List.of(
                                "\"",
                                "'",
                                "\\",
                                "\\\"",
                                "=",
                                ":",
                                " ",
                                "-p",
                                "--token",
                                "x",
                                "{",
                                "]",
                                "@",
                                "://",
                                "\\u00",
                                "u:p@h",
                                ",",
                                ";",
                                "redis-cli -a ",
                                "é")
                        .get(random.nextInt(20)));
            }
            String original = "{\"a\":\"" + odd + "\"}";
            String redacted = redacted(original);
            int at = 0;
            for (String piece : redacted.split("<redacted>", -1)) {
                at = original.indexOf(piece, at) + piece.length();
                assertThat(at).as("seed %d: %s", seed, odd).isGreaterThanOrEqualTo(piece.length());
            }
            assertThat(isJson(redacted) || !isJson(original))
                    .as("seed %d: %s", seed, odd)
                    .isTrue();
        }
    }

    private static boolean isJson(String text) {
        try {
            Mutation.JSON.readTree(text);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
