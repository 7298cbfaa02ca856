package dev.shiplog.replay.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.shiplog.timeline.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunCommandTest {
    @TempDir
    private Path directory;

    private static final String ID = "8e8f401657b8fb9f5cb23a3be3809345daf4947650a3f2a8e20e897fafda72cb";

    private static String run(String json, boolean start) {
        Json description = Objects.requireNonNull(Json.parse(json.getBytes(StandardCharsets.UTF_8)), json);
        return RunCommand.of(description, start, "vm7", id -> id.equals(ID) ? "front" : id);
    }

    /** As an engine describes a container of which somebody gave only name and image. */
    private static String with(String config, String hostConfig, String more) {
        return "{\"Id\":\"b36156ce4d68b30becadc071e6b3775831e6bcabd56f41456f7c5988a636da20\",\"Name\":\"/a1\",\"Config\":{"
                + and(
                        config,
                        "\"Hostname\":\"b36156ce4d68\"",
                        "\"Image\":\"busybox\"",
                        "\"Cmd\":[\"sh\"]",
                        "\"Env\":null",
                        "\"Volumes\":null")
                + "},\"HostConfig\":{"
                + and(
                        hostConfig,
                        "\"NetworkMode\":\"default\"",
                        "\"CgroupnsMode\":\"host\"",
                        "\"OomKillDisable\":false",
                        "\"IpcMode\":\"private\"",
                        "\"ShmSize\":67108864",
                        "\"Runtime\":\"runc\"",
                        "\"ConsoleSize\":[24,80]",
                        "\"Memory\":0",
                        "\"RestartPolicy\":{\"Name\":\"no\",\"MaximumRetryCount\":0}",
                        "\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{}}")
                + "}" + more + "}";
    }

    /** These members, and of the usual ones those that they do not name. */
    private static String and(String members, String... usual) {
        Stream<String> others =
                Arrays.stream(usual).filter(member -> !members.contains(member.substring(0, member.indexOf(':') + 1)));
        return Stream.concat(Stream.of(members).filter(some -> !some.isEmpty()), others)
                .collect(Collectors.joining(","));
    }

    private static final String PLAIN = """
            docker run \\
              --detach \\
              --name a1 \\
              --entrypoint '' \\
              busybox sh
            """;

    /** Whatever a description says is a word of the shell and the value of its option, and never anything else. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "=x;touch pwned;#",
                "=$(touch pwned)",
                "=false",
                "=",
                "`touch pwned`",
                "a b",
                "-x",
                "'",
                "\n",
                " "
            })
    void noValueIsMoreThanAWord(String value) throws Exception {
        String json = "\"" + value.replace("\n", "\\n") + "\"";
        String pairs = "{" + json + ":" + json + "}";
        String list = "[" + json + ",\"\"]";
        String config = "\"User\":" + json + ",\"Domainname\":" + json + ",\"WorkingDir\":" + json + ",\"StopSignal\":"
                + json + ",\"Labels\":" + pairs + ",\"StopTimeout\":" + json;
        String host = "\"Dns\":" + list + ",\"DnsOptions\":" + list + ",\"CapAdd\":" + list + ",\"GroupAdd\":" + list
                + ",\"CgroupParent\":" + json + ",\"Sysctls\":" + pairs + ",\"Memory\":" + json + ",\"CpuShares\":"
                + json;

        List<String> words = words(run(with(config, host, ""), true));

        for (String option : List.of(
                "--user",
                "--domainname",
                "--workdir",
                "--dns",
                "--cap-add",
                "--group-add",
                "--dns-option",
                "--cgroup-parent",
                "--memory",
                "--cpu-shares",
                "--stop-signal",
                "--stop-timeout")) {
            assertThat(words).as(option).containsSequence(option, value);
        }
        assertThat(words).containsSequence("--label", value + "=" + value).containsSequence("--cap-add", "");
    }

    /** What a shell makes of a command, in place of running it. */
    private List<String> words(String command) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("sh", "-c", "docker() { printf '%s\\0' \"$@\"; }\n" + command)
                .directory(directory.toFile())
                .start();
        String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(command).isZero();
        return List.of(out.split("\0", -1));
    }

    @Test
    void saysNothingOfWhatIsTheDefault() {
        assertThat(run(with("", "", ""), true)).isEqualTo(PLAIN);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "Annotations":{"a.b":"c d"}                                       | --annotation 'a.b=c d'
            "Memory":10,"MemorySwap":20                                       | --memory 10
            "Memory":10,"MemorySwap":-1                                       | --memory 10, --memory-swap -1
            "NanoCpus":1250000000                                             | --cpus 1.25
            "NanoCpus":10000000000                                            | --cpus 10
            "KernelMemory":4194304                                            | --kernel-memory 4194304
            "CpuRealtimePeriod":1000000,"CpuRealtimeRuntime":950000           | --cpu-rt-period 1000000, --cpu-rt-runtime 950000
            "BlkioWeight":300,"BlkioWeightDevice":[{"Path":"/dev/sda","Weight":7}] | --blkio-weight 300, --blkio-weight-device /dev/sda:7
            "RestartPolicy":{"Name":"on-failure","MaximumRetryCount":3}       | --restart on-failure:3
            "LogConfig":{"Type":"journald","Config":{"tag":"x"}}              | --log-driver journald, --log-opt tag=x
            "StorageOpt":{"size":"10G"}                                       | --storage-opt size=10G
            "Init":false                                                      | --init=false
            "PidMode":"container:@"                                           | --pid container:front
            "IpcMode":"shareable"                                             | --ipc shareable
            "Privileged":true,"SecurityOpt":["label=disable"]                 | --privileged
            "SecurityOpt":["label=disable"]                                   | --security-opt label=disable
            "MaskedPaths":[],"ReadonlyPaths":[]                               | --security-opt systempaths=unconfined
            "OomKillDisable":null,"CgroupnsMode":"private"                    |
            "OomKillDisable":null,"CgroupnsMode":"host"                       | --cgroupns host
            "Links":["/db:/a1/the-db","/x:/a1/x"]                             | --link db:the-db, --link x:x
            "UTSMode":"host"                                                  | --uts host
            "DeviceRequests":[{"Driver":"","Count":-1,"Capabilities":[["gpu"]]}] | --gpus all
            "DeviceRequests":[{"Count":0,"DeviceIDs":["0","1"],"Capabilities":[["utility","gpu"]]}] | --gpus '"device=0,1",capabilities=utility'
            "DeviceRequests":[{"Driver":"cdi","DeviceIDs":["v.com/gpu=0"]}]   | --device v.com/gpu=0
            "Mounts":[{"Type":"volume","Source":"v","Target":"/a,b","VolumeOptions":{"Subpath":"s"}}] | --mount 'type=volume,source=v,"target=/a,b",volume-subpath=s'
            "Mounts":[{"Type":"bind","Source":"/s","Target":"/t","BindOptions":{"CreateMountpoint":true,"ReadOnlyForceRecursive":true}}] | --mount type=bind,source=/s,target=/t,bind-create-src=true,bind-recursive=readonly
            "Mounts":[{"Type":"tmpfs","Target":"/t","TmpfsOptions":{"SizeBytes":1024,"Mode":1023}}] | --mount type=tmpfs,target=/t,tmpfs-size=1024,tmpfs-mode=1777
            "PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8000"}],"81/tcp":[{"HostIp":"","HostPort":"8001"}],"83/tcp":[{"HostIp":"","HostPort":"8003"}]} | --publish 8000-8001:80-81, --publish 8003:83
            "PortBindings":{"80/udp":[{"HostIp":"::1","HostPort":""},{"HostIp":"10.0.0.1","HostPort":"80-90"}]} | --publish '[::1]::80/udp', --publish 10.0.0.1:80-90:80/udp
            """)
    void saysWhatTheHostDoes(String hostConfig, String options) {
        String expected = options == null ? "" : "  " + options.replace(", --", " \\\n  --") + " \\\n";
        assertThat(run(with("", hostConfig.replace("@", ID), ""), true))
                .isEqualTo(PLAIN.replace("  --entry", expected + "  --entry"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "Healthcheck":{"Test":["NONE"]}                                            | --no-healthcheck
            "Healthcheck":{"Test":["CMD-SHELL","a b"],"Interval":1500000000,"Retries":3} | --health-cmd 'a b', --health-interval 1.5s, --health-retries 3
            "Healthcheck":{"StartInterval":5000000000}                                 | --health-start-interval 5s
            "Env":["A=","B=x=y"]                                                       | --env A=, --env B=x=y
            "Volumes":{"/data":{}}                                                     | --volume /data
            "ExposedPorts":{"1000/tcp":{},"1001/tcp":{},"7/udp":{}}                    | --expose 1000-1001, --expose 7/udp
            """)
    void saysWhatTheProcessIs(String config, String options) {
        String expected = "  " + options.replace(", --", " \\\n  --") + " \\\n";
        assertThat(run(with(config, "", ""), true)).isEqualTo(PLAIN.replace("  --entry", expected + "  --entry"));
    }

    @Test
    void anEntrypointOfSeveralWordsContinuesInTheArguments() {
        String json = with("", "", "")
                .replace("\"Cmd\":[\"sh\"]", "\"Cmd\":[\"x\",\"\"],\"Entrypoint\":[\"/bin/a b\",\"-c\"]");
        assertThat(run(json, true)).isEqualTo("""
                # not said: Config.Entrypoint of 2 words: --entrypoint takes one, the others come first among the arguments
                docker run \\
                  --detach \\
                  --name a1 \\
                  --entrypoint '/bin/a b' \\
                  busybox -c x ''
                """);
    }

    @Test
    void aCheckWithoutAShellGetsOne() {
        assertThat(run(with("\"Healthcheck\":{\"Test\":[\"CMD\",\"curl\",\"a b\"]}", "", ""), true))
                .startsWith("# not said: Config.Healthcheck.Test without a shell")
                .contains("  --health-cmd 'curl '\\''a b'\\''' \\\n");
    }

    @Test
    void whatIsRedactedIsAVariable() {
        String config = "\"Labels\":{\"token\":\"<redacted>\"}";
        String json = with(config, "", "")
                .replace("\"Cmd\":[\"sh\"]", "\"Cmd\":[\"--pw=<redacted>;<redacted>x\"]")
                .replace(
                        "\"Env\":null",
                        "\"Env\":[\"PW=<redacted>\",\"PATH=<redacted>\",\"a.b=<redacted>\",\"HOME=<redacted>\"]");
        assertThat(run(json, true)).isEqualTo("""
                # not said: Config.Env PATH: the value is redacted; the image's own is used
                # redacted: ${PW}: set it first, to nothing if the image sets it
                # redacted: ${REDACTED_1} in --env a.b: set it first, to nothing if the image sets it
                # redacted: ${REDACTED_2} in --env HOME: set it first, to nothing if the image sets it
                # redacted: ${REDACTED_3} in --label token: set it first
                # redacted: ${REDACTED_4} in an argument: set it first
                # redacted: ${REDACTED_5} in an argument: set it first
                : "${PW?}" "${REDACTED_1?}" "${REDACTED_2?}" "${REDACTED_3?}" "${REDACTED_4?}" "${REDACTED_5?}"
                docker run \\
                  --detach \\
                  --name a1 \\
                  ${PW:+--env PW="${PW}"} \\
                  ${REDACTED_1:+--env a.b="${REDACTED_1}"} \\
                  ${REDACTED_2:+--env HOME="${REDACTED_2}"} \\
                  --label token="${REDACTED_3}" \\
                  --entrypoint '' \\
                  busybox --pw="${REDACTED_4}"';'"${REDACTED_5}"x
                """);
    }

    /** What the image sets need not be known: a variable that is set to nothing is left to the image. */
    @Test
    void aVariableThatIsSetToNothingIsLeftOut() throws Exception {
        String json = with("\"Env\":[\"PW=<redacted>\",\"LANG=<redacted>\",\"it's}=<redacted>\"]", "", "");
        String set = "PW='a  b}'; REDACTED_1=; REDACTED_2='*'\n";
        assertThat(words(set + run(json, true)))
                .containsSubsequence("--name", "a1", "--env", "PW=a  b}", "--env", "it's}=*", "--entrypoint");
        assertThat(words(set + run(json, true))).noneMatch(word -> word.contains("LANG"));
    }

    @Test
    void anImageIsNoOption() throws Exception {
        assertThat(words(run(with("\"Image\":\"--privileged\"", "", ""), true)))
                .containsSequence("--", "--privileged", "sh");
    }

    @Test
    void whatNoEngineSaysIsNotedAndHarmless() throws Exception {
        String command = run(with("\"Env\":[\"A=x\\u0000y\"],\"User\":\"a\",\"User\":\"root\"", "", ""), true);
        assertThat(command)
                .contains("# not said: Config.Env with U+0000, which no word of a command can hold: it is left out\n")
                .contains("# not said: Config.User once more: the first counts\n");
        assertThat(words(command)).containsSubsequence("--env", "A=xy").containsSubsequence("--user", "a");
    }

    private static final String NETWORKS =
            ",\"NetworkSettings\":{\"Networks\":{\"more\":{\"Aliases\":[\"q\",\"b36156ce4d68\"],"
                    + "\"IPAMConfig\":{},\"DriverOpts\":{\"k\":\"v\"},\"GwPriority\":5},\"net\":{\"IPAMConfig\":{\"IPv4Address\":"
                    + "\"10.0.0.9\",\"IPv6Address\":\"fd00::9\"},\"Links\":[\"db:d\"],\"Aliases\":[\"web\",\"b36156ce4d68\"]}}}";

    @Test
    void moreNetworksAreConnectedAfterwards() {
        assertThat(run(with("", "\"NetworkMode\":\"net\"", NETWORKS), true)).isEqualTo("""
                docker run \\
                  --detach \\
                  --name a1 \\
                  --network net \\
                  --ip 10.0.0.9 \\
                  --ip6 fd00::9 \\
                  --link db:d \\
                  --network-alias web \\
                  --entrypoint '' \\
                  busybox sh
                docker network connect --alias q --driver-opt k=v --gw-priority 5 more a1
                """);
    }

    /** A run in the foreground returns when the container has ended. */
    @Test
    void moreNetworksOfAForegroundContainerAreConnectedBeforeItStarts() {
        String config =
                "\"AttachStdout\":true,\"AttachStderr\":true,\"AttachStdin\":true,\"OpenStdin\":true,\"StdinOnce\":true";
        assertThat(run(with(config, "\"NetworkMode\":\"more\"", NETWORKS), true))
                .isEqualTo("""
                docker create \\
                  --name a1 \\
                  --network name=more,driver-opt=k=v,gw-priority=5 \\
                  --network-alias q \\
                  --interactive \\
                  --entrypoint '' \\
                  busybox sh
                docker network connect --ip 10.0.0.9 --ip6 fd00::9 --link db:d --alias web net a1
                docker start --attach --interactive a1
                """);
    }

    @Test
    void aNetworkThatItHasLeftIsDisconnected() {
        assertThat(run(with("", "", NETWORKS), true)).endsWith("\ndocker network disconnect bridge a1\n");
    }

    /** The engine adds the beginning of the id, then the name that the host was given. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "x","b36156ce4d68","h1"      | x
            "x","h1","b36156ce4d68"      | x h1
            "b36156ce4d68","h1"          |
            "b36156ce4d68","x","h2"      | x h2
            """)
    void saysOnlyTheAliasesThatWereAskedFor(String aliases, String said) {
        String more = ",\"NetworkSettings\":{\"Networks\":{\"net\":{\"Aliases\":[" + aliases + "]}}}";
        String command = run(with("\"Hostname\":\"h1\"", "\"NetworkMode\":\"net\"", more), true);
        String options = command.lines()
                .filter(line -> line.contains("--network-alias"))
                .map(line -> line.replaceAll(".*alias (\\w+) .*", "$1"))
                .collect(Collectors.joining(" "));
        assertThat(options).isEqualTo(said == null ? "" : said);
    }

    @Test
    void whatNoOptionSaysIsNamed() {
        String volume = "{\"Type\":\"volume\",\"Name\":\"" + ID + "\",\"Destination\":";
        String mounts = ",\"Mounts\":[" + volume + "\"/data\"}," + volume + "\"/of-another-container\"}]";
        assertThat(run(
                        with(
                                "\"New\":[1],\"Volumes\":{\"/data\":{}}",
                                "\"Newer\":{\"a\":1},\"KernelMemoryTCP\":5,\"Old\":null,\"No\":0",
                                mounts),
                        false))
                .isEqualTo("# not said: Config.Attach…: docker create always attaches something\n"
                        + "# not said: the anonymous volume " + ID
                        + " at /data: a new, empty one takes its place; --volume with its name has its content\n"
                        + "# not said: Config.New\n# not said: HostConfig.Newer\n# not said: HostConfig.KernelMemoryTCP\n"
                        + PLAIN.replace("run", "create")
                                .replace("  --detach \\\n", "")
                                .replace("  --entry", "  --volume /data \\\n  --entry"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            default      | h   | h
            default      | b   | b
            host         | vm7 | -
            host         | h   | h
            container:x  | h   | -
            """)
    void aHostNameIsSaidWhereItWasGiven(String mode, String hostname, String said) {
        String json = with("", "", "")
                .replace("\"Hostname\":\"b36156ce4d68\"", "\"Hostname\":\"" + hostname + "\"")
                .replace("\"NetworkMode\":\"default\"", "\"NetworkMode\":\"" + mode + "\"");
        if (said == null) {
            assertThat(run(json, true)).doesNotContain("--hostname");
        } else {
            assertThat(run(json, true)).contains("  --hostname " + said + " \\\n");
        }
    }

    @Test
    void newerEnginesNameThePlatform() {
        String more =
                ",\"ImageManifestDescriptor\":{\"platform\":{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\"}}";
        assertThat(run(with("", "", more), true)).contains("  --platform linux/arm64/v8 \\\n");
    }

    /** A journal may come from anywhere. */
    @Test
    void noJsonIsTooStrange() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> values = List.of(
                "null",
                "true",
                "0",
                "-7",
                "1e999999999",
                "1.5",
                "\"\"",
                "\"x\"",
                "\"80-90/udp\"",
                "\"<redacted>\"",
                "[]",
                "{}",
                "[\"a=b\"]",
                "[{}]",
                "[[\"CMD\"]]",
                "{\"80/tcp\":[{\"HostPort\":\"70000\"}]}",
                "{\"a\":null}");
        String all = with(
                "\"Healthcheck\":{\"Test\":[],\"Interval\":1},\"Labels\":{},\"ExposedPorts\":{},\"Entrypoint\":[]",
                "\"Mounts\":[{\"TmpfsOptions\":{\"Mode\":1},\"BindOptions\":{},\"VolumeOptions\":{\"DriverConfig\":{}}}],"
                        + "\"NanoCpus\":1,\"MemorySwap\":1,\"PortBindings\":{\"80/tcp\":[{}]},\"DeviceRequests\":[{\"Count\":1}],"
                        + "\"Devices\":[],\"Ulimits\":[{\"Soft\":1}],\"Tmpfs\":{},\"Binds\":[],\"Links\":[],\"SecurityOpt\":[]",
                NETWORKS);
        for (int i = 0; i < 500; i++) {
            String strange = Pattern.compile(":(null|\\[]|\\{}|\\d+|\"[^\"]*\")|:\\[[^\\[]")
                    .matcher(all)
                    .replaceAll(match -> Matcher.quoteReplacement(
                            match.group(1) != null && random.nextInt(3) == 0
                                    ? ":" + values.get(random.nextInt(values.size()))
                                    : match.group()));
            assertThatCode(() -> run(strange, random.nextBoolean()))
                    .as("seed %s: %s", seed, strange)
                    .doesNotThrowAnyException();
        }
    }
}
