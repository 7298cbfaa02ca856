package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Which search engine a cluster is, and what follows from it.
 *
 * @param distribution {@code elasticsearch}, {@code opensearch}, or a name that no client knows
 * @param number as in {@code 8.19.5}
 */
public record ClusterRelease(String distribution, String number) {
    public static final ClusterRelease ELASTICSEARCH_7_17 = new ClusterRelease("elasticsearch", "7.17.29");
    public static final ClusterRelease ELASTICSEARCH_8 = new ClusterRelease("elasticsearch", "8.19.5");
    public static final ClusterRelease ELASTICSEARCH_9 = new ClusterRelease("elasticsearch", "9.2.0");
    public static final ClusterRelease OPENSEARCH_2 = new ClusterRelease("opensearch", "2.19.3");
    public static final ClusterRelease OPENSEARCH_3 = new ClusterRelease("opensearch", "3.8.0");
    public static final ClusterRelease UNKNOWN = new ClusterRelease("quicksearch", "0.7.1");

    boolean isElasticsearch() {
        return distribution.equals("elasticsearch");
    }

    boolean isOpenSearch() {
        return distribution.equals("opensearch");
    }

    /** Whether it is Elasticsearch of this version or newer. */
    boolean isElasticsearch(int major, int minor) {
        String[] words = number.split("\\.", -1);
        int is = Integer.parseInt(words[0]);
        return isElasticsearch() && (is > major || is == major && Integer.parseInt(words[1]) >= minor);
    }

    /** The type of the error about a document that does not fit the mapping; renamed in Elasticsearch 8.8. */
    String parsingException() {
        return isElasticsearch(8, 8) ? "document_parsing_exception" : "mapper_parsing_exception";
    }

    /** What {@code GET /} answers. OpenSearch names its distribution, Elasticsearch its flavour of build. */
    ObjectNode info() {
        ObjectNode info = JsonNodeFactory.instance.objectNode();
        info.put("name", "node").put("cluster_name", "scripted").put("cluster_uuid", "7nLZ7Zb1QnOmsRJ1pXxk9g");
        ObjectNode version = info.putObject("version");
        if (isElasticsearch()) {
            version.put("number", number).put("build_flavor", "default").put("build_type", "docker");
        } else {
            version.put("distribution", distribution).put("number", number);
        }
        version.put("build_snapshot", false).put("lucene_version", "10.3.0");
        return info.put(
                "tagline",
                isElasticsearch()
                        ? "You Know, for Search"
                        : isOpenSearch() ? "The OpenSearch Project: https://opensearch.org/" : "Search, quickly");
    }
}
