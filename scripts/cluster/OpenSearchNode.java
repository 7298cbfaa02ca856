import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.codelibs.opensearch.runner.OpenSearchRunner;
import org.opensearch.http.HttpInfo;

/** One node of OpenSearch in this JVM: {@code DIRECTORY SETTING=VALUE…}. Writes its URL to {@code DIRECTORY/url.new} once up. */
final class OpenSearchNode {
    private OpenSearchNode() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
                    for (String setting : List.of(args).subList(1, args.length)) {
                        String[] pair = setting.split("=", 2);
                        settings.put(pair[0], pair[1]);
                    }
                    settings.putList("node.roles", "cluster_manager", "data", "ingest");
                })
                .build(OpenSearchRunner.newConfigs()
                        .clusterName("shiplog-test")
                        .numOfNode(1)
                        .basePath(directory.toString()));
        // At SIGTERM. The runner's own main would do the same.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        runner.ensureYellow();
        HttpInfo http = runner.admin()
                .cluster()
                .prepareNodesInfo()
                .get()
                .getNodes()
                .get(0)
                .getInfo(HttpInfo.class);
        Files.writeString(directory.resolve("url.new"), "http://" + http.address().publishAddress() + "\n");
        Thread.currentThread().join();
    }
}
