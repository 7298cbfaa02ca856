package dev.shiplog.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The least that a program could do to bring documents into a cluster: sends bodies that lie ready, compressed, and looks
 * only whether all their documents were taken. {@code ship} compares {@code replay ship} with it.
 *
 * <p>Arguments: the cluster's URL, how many requests are under way, the files of the bodies.
 */
public final class PreparedBulk {
    private PreparedBulk() {}

    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        URI bulk = URI.create(args[0] + "/_bulk?filter_path=errors");
        ExecutorService threads = Executors.newFixedThreadPool(Integer.parseInt(args[1]));
        List<Future<String>> answers = new ArrayList<>();
        for (String file : List.of(args).subList(2, args.length)) {
            answers.add(threads.submit(() -> send(client, bulk, Path.of(file))));
        }
        threads.shutdown();
        for (Future<String> answer : answers) {
            if (!answer.get().contains("\"errors\":false")) {
                throw new IOException("not all documents were taken: " + answer.get());
            }
        }
    }

    private static String send(HttpClient client, URI bulk, Path body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(bulk)
                .header("Content-Type", "application/x-ndjson")
                .header("Content-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Files.readAllBytes(body)))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                .body();
    }
}
