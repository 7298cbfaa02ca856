package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntPredicate;

/** Keeps some items of a bulk request from the cluster, and says that it rejected them. */
record ItemRejection(IntPredicate rejected, String type) {
    private static final ObjectMapper JSON = new ObjectMapper();

    Answer answer(Call call, Backend proper) throws IOException {
        if (!call.isFor("_bulk")) {
            return proper.answer(call);
        }
        List<BulkItem> items = BulkItem.parse(call.content());
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        for (int i = 0; i < items.size(); i++) {
            if (!rejected.test(i)) {
                items.get(i).write(rest);
            }
        }
        ObjectNode body = JSON.createObjectNode().put("took", 1);
        if (rest.size() > 0) {
            Answer answer = proper.answer(call.with(rest.toByteArray()));
            if (answer.status() != 200) {
                return answer;
            }
            body = (ObjectNode) JSON.readTree(answer.body());
        }
        Iterator<JsonNode> done = body.path("items").iterator();
        ArrayNode all = JSON.createArrayNode();
        boolean errors = body.path("errors").asBoolean();
        for (int i = 0; i < items.size(); i++) {
            errors |= rejected.test(i);
            all.add(rejected.test(i) ? rejection(items.get(i)) : done.next());
        }
        body.put("errors", errors).set("items", all);
        return Answer.json(200, body);
    }

    private ObjectNode rejection(BulkItem item) {
        ObjectNode result = JSON.createObjectNode();
        ObjectNode said = result.putObject(item.action());
        said.setAll(item.target());
        said.put("status", 429)
                .putObject("error")
                .put("type", type)
                .put("reason", "rejected execution of TimedRunnable on EsThreadPoolExecutor[name = node/write]");
        return result;
    }
}
