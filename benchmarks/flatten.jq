# The rival: writes the fields of `replay export` (docs/flattened-fields.md) that the samples need: cgroup v1, no block I/O.
# Usage: jq -c -f flatten.jq stats.ndjson
def flat($name):
  if type == "object" then
    to_entries[] | .key as $key | .value | flat(if $name == "" then $key else $name + "_" + $key end)
  elif type == "array" then range(length) as $i | .[$i] | flat($name + ($i | tostring))
  else {key: $name, value: .}
  end;
def lifted($name): (.cpu_usage | flat($name)), (del(.cpu_usage) | flat($name));
def memory:
  . as $stats | to_entries[]
  | if .key | startswith("total_") then .key = "memory_" + .key[6:]
    elif .key as $key | $stats | has("total_" + $key) then .key = "memory_stats_stats_" + .key
    else .key = "memory_" + .key
    end;
def sums: [.[] | to_entries[]] | group_by(.key)[] | {key: ("network_" + .[0].key), value: (map(.value) | add)};
[
  {key: "@timestamp", value: .read}, {key: "container", value: .name}, {key: "container_id", value: .id},
  (.cpu_stats | lifted("cpu")),
  (.memory_stats | (.stats | memory), (del(.stats) | flat("memory"))),
  (.networks | sums, flat("network")),
  (.precpu_stats | lifted("precpu")), (.blkio_stats | flat("blkio")), (.pids_stats | flat("pids")), (.storage_stats | flat("storage")),
  (del(.name, .id, .cpu_stats, .memory_stats, .networks, .precpu_stats, .blkio_stats, .pids_stats, .storage_stats) | flat(""))
] | from_entries
